"""How figures are written in the cells of tables."""


def format_figure(value: float | None) -> str:
    """Format a figure of at most 4 decimals; None is an empty cell."""
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
