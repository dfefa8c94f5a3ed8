"""What panels' public documentation says about links to studies and about completion URLs.

docs/people.md names the source and the date of each preset.
"""

from typing import NamedTuple


class Preset(NamedTuple):
    """The settings that a panel's documentation prescribes, and what it says to do with them."""

    panel: str  # its name, for messages
    parameters: dict[str, str]  # the panel's names for "worker", "study" and "session"
    placeholders: dict[str, str] | None  # what the panel replaces by the ids; None: it adds them
    completion_url: str | None  # the same for every study; None: each study has its own
    paste: str  # where the link's address goes
    expects: str  # of the completion URL
    required: tuple[str, ...] = ()  # placeholders that the completion URL cannot do without


PRESETS = {
    "prolific": Preset(
        "Prolific",
        {"worker": "PROLIFIC_PID", "study": "STUDY_ID", "session": "SESSION_ID"},
        {
            "worker": "{{%PROLIFIC_PID%}}",
            "study": "{{%STUDY_ID%}}",
            "session": "{{%SESSION_ID%}}",
        },
        "https://app.prolific.com/submissions/complete?cc={code}",
        "Paste the url, unchanged, as the URL of the study; Prolific replaces the placeholders.",
        "Create a completion code for each outcome at Prolific, and give them as --code_done, "
        "--code_screened_out and --code_nothing_left.",
    ),
    "connect": Preset(
        "CloudResearch Connect",
        {"worker": "participantId", "study": "projectId", "session": "assignmentId"},
        None,
        None,
        "Paste the url as the project's link; Connect adds participantId, assignmentId and "
        "projectId itself.",
        "--completion_url is the Redirect URL that Connect shows at the end of the project's "
        "settings; it needs no placeholder. It is for finished participants only: for those who "
        "are screened out, give a partial redirect as --completion_url_screened_out.",
    ),
    "sona": Preset(
        "SONA",
        {"worker": "survey_code"},
        {"worker": "%SURVEY_CODE%"},
        None,
        "Paste the url, unchanged, as the Study URL of an online external study; SONA replaces "
        "%SURVEY_CODE%.",
        "--completion_url is the client-side completion URL that SONA shows with the study, "
        "with {participant} in place of XXXX: "
        "https://SCHOOL.sona-systems.com/webstudy_credit.aspx?experiment_id=...&credit_token=..."
        "&survey_code={participant}",
        ("participant",),
    ),
    "cloudresearch": Preset(
        "CloudResearch's MTurk Toolkit",
        {"worker": "workerId", "study": "hitId", "session": "assignmentId"},
        None,
        None,
        "Paste the url as the URL of the survey; CloudResearch adds workerId, assignmentId and "
        "hitId itself.",
        "Workers type the completion code into their HIT, so choose a fixed code there and give "
        "it as --code_done. No redirect is documented: a --completion_url such as "
        "https://worker.mturk.com/#{code} only brings workers back to MTurk.",
    ),
    "besample": Preset(
        "Besample",
        {"worker": "response_id"},
        {"worker": "..."},
        None,
        "Add what Besample shows as the place for the participant's id after response_id=. "
        "Besample has no public documentation of its parameters: response_id is from another "
        "program's, so try the link first. --worker_parameter sets another name.",
        "Besample has no public documentation of its completion URL, so nothing is required of "
        "--completion_url; take what Besample shows for the study.",
    ),
    "positly": Preset(
        "Positly",
        {"worker": "participantID", "session": "assignmentID"},
        None,
        None,
        "Paste the url as the activity link; Positly adds participantID and assignmentID itself.",
        "--completion_url is the completion link that Positly shows on the last page of a run's "
        "settings (https://app.positly.com/#/f?task_id=...); it needs no placeholder. A screening "
        "link goes into --completion_url_screened_out.",
    ),
}
UNKNOWN_PANEL = Preset("", PRESETS["prolific"].parameters, {}, None, "", "")
