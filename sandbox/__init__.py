"""The sample world: a local chain with misdirected deposits, and a signer with throw-away keys."""
