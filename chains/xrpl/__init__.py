"""The xrpl family."""
