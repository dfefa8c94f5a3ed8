"""The crowd server: the live site at `/`, the sandbox at `/sandbox/`, as one WSGI application.

For clients that can call only the path `/`, the sandbox is also served at the root of the host
`sandbox.` + the crowd's name and, optionally, of a second port.
"""

import gc
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from local_crowd import hosts, settings
from local_crowd.delivery.courier import Courier
from local_crowd.pages import make_flask
from local_crowd.pages.work import hit_page
from local_crowd.site import SITES, Site, open_site
from local_crowd.wire.route import PATH_AS_SENT, api

SANDBOX = "/sandbox"
IS_SANDBOX_PORT = "local_crowd.is_sandbox_port"  # in the WSGI environment
log = logging.getLogger(__name__)
NO_DATABASES: Mapping[str, str | None] = MappingProxyType({})


class CrowdServer:
    """Both sites behind one address."""

    def __init__(
        self,
        sites: dict[str, Site],
        files: Path,
        courier: Courier,
        *,
        proxies: int,
        names: Sequence[str],
        ports: Sequence[int],
    ) -> None:
        self.sites = sites
        self.courier = courier
        self._names = names
        self._sandbox_ports = {str(port) for port in ports[1:]}
        self._apps = {name: _create_site_app(site, files, ports) for name, site in sites.items()}
        self._answer: WSGIApplication = self._dispatch
        if proxies:
            self._answer = ProxyFix(self._dispatch, x_for=proxies, x_proto=proxies, x_host=proxies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # Before ProxyFix, which changes SERVER_PORT to what the proxy says.
        environ[IS_SANDBOX_PORT] = environ.get("SERVER_PORT") in self._sandbox_ports
        try:
            return self._answer(environ, start_response)
        except Exception:
            # Handled here because waitress and gunicorn log the path, which may contain a link's token.
            log.exception("A request failed")
            return Response("Something went wrong on our side.\n", 500)(environ, start_response)

    def _dispatch(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        is_sandbox = environ[IS_SANDBOX_PORT] or hosts.is_sandbox(host, self._names)
        if self._names and not (
            hosts.is_named(host, self._names) or hosts.is_sandbox(host, self._names)
        ):
            return Response(hosts.REFUSAL, 421)(environ, start_response)
        path = environ.get("PATH_INFO", "")
        environ[PATH_AS_SENT] = environ.get("SCRIPT_NAME", "") + path
        if path != SANDBOX and not path.startswith(f"{SANDBOX}/"):
            return self._apps["sandbox" if is_sandbox else "live"](environ, start_response)
        root = environ.get("SCRIPT_NAME", "") + SANDBOX
        if path == SANDBOX and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            query = environ.get("QUERY_STRING", "")
            return redirect(f"{root}/" + (f"?{query}" if query else ""), 308)(
                environ, start_response
            )
        # A POST to /sandbox is an API call: SDKs send the endpoint's path unchanged.
        inner = {**environ, "SCRIPT_NAME": root, "PATH_INFO": path.removeprefix(SANDBOX) or "/"}
        return self._apps["sandbox"](inner, start_response)

    def add_pages(self, site_name: str, pages: Blueprint) -> None:
        """Add pages to a site; call it before the first request."""
        self._apps[site_name].register_blueprint(pages)

    def prepare_fork(self) -> None:
        """Let processes that are forked now use the databases."""
        for site in self.sites.values():
            site.store.prepare_fork()

    def send_notifications(self) -> None:
        """Start sending notifications in the background, until the crowd is closed."""
        self.courier.start()

    def close(self) -> None:
        """Stop sending notifications, and disconnect from the databases."""
        self.courier.stop()
        for site in self.sites.values():
            site.close()


def create_app(
    directory: Path,
    clock: Callable[[], float] = time.time,
    *,
    proxies: int = 0,
    databases: Mapping[str, str | None] = NO_DATABASES,
    names: Sequence[str] = (),
    ports: Sequence[int] = (),
) -> CrowdServer:
    """Create the WSGI application for the crowd in `directory`, which is created if missing.

    `proxies`: the number of trusted proxies in front; anybody can send X-Forwarded-For, -Proto and
    -Host, so by default none is trusted. `names`: allowed Host headers, unless crowd.json has some;
    empty: any. `ports`: where the server listens; on every port but the first, the sandbox is at
    the root. Raises one of CANNOT_OPEN.
    """
    chosen = settings.read(directory)
    sites = {name: open_site(directory, name, clock, databases.get(name)) for name in SITES}
    return CrowdServer(
        sites,
        directory.resolve() / "files",
        Courier(sites.values(), chosen),
        proxies=proxies,
        names=chosen["hosts"] or names,
        ports=ports,
    )


def freeze_objects() -> None:
    """Exclude what exists now from garbage collection: modules, tables and routes, which all stay.

    Call it before serving. A full collection of these 110,000 objects takes 0.1 s, during which a
    process answers nobody.
    """
    gc.collect()
    gc.freeze()


def _create_site_app(site: Site, files: Path, ports: Sequence[int]) -> Flask:
    """Create the Flask application for one site: its pages and its API.

    Exempt from CSRF tokens are API calls, which are signed, and the forms of HIT pages, which have
    no token.
    """
    app = make_flask(site, files, ports)
    app.register_blueprint(api)
    csrf = CSRFProtect(app)
    csrf.exempt(api)
    csrf.exempt(hit_page.pages)
    return app
