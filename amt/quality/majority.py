"""Majority: the label with the most votes."""

from amt.quality.votes import Votes


def aggregate(votes: Votes) -> list[list[float]]:
    """Return the share of each label in the votes of each row."""
    shares = []
    for row in votes.iterate():
        counts = votes.count(row)
        shares.append([count / len(row) for count in counts])
    return shares
