"""Reading chains: a family is a small module that knows how to read, a network is a row of the catalogue.

Nothing in this package knows the database, the web or the settings; callers pass nodes and values in.
"""
