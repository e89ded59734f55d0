"""The tezos family."""
