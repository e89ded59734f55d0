"""Reading: lists, pages and snapshots, each guarded by the actor who asks."""
