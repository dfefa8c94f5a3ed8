"""The report of a study: its figures, a page that shows them, and LaTeX for a publication."""
