"""Frozen settings and logging of a deployment."""
