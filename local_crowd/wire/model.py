"""botocore's description of the MTurk service: its operations and their parameters."""

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

TARGET_PREFIX = "MTurkRequesterServiceV20170117"


@cache
def load_service() -> ServiceModel:
    """Load MTurk's service model, version 2017-01-17, which ships with botocore."""
    return ServiceModel(Loader().load_service_model("mturk", "service-2"), "mturk")


@cache
def find_operation(name: str) -> OperationModel | None:
    """Return the model of an operation, or None for a name that Amazon does not define."""
    return load_service().operation_model(name) if name in load_service().operation_names else None
