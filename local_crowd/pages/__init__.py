"""The web pages of a site: the workers' and the requesters'."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, request

from local_crowd.operations.people import identities
from local_crowd.pages import errors, files, requester, words
from local_crowd.pages.context import (
    IdConverter,
    LimitedRequest,
    local_url,
    make_static_url,
    make_url_for,
)
from local_crowd.pages.headers import add_security_headers
from local_crowd.pages.languages import choice
from local_crowd.pages.money import earnings
from local_crowd.pages.panels import panel
from local_crowd.pages.people import account, join, reset_password, sign_in
from local_crowd.pages.qualifications import qualification_tests, qualifications
from local_crowd.pages.questions import scripts
from local_crowd.pages.requester.sessions import Sessions
from local_crowd.pages.waiting import waiting
from local_crowd.pages.work import assignments, consents, history, hit_list, hit_page, messages
from local_crowd.site import Site

BLUEPRINTS = (
    choice.pages,
    sign_in.pages,
    join.pages,
    reset_password.pages,
    panel.pages,
    waiting.pages,
    account.pages,
    earnings.pages,
    hit_list.pages,
    consents.pages,
    assignments.pages,
    hit_page.pages,
    scripts.pages,
    history.pages,
    messages.pages,
    qualifications.pages,
    qualification_tests.pages,
    files.pages,
    requester.pages,
)


class Pages(Flask):
    """A Flask app that logs no paths, which may contain a link's token or an assignment's id."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: none is async. Flask asks it of five functions for each request."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Log an exception with the route's rule, such as /join/<id:token>, instead of the path."""
        self.logger.error("Exception on %s %s", request.method, request.url_rule, exc_info=exc_info)


def make_flask(site: Site, files_directory: Path, ports: Iterable[int] = ()) -> Flask:
    """Create a Flask app with every page of `site`, but without the API.

    `ports` are those that this server listens on: they tell its own URLs from others.
    """
    app = Pages("local_crowd.pages")
    app.request_class = LimitedRequest
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_NAME=f"local_crowd_{site.name}",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # a HIT may be open for days; the token ends with its session
    )
    show_site(app, site, files_directory, ports)
    app.url_map.converters["id"] = IdConverter
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.globals.update(
        site_name=site.name,
        static=make_static_url(app),
        url_for=make_url_for(),
        local_url=local_url,
    )
    app.jinja_env.globals.update(
        count_unread=messages.count_unread,
        count_unread_of_requester=requester.messages.count_unread,
    )
    choice.add_to(app)
    app.after_request(add_security_headers)
    errors.add_to(app)
    return app


def show_site(app: Flask, site: Site, files_directory: Path, ports: Iterable[int]) -> None:
    """Let the app show `site`, with the files, addresses and session key that belong to it."""
    with site.writing() as call:
        app.secret_key = identities.ensure_secret(call, "session_secret")
    app.extensions["local_crowd"] = site
    app.extensions["local_crowd_files"] = files_directory
    app.extensions["local_crowd_ports"] = frozenset(ports)
