"""Money: what a requester can still spend, and what workers are owed and paid."""
