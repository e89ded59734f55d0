"""Read-only questions to the database: lists, pages, snapshots for the rules. Every one takes the actor who asks."""
