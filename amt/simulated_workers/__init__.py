"""Simulated workers, who answer a sandbox through its worker site, and the price of a study."""
