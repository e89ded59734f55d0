"""The beacon family."""
