"""The language of a request: the one chosen on a page, else the first that the browser accepts.

The requester's pages are always English. So are texts outside a request.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, g, has_request_context, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from local_crowd.operations.texts import PluralText, Text
from local_crowd.pages.context import find_current_path, local_url, read_next_path
from local_crowd.pages.headers import YEAR
from local_crowd.pages.languages.catalogues import ENGLISH, NAMES, Language, load_language
from local_crowd.pages.languages.script_texts import PAGES, compute_version, write_script

pages = Blueprint("languages", __name__)
COOKIE = "local_crowd_language"


def choose_language(chosen: str | None, accepted: str) -> str:
    """Return the code of a language of NAMES.

    `chosen` is what the worker chose, if anything; `accepted` is the browser's Accept-Language.
    """
    return chosen if chosen in NAMES else _find_accepted(accepted)


@lru_cache(maxsize=1000)
def _find_accepted(header: str) -> str:
    by_tag = {code.lower(): code for code in NAMES}
    by_tag |= {code.lower().partition("-")[0]: code for code in NAMES}
    for tag, quality in parse_accept_header(header, LanguageAccept):
        known = by_tag.get(tag.lower()) or by_tag.get(tag.lower().partition("-")[0])
        if known and quality:
            return known
    return ENGLISH.code


def current_language() -> Language:
    """Return the language of the request, or English outside a request."""
    language: Language
    try:
        language = g.language  # a page asks 40 times
    except AttributeError:
        language = g.language = load_language(_choose_for_request())
    except RuntimeError:  # there is no request
        language = ENGLISH
    return language


def _choose_for_request() -> str:
    if not has_request_context() or (request.blueprint or "").partition(".")[0] == "requester":
        return ENGLISH.code
    accepted = request.headers.get("Accept-Language", "")
    return choose_language(request.cookies.get(COOKIE), accepted)


def translate(text: Text) -> str:
    """Return the text in the request's language."""
    return text.render(current_language())


def gettext(template: str, /, **values: Any) -> str:
    """Translate a template with its values, as Text describes them."""
    return translate(Text(template, **values))


def ngettext(one: str, many: str, count: int, /, **values: Any) -> str:
    """Translate the template for `count` with its values, as PluralText describes them."""
    return translate(PluralText(one, many, count, **values))


@lru_cache(maxsize=100)
def _make_functions(language: Language) -> dict[str, Callable[..., Any]]:
    """Return a template's functions that translate. The texts may contain tags; values are escaped."""

    def gettext_markup(template: str, /, **values: Any) -> Markup:
        if not values:
            return _to_markup(language, template)
        return _fill(language, language.gettext(template), values)

    def ngettext_markup(one: str, many: str, count: int, /, **values: Any) -> Markup:
        return _fill(language, language.ngettext(one, many, count), values)

    return {
        "_": gettext_markup,
        "gettext": gettext_markup,
        "ngettext": ngettext_markup,
        "language": lambda: language,
    }


def _gettext_markup(template: str, /, **values: Any) -> Markup:
    """Translate for a macro that is imported, so without the page's context."""
    translated: Markup = _make_functions(current_language())["gettext"](template, **values)
    return translated


@lru_cache(maxsize=10_000)
def _to_markup(language: Language, template: str) -> Markup:
    return _fill(language, language.gettext(template), {})


def _ngettext_markup(one: str, many: str, count: int, /, **values: Any) -> Markup:
    translated: Markup = _make_functions(current_language())["ngettext"](one, many, count, **values)
    return translated


def _fill(language: Language, template: str, values: dict[str, Any]) -> Markup:
    words = {
        name: language.format_number(value) if isinstance(value, int) else value
        for name, value in values.items()
    }
    return Markup(template) % words  # noqa: S704 - catalogues are ours, and values are escaped


def add_to(app: Flask) -> None:
    """Let the app's templates translate, by _("..."), ngettext and {% trans %}."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined] # {% trans %} passes values
    app.jinja_env.globals.update(
        _=_gettext_markup,
        gettext=_gettext_markup,
        ngettext=_ngettext_markup,
        language=current_language,
        language_names=NAMES,
        current_path=find_current_path,
        script_texts_url=make_script_texts_url,
    )
    # A page translates 40 texts: its functions know the language, and need not find out.
    app.context_processor(lambda: _make_functions(current_language()))


@pages.post("/language")
def choose() -> Response:
    """Keep the language that the worker chose in a cookie, and redirect to the page they were on."""
    response = redirect(local_url(read_next_path()), 303)
    code = request.form.get("language", "")
    if code in NAMES:
        response.set_cookie(
            COOKIE,
            code,
            max_age=YEAR,
            path=local_url("/"),
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


@pages.get("/script_texts/<code>.js")
def show_script_texts(code: str) -> Response:
    """Send the script that translates the texts of the scripts after it."""
    return Response(
        write_script(code if code in NAMES else ENGLISH.code, PAGES),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={YEAR}, immutable"},
    )


def make_script_texts_url() -> str:
    """Return the URL of the script that translates, which changes with its content."""
    return _make_script_texts_url(request.script_root, current_language().code)


@lru_cache(maxsize=1000)
def _make_script_texts_url(_root: str, code: str) -> str:
    return url_for("languages.show_script_texts", code=code, v=compute_version(code))
