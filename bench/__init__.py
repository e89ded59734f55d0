"""The performance table: each row a ratio to a floor measured in the same run (``make bench``)."""
