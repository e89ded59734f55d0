"""The polkadot family."""
