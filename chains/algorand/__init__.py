"""The algorand family."""
