"""The aptos family."""
