"""Several answers to a row become one label: aggregation, agreement, and figures about workers."""
