"""The cosmos family."""
