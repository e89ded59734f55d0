"""State tables of cases: which moves exist, who may make them, what they need. Standard library only."""
