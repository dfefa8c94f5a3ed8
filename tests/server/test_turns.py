"""A process leaves a new connection to the one that has fewer, for a moment."""

from local_crowd.turns import HEAD_START_SECONDS, OpenConnections, Turn


def make_turns(*counts: int) -> list[Turn]:
    """Return the turns of processes with so many open connections."""
    connections = OpenConnections(len(counts))
    turns = [Turn(connections, process) for process in range(len(counts))]
    for turn, count in zip(turns, counts, strict=True):
        turn.set_count(count)
    return turns


def test_processes_with_the_fewest_connections_accept() -> None:
    """Both of two that have equally many accept; the one that has more waits."""
    turns = make_turns(3, 3, 4)

    assert [turn.take(10.0) for turn in turns] == [True, True, False]
    assert [turn.get_wait(10.0) > 0 for turn in turns] == [False, False, True]


def test_connection_that_nobody_took_is_accepted_after_the_head_start() -> None:
    """The wait ends with the head start, and whatever is there then is accepted."""
    _, ahead = make_turns(0, 1)

    assert not ahead.take(10.0)
    end = 10.0 + HEAD_START_SECONDS
    assert ahead.get_wait(end) == 0
    assert ahead.take(end)


def test_next_connection_is_left_to_others_again() -> None:
    """The head start is for each connection: after one was accepted, and long after a wait."""
    _, ahead = make_turns(0, 1)

    assert not ahead.take(10.0)
    assert ahead.take(10.0 + HEAD_START_SECONDS)
    assert not ahead.take(10.0 + HEAD_START_SECONDS)
    assert not ahead.take(20.0)
