"""Panels: participants who arrive by a link, and the comparison with the panel's export."""
