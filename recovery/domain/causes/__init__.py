"""The checks of the diagnosis by subject: small pure questions over frozen facts, each answered yes, no or unknown."""
