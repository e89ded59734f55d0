"""The ton family."""
