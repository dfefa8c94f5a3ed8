"""The client of a plug-in crowd: its methods and errors, as the scripts know them from boto3.

Import this module in functions only: botocore takes 0.1 s, which `--help` must not wait for.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from amt import plug_in_responses, streams
from amt.errors import Error
from amt.plug_ins import PlugIn


class RequestError(ClientError):
    """The refusal of a call, as `client.exceptions.RequestError` of boto3."""


class Exceptions:
    """The classes of errors, as boto3's `client.exceptions`."""

    ClientError: ClassVar = ClientError
    RequestError: ClassVar = RequestError


class PlugInClient:
    """A client of a plug-in crowd, in place of boto3's.

    No more calls than the crowd takes are made at a time, from any threads. A method that the crowd
    lacks raises Error when it is looked up.
    """

    exceptions = Exceptions

    def __init__(self, plug_in: PlugIn) -> None:
        self._plug_in = plug_in

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if not self._plug_in.has(name):
            raise Error(f"the crowd {self._plug_in.name} has no {name}")
        method = getattr(self._plug_in.target, name)

        def call(**request: Any) -> Any:
            try:
                with self._plug_in.free, streams.print_to_stderr():
                    response = method(**request)
            except SystemExit as error:
                raise Error(f"crowd {self._plug_in.name}: {name} ended the script") from error
            except Exception as error:
                converted = convert(error, name)
                if converted is None:
                    raise
                raise converted from error
            try:
                plug_in_responses.validate(name, request, response)
            except Error as error:
                crowd = self._plug_in.name
                raise Error(
                    f"crowd {crowd}: {error}; see python -m amt.check_crowd {crowd}"
                ) from error
            return response

        return call


def convert(error: Exception, operation: str) -> ClientError | None:
    """Return the error that boto3 would raise for one with a `response`; None for any other.

    A lost connection and a timeout become a response of a server in trouble, which is waited for.
    """
    response: Any = getattr(error, "response", None)
    fault = response.get("Error") if isinstance(response, Mapping) else None
    if isinstance(fault, Mapping) and "Code" in fault:
        kind = RequestError if fault["Code"] == "RequestError" else ClientError
        words = {"Code": str(fault["Code"]), "Message": str(fault.get("Message") or error)}
        refusal: Any = {**response, "Error": words}
        return kind(refusal, operation)
    if isinstance(error, ConnectionError | TimeoutError):
        trouble: Any = {
            "Error": {"Code": "ServiceFault", "Message": str(error) or type(error).__name__},
            "ResponseMetadata": {"HTTPStatusCode": 503},
        }
        return ClientError(trouble, operation)
    return None
