"""The page of a panel's participants."""
