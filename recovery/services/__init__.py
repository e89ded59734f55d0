"""Use cases: each takes (session, actor, …), changes things inside the caller's unit of work and never commits."""
