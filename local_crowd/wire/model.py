"""botocore's description of the MTurk service, and ours: operations and their parameters."""

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from formats import own_operations

TARGET_PREFIX = "MTurkRequesterServiceV20170117"


@cache
def load_service() -> ServiceModel:
    """Load MTurk's service model, version 2017-01-17, which ships with botocore, and our operations."""
    loader = Loader(extra_search_paths=[str(own_operations.PATH)])
    return ServiceModel(loader.load_service_model("mturk", "service-2"), "mturk")


def list_amazons_operations() -> list[str]:
    """Return the names of the operations that Amazon's service has."""
    amazons = Loader().load_service_model("mturk", "service-2")
    return sorted(amazons["operations"])


@cache
def find_operation(name: str) -> OperationModel | None:
    """Return the model of an operation, or None for an unknown name."""
    return load_service().operation_model(name) if name in load_service().operation_names else None
