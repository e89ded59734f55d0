"""Labelled deposits of every network: what the catalogue says of each, held against what the product says."""
