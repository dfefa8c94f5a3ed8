"""The page of participants who come by a panel link."""
