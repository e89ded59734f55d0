"""The stellar family."""
