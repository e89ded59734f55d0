"""What happens after: jobs promised in the database, carried by a queue, safe to run twice."""
