"""Review policies: their parameters, and the agreement of answers."""
