"""Review policies: their parameters, and how far answers agree."""
