"""Read and validate the parameters of a review policy, a list of keys with values."""

from collections.abc import Mapping, Sequence
from typing import Any

from local_crowd.operations.checks import FEEDBACK_LIMIT, require_text, validate_range
from local_crowd.operations.errors import ParameterValidationError

FLAGS = {"t": True, "true": True, "f": False, "false": False}
MAX_KEY_BYTES = 255  # bytes


class Parameters:
    """The parameters of `policy`, a ReviewPolicy structure.

    `aliases` maps other spellings of keys to their names. Raises ParameterValidationError for a key
    that is unknown, repeated or missing.
    """

    def __init__(
        self,
        policy: Mapping[str, Any],
        required: Sequence[str],
        optional: Sequence[str],
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self._parameters: dict[str, Mapping[str, Any]] = {}
        for parameter in policy.get("Parameters", ()):
            name = str(parameter.get("Key", ""))
            key = (aliases or {}).get(name, name)
            if key not in (*required, *optional):
                raise ParameterValidationError(
                    f"{policy['PolicyName']} has no parameter {name or '(none named)'}. "
                    f"Its parameters are {', '.join((*required, *optional))}."
                )
            if key in self._parameters:
                raise ParameterValidationError(f"The parameter {name} is given twice.")
            self._parameters[key] = parameter
        if missing := [key for key in required if key not in self._parameters]:
            raise ParameterValidationError(
                "Your request is missing required parameters. Required parameters include "
                f"{', '.join(missing)}."
            )

    def read_text(self, key: str) -> str | None:
        """Return the parameter's text for the worker, or None if it is absent."""
        value = self._get_value(key)
        return None if value is None else require_text(key, value, FEEDBACK_LIMIT)

    def read_integer(self, key: str, low: int, high: int) -> int | None:
        """Return the parameter as an integer from `low` to `high`, or None if it is absent."""
        value = self._get_value(key)
        if value is None:
            return None
        digits = value.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise _invalid_value(value, key)
        return validate_range(key, int(value), low, high)

    def read_flag(self, key: str) -> bool:
        """Return the parameter (T or F, true or false) as a bool, or False if it is absent."""
        value = self._get_value(key)
        if value is None:
            return False
        if value.strip().lower() not in FLAGS:
            raise _invalid_value(value, key)
        return FLAGS[value.strip().lower()]

    def read_names(self, key: str) -> list[str]:
        """Return the question ids in the parameter, whose values are ids separated by commas."""
        values = self._parameters[key].get("Values", ())
        names = [name.strip() for value in values for name in value.split(",")]
        if not names or not all(names):
            raise _invalid_value(",".join(values), key)
        return list(dict.fromkeys(names))

    def read_entries(self, key: str) -> dict[str, list[str]]:
        """Return the values of each of the parameter's map entries by its key."""
        entries: dict[str, list[str]] = {}
        for entry in self._parameters[key].get("MapEntries", ()):
            name = entry.get("Key", "")
            if not name or name in entries or len(name.encode()) > MAX_KEY_BYTES:
                raise _invalid_value(
                    name, f"{key} (a question's id, up to {MAX_KEY_BYTES} bytes, once)"
                )
            entries[name] = list(entry.get("Values", ()))
        if not entries:
            raise ParameterValidationError(f"{key} has no MapEntries.")
        return entries

    def _get_value(self, key: str) -> str | None:
        if key not in self._parameters:
            return None
        values = self._parameters[key].get("Values", ())
        if len(values) != 1:
            raise ParameterValidationError(
                f"The parameter {key} has {len(values)} values. It must have one."
            )
        return str(values[0])


def _invalid_value(value: str, key: str) -> ParameterValidationError:
    return ParameterValidationError(f'The value "{value}" is not valid for the parameter {key}.')
