"""The part of a form that holds a worker's country, state and age."""

from collections.abc import Mapping

from local_crowd.operations.people.profiles import InvalidPlace, Profile
from local_crowd.operations.texts import Text
from places import countries, us_states


def parse_profile(form: Mapping[str, str]) -> Profile:
    """Parse the profile, ignoring the state outside the United States. Raises InvalidPlace."""
    country, state = form.get("country", ""), form.get("state", "")
    if country and country not in countries():
        raise InvalidPlace(Text("Choose a country from the list."))
    if country != "US":
        state = ""
    elif state and state not in us_states():
        raise InvalidPlace(Text("Choose a state from the list."))
    return Profile(country or None, state or None, "adult" in form)
