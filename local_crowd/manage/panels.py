"""Links that lead a panel's participants to HITs."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from local_crowd.manage.commands import SITE, URL, WAIT, Line, argument, command
from local_crowd.manage.common import (
    format_public_url,
    format_time,
    open_named_site,
    parse_duration,
    parse_wait,
)
from local_crowd.manage.panel_presets import PRESETS, UNKNOWN_PANEL, Preset
from local_crowd.operations.call import Call
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.panels import completion_urls, participants
from local_crowd.operations.people import invitation_links
from local_crowd.operations.work import worker_lists

NAME = re.compile("[A-Za-z0-9_.-]{1,64}")
OUTCOMES_IN_WORDS = {
    participants.DONE: "finished",
    participants.SCREENED_OUT: "were screened out",
    participants.NOTHING_LEFT: "found nothing left",
}


class Completion(NamedTuple):
    """How participants return to the panel."""

    host: str
    url: str
    outcome_urls: dict[str, str]  # of the outcomes that do not lead to `url`
    codes: dict[str, str]  # of the outcomes whose URL has {code}


@command(
    argument("--hit_type_id", "ID", "HITTypeIds or HITGroupIds of the HITs", nargs="+", default=[]),
    argument("--hit_ids_file", "FILE", "ids file of a batch, instead of --hit_type_id"),
    argument(
        "--limit", "N", "number of HITs that a participant does; default: 1", type=int, default=1
    ),
    argument(
        "--preset",
        "PANEL",
        "settings for a panel, which the other arguments override: " + ", ".join(PRESETS),
        choices=list(PRESETS),
    ),
    argument(
        "--completion_url",
        "URL",
        "URL that participants return to, with {code} for the completion code, or with "
        "{participant}, {study} or {session} for what they arrived with, "
        "e.g. https://app.prolific.com/submissions/complete?cc={code}",
    ),
    *(
        argument(
            f"--completion_url_{outcome}",
            "URL",
            f"URL for participants who {OUTCOMES_IN_WORDS[outcome]}; default: --completion_url if "
            "it has {code}, otherwise the panel's front page",
        )
        for outcome in (participants.SCREENED_OUT, participants.NOTHING_LEFT)
    ),
    *(
        argument(f"--code_{outcome}", "CODE", f"completion code for participants who {words}")
        for outcome, words in OUTCOMES_IN_WORDS.items()
    ),
    argument(
        "--worker_parameter",
        "NAME",
        "URL parameter that holds the participant id; default: the preset's, or PROLIFIC_PID",
    ),
    argument(
        "--study_parameter",
        "NAME",
        'URL parameter that holds the study id, or ""; default: the preset\'s, or STUDY_ID',
    ),
    argument(
        "--session_parameter",
        "NAME",
        'URL parameter that holds the session id, or ""; default: the preset\'s, or SESSION_ID',
    ),
    argument("--panel", "NAME", "name of the panel; default: the host of --completion_url"),
    argument(
        "--places",
        "N",
        "number of participants who can use the link; default: no limit",
        type=int,
    ),
    argument(
        "--expires",
        "TIME",
        "when the link stops admitting new people, e.g. 12h or 4w; default: never",
        default="never",
    ),
    *WAIT,
    SITE,
    URL,
)
def add_panel_link(
    directory: Path,
    site: str,
    url: str,
    hit_type_id: list[str],
    hit_ids: list[str],
    limit: int,
    preset: str | None,
    panel: str | None,
    places: int | None,
    expires: str,
    wait: str | None,
    wait_reward: str | None,
    **settings: str | None,
) -> Iterator[Line]:
    """Create a link that leads a panel's participants to HITs: those of the given HIT types, or of
    the HIT types of `hit_ids`. `settings` are parameter names, completion URLs and codes.

    Raises ParameterValidationError for invalid arguments.
    """
    chosen = PRESETS[preset] if preset else UNKNOWN_PANEL
    parameters = _choose_parameters(chosen, settings)
    completion = _choose_completion(chosen, settings, parameters)
    if limit < 1 or (places is not None and places < 1):
        raise ParameterValidationError("--limit and --places must be at least 1.")
    if bool(hit_type_id) == bool(hit_ids):
        raise ParameterValidationError(
            "Give either --hit_type_id or a --hit_ids_file that is not empty."
        )
    lifetime = parse_duration(expires)
    with open_named_site(directory, site) as opened, opened.writing() as call:
        panel_settings = participants.Panel(
            panel or completion.host,
            _find_hit_types(call, hit_ids)
            if hit_ids
            else [_find_hit_type(call, group_id) for group_id in hit_type_id],
            limit,
            completion.url,
            completion.codes,
            parameters,
            completion.outcome_urls,
        )
        link_id, token = invitation_links.create(
            call,
            invitation_links.PANEL,
            uses=places,
            lifetime=lifetime,
            panel=panel_settings._asdict(),
            wait=_find_wait_terms(call, wait, wait_reward, panel_settings.hit_type_ids),
        )
        line = {
            "url": format_public_url(url, opened, f"/join/{token}")
            + _format_query(chosen, parameters),
            "link_id": link_id,
            "expires": format_time(lifetime and call.now + lifetime),
        }
    if preset:
        line |= {"paste": chosen.paste, "completion": chosen.expects}
    yield line


def _find_wait_terms(
    call: Call, wait: str | None, wait_reward: str | None, hit_type_ids: list[str]
) -> invitation_links.WaitTerms | None:
    """Return what the link pays for waiting: the requester of the HITs pays, who must be one."""
    payers = worker_lists.find_requesters(call, hit_type_ids)
    terms = parse_wait(wait, wait_reward, payers[0])
    if terms is not None and len(payers) > 1:
        raise ParameterValidationError(
            "--wait: the HIT types belong to several requesters; create a link for each."
        )
    return terms


def _find_hit_type(call: Call, group_id: str) -> str:
    """Return the HIT type with this HITTypeId or HITGroupId."""
    hit_type_id = worker_lists.find_hit_type_id(call, group_id)
    if hit_type_id is None:
        raise ParameterValidationError(
            f"There is no HIT type or HIT group {group_id} on this site."
        )
    return hit_type_id


def _find_hit_types(call: Call, hit_ids: list[str]) -> list[str]:
    """Return the HIT types of these HITs. Raises ParameterValidationError for an unknown HIT."""
    hit_types = worker_lists.find_hit_types(call, hit_ids)
    if missing := [hit_id for hit_id in hit_ids if hit_id not in hit_types]:
        raise ParameterValidationError(
            f"There is no HIT {missing[0]} on this site; use --site for the other site."
        )
    return list(dict.fromkeys(hit_types[hit_id] for hit_id in hit_ids))


def _choose_parameters(preset: Preset, settings: Mapping[str, str | None]) -> dict[str, str]:
    """Return the panel's names for "worker", "study" and "session": the flags', or the preset's.

    Raises ParameterValidationError for invalid names.
    """
    parameters = {}
    for meaning in completion_urls.PLACEHOLDER_OF:
        flag = settings[f"{meaning}_parameter"]
        name = preset.parameters.get(meaning, "") if flag is None else flag
        if name:
            parameters[meaning] = name
    if "worker" not in parameters:
        raise ParameterValidationError("--worker_parameter cannot be empty.")
    if bad := [name for name in parameters.values() if not NAME.fullmatch(name)]:
        raise ParameterValidationError(f"{bad[0]!r} is not a valid parameter name.")
    if len(set(parameters.values())) < len(parameters):
        raise ParameterValidationError("Two parameters have the same name.")
    return parameters


def _choose_completion(
    preset: Preset, settings: Mapping[str, str | None], parameters: Mapping[str, str]
) -> Completion:
    """Return how participants return: by the flags, or by the preset.

    Without {code}, a URL says that its participant finished, so the other outcomes do not lead
    there. Raises ParameterValidationError for invalid URLs and for missing or useless codes.
    """
    url = settings["completion_url"] or preset.completion_url
    if url is None:
        raise ParameterValidationError(
            "--completion_url is missing. " + (preset.expects or "The panel shows it to you.")
        )
    host = completion_urls.validate("--completion_url", url)
    netloc = urlsplit(url).netloc
    for name in preset.required:
        if name not in completion_urls.find_placeholders(url):
            raise ParameterValidationError(
                f"--completion_url {url}: no {{{name}}}, without which {preset.panel} grants no "
                f"credit. {preset.expects}"
            )
    outcome_urls = {}
    for outcome in (participants.SCREENED_OUT, participants.NOTHING_LEFT):
        flag = f"completion_url_{outcome}"
        if own := settings[flag]:
            completion_urls.validate(f"--{flag}", own)
            if urlsplit(own).netloc != netloc:
                raise ParameterValidationError(
                    f"--{flag} {own}: the host must be {netloc}, as in --completion_url"
                )
            outcome_urls[outcome] = own
        elif "code" not in completion_urls.find_placeholders(url):
            outcome_urls[outcome] = f"{urlsplit(url).scheme}://{netloc}/"
    urls = {outcome: outcome_urls.get(outcome, url) for outcome in participants.OUTCOMES}
    _require_parameters(urls, parameters)
    return Completion(host, url, outcome_urls, _choose_codes(urls, settings))


def _choose_codes(urls: Mapping[str, str], settings: Mapping[str, str | None]) -> dict[str, str]:
    """Return the completion codes of the outcomes whose URL has {code}."""
    codes = {}
    for outcome, url in urls.items():
        flag, code = f"--code_{outcome}", settings[f"code_{outcome}"]
        if "code" in completion_urls.find_placeholders(url):
            if not code:
                raise ParameterValidationError(f"{flag} is missing: {url} has {{code}}.")
            codes[outcome] = code
        elif code:
            given = settings.get(f"completion_url_{outcome}")
            url_flag = f"--completion_url_{outcome}" if given else "--completion_url"
            raise ParameterValidationError(
                f"{url_flag} {url}: write {{code}} where the code goes, after the host, or "
                f"leave out {flag}"
            )
    return codes


def _require_parameters(urls: Mapping[str, str], parameters: Mapping[str, str]) -> None:
    for meaning, name in completion_urls.PLACEHOLDER_OF.items():
        for url in urls.values():
            if name in completion_urls.find_placeholders(url) and meaning not in parameters:
                raise ParameterValidationError(
                    f"{url} has {{{name}}}, but --{meaning}_parameter is empty."
                )


def _format_query(preset: Preset, parameters: Mapping[str, str]) -> str:
    """Return the query string that the panel fills in; empty for a panel that adds its own.

    Without a preset, it has Prolific's placeholders where the names are Prolific's.
    """
    if preset.placeholders is None:
        return ""
    prolific = PRESETS["prolific"]
    pairs = []
    for meaning, name in parameters.items():
        placeholder = preset.placeholders.get(meaning, "...")
        if preset is UNKNOWN_PANEL and name in prolific.parameters.values():
            placeholder = f"{{{{%{name}%}}}}"
        pairs.append(f"{name}={placeholder}")
    return "?" + "&".join(pairs)
