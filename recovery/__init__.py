"""Case management for recovering misdirected deposits: the application (README.md in this folder)."""
