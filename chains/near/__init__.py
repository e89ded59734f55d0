"""The near family."""
