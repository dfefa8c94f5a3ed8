"""Panels: participants who come by a link, and what the panel is told of them."""
