"""The cardano family."""
