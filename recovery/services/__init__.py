"""Use cases. Each takes a session and an actor, makes things true together, and never commits."""
