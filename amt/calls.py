"""Call a crowd: lists page by page, and many calls at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from amt import parallel
from amt.crowd import Crowd
from amt.messages import Faults, Say
from amt.parallel import Outcome


def list_pages(method: Callable[..., Any], name: str, **request: Any) -> Iterator[Any]:
    """Yield every item of a List operation, over all pages: `list_pages(client.list_hits, "HITs")`."""
    request = {"MaxResults": 100} | request
    while True:
        page = method(**request)
        yield from page[name]
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def gather(
    crowd: Crowd,
    work: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    doing: str = "",
    total: int | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of `work(item)` for every item, in the items' order.

    `crowd.calls_at_a_time` calls run at a time. `doing` and `total` are for the progress bar. What is
    raised besides the crowd's refusals: see parallel.gather.
    """
    from amt import connection  # boto3 takes 0.1 s to import, which --help must not wait for

    return parallel.gather(
        work,
        items,
        refusal=connection.describe_refusal,
        threads=crowd.calls_at_a_time,
        doing=doing,
        total=total,
    )


def name_refusals(
    outcomes: Iterable[Outcome], say: Say, name: Callable[[Any], str] = str
) -> Iterator[Outcome]:
    """Yield all outcomes, and say what each refusal refuses and why.

    `name` returns what an item is called in the message.
    """
    with Faults(say) as faults:
        for outcome in outcomes:
            if outcome.refusal is not None:
                faults.add(f"{name(outcome.item)}: {outcome.refusal}")
            yield outcome


def count_refusals(outcomes: Iterable[Outcome], say: Say, name: Callable[[Any], str] = str) -> int:
    """Consume all outcomes, say each refusal as name_refusals does, and return their number."""
    named = name_refusals(outcomes, say, name)
    return sum(outcome.refusal is not None for outcome in named)
