"""The shape of inputs: parsed and cleaned before a service sees them. No queries."""
