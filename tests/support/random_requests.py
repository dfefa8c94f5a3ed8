"""Random requests to the API, valid or not, which often name existing ids."""

from functools import cache
from typing import Any

from botocore.model import Shape
from hypothesis import strategies as st

from local_crowd.operations.people import identities
from local_crowd.operations.work import worker_actions
from local_crowd.site import Site
from local_crowd.wire import model
from tests.support.crowds import NEW_YEAR, QUESTION

FAMILIES = {
    "RequestError",
    "ParameterValidationError",
    "ValidationException",
    "SerializationException",
}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


class Known:
    """Existing ids, for use in requests."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.writing() as call:
            self.owner = identities.ensure_requester(call)
            self.worker = identities.ensure_worker(call, "Ada")
        response = site.perform(
            self.owner,
            "CreateHIT",
            {
                "Title": "t",
                "Description": "d",
                "Reward": "0.05",
                "AssignmentDurationInSeconds": 60,
                "LifetimeInSeconds": 86400,
                "MaxAssignments": 2,
                "Question": QUESTION,
            },
        )["HIT"]
        self.hit, self.hit_type = response["HITId"], response["HITTypeId"]
        with site.writing() as call:
            self.assignment = worker_actions.accept(call, self.worker, self.hit).assignment_id
            worker_actions.submit(call, self.assignment, [("word", "cat")])

    def of(self, name: str) -> list[str]:
        """Return valid values of the member of this name."""
        return {
            "HITId": [self.hit],
            "HITTypeId": [self.hit_type],
            "AssignmentId": [self.assignment],
            "WorkerId": [self.worker],
            "Question": [QUESTION],
            "CustomerId": [self.worker],
            "Reward": ["0.05"],
            "BonusAmount": ["0.05"],
        }.get(name, [])


def mostly(good: st.SearchStrategy[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy that mostly takes `good`, so that a request with many members is often
    valid.
    """
    return st.one_of(*[good] * 9, other)


def valid(shape: Any, name: str, known: Known) -> st.SearchStrategy[Any]:
    """Return a strategy for values that the service model allows, known ids among them."""
    rules = shape.metadata
    if shape.type_name == "structure":
        fields = {
            member_name: valid(member, member_name, known)
            for member_name, member in shape.members.items()
        }
        required = {member_name: fields.pop(member_name) for member_name in shape.required_members}
        return st.fixed_dictionaries(required, optional=fields)
    if shape.type_name == "list":
        return st.lists(valid(shape.member, shape.member.name, known), max_size=3)
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in ("integer", "long"):
        low, high = rules.get("min", -(2**63)), rules.get("max", 10**30)
        edges = [n for n in (0, 1, 29, 30, 60, 100, 2**31, 2**63) if low <= n <= high]
        usual = st.integers(max(low, 30), min(high, 1000))
        return mostly(usual, st.sampled_from(edges) | st.integers(low, high))
    if shape.type_name == "timestamp":
        ahead = st.integers(-(10**6), 10**8).map(lambda seconds: NEW_YEAR + seconds)
        return ahead | ahead.map(float) | st.datetimes().map(str)
    if "enum" in rules:
        return st.sampled_from(rules["enum"])
    if "pattern" in rules:
        texts = st.from_regex(rules["pattern"].rstrip("$") + r"\Z").filter(
            lambda text: len(text) <= rules.get("max", 200)
        )
    else:
        letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
        texts = st.text(letters, min_size=rules.get("min", 0), max_size=rules.get("max", 200))
    return mostly(st.sampled_from(good), texts) if (good := known.of(name)) else texts


def broken(shape: Any, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for requests in which any member may be missing, or be any JSON value."""
    fields = {
        name: json_values | valid(member, name, known) for name, member in shape.members.items()
    }
    return st.fixed_dictionaries({}, optional=fields)


@cache
def request_shape(operation: str) -> Shape:
    known_operation = model.find_operation(operation)
    assert known_operation is not None
    return known_operation.input_shape
