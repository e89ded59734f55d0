"""The tron family."""
