"""What a form says of where somebody lives, and whether they are of age."""

from collections.abc import Mapping

from local_crowd.operations.people.profiles import InvalidPlace, Profile
from places import countries, us_states


def profile_of(form: Mapping[str, str]) -> Profile:
    """The profile that the form says. A state counts in the United States alone. Raises InvalidPlace."""
    country, state = form.get("country", ""), form.get("state", "")
    if country and country not in countries():
        raise InvalidPlace("Choose a country from the list.")
    if country != "US":
        state = ""
    elif state and state not in us_states():
        raise InvalidPlace("Choose a state from the list.")
    return Profile(country or None, state or None, "adult" in form)
