"""Turkle, the nearest self-hosted peer: a site of its own, and workers at it.

Installed from PyPI into a virtual environment of its own, and served by gunicorn as Turkle's Docker
image does, with data in SQLite. Only passwords are hashed more quickly, for signing in, which is
not measured.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.load_site import PAGE, SLOTS, Server, wait_for_port
from benchmarks.load_workers import Browser, Times

VERSION = "3.1.0"
PASSWORD = "benchmark"  # noqa: S105 - of workers who live for seconds
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
FRAME = re.compile(rb'<iframe src="([^"]+)"')
SETTINGS = """
SECRET_KEY = "benchmark"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "turkle_site.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"
]
LOGIN_URL, LOGIN_REDIRECT_URL, STATIC_URL, USE_TZ = "login", "index", "/static/", True
X_FRAME_OPTIONS = "SAMEORIGIN"
TURKLE_AUTO_ACCEPT_DEFAULT = False
INSTALLED_APPS = [
    *(f"django.contrib.{name}" for name in
      ("auth", "contenttypes", "sessions", "messages", "staticfiles")),
    "turkle", "django.contrib.admin", "rest_framework", "rest_framework.authtoken",
    "guardian", "djaa_list_filter2",
]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.contrib.auth.context_processors.auth",
        "django.template.context_processors.request",
        "django.contrib.messages.context_processors.messages",
        "turkle.utils.turkle_vars",
    ]},
}]
"""
URLS = """
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("django.contrib.auth.urls")),
    path("", include("turkle.urls")),
]
"""
WSGI = """
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "turkle_site.settings"
application = get_wsgi_application()
"""
PREPARE = """
import json
import sys
import turkle_site.wsgi
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from turkle.models import Batch, Project, Task

wanted = json.load(sys.stdin)
call_command("migrate", verbosity=0)
password = make_password(wanted["password"])
User.objects.bulk_create(
    User(username=f"worker {number}", password=password) for number in range(wanted["workers"])
)
for hits in wanted["batches"]:
    shared = {"name": "Name the animal", "assignments_per_task": wanted["slots"]}
    project = Project(html_template=wanted["page"], **shared)
    project.process_template()
    project.save()
    batch = Batch.objects.create(project=project, filename="none", **shared)
    Task.objects.bulk_create(Task(batch=batch, input_csv_fields={}) for _ in range(hits))
    print(batch.id)
"""


def install(venv: Path) -> None:
    """Install Turkle and gunicorn into `venv`, unless it exists."""
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        command = [str(venv / "bin" / "pip"), "install", "-q", f"turkle=={VERSION}", "gunicorn"]
        subprocess.run(command, check=True)


def make_site(folder: Path, venv: Path, workers: int, batches: list[int]) -> list[str]:
    """Make a site in `folder` with batches of so many HITs; return their ids."""
    package = folder / "turkle_site"
    package.mkdir()
    for name, text in {"__init__": "", "settings": SETTINGS, "urls": URLS, "wsgi": WSGI}.items():
        (package / f"{name}.py").write_text(text)
    wanted = {
        "password": PASSWORD,
        "workers": workers,
        "batches": batches,
        "slots": SLOTS,
        "page": PAGE,
    }
    command = [str((venv / "bin" / "python").absolute()), "-c", PREPARE]
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(wanted), check=True, capture_output=True, text=True
    )
    return done.stdout.split()


@contextmanager
def serving(folder: Path, venv: Path, port: int, *flags: str) -> Iterator[Server]:
    """Serve the site of `folder` with gunicorn."""
    command = [str((venv / "bin" / "gunicorn").absolute()), "--bind", f"127.0.0.1:{port}", *flags]
    process = subprocess.Popen(
        [*command, "turkle_site.wsgi"], cwd=folder, stderr=subprocess.DEVNULL, text=True
    )
    server = Server(process, f"http://127.0.0.1:{port}")
    try:
        wait_for_port(port)
        yield server
    finally:
        server.stop()


class TurkleWorker:
    """A worker who is signed in; does the same as benchmarks.load_workers.Worker, at Turkle."""

    can_be_refused = True  # "The database is busy. Please try again."

    def __init__(self, url: str, nickname: str, times: Times) -> None:
        self.browser = Browser(url)
        self.nickname = nickname
        self.times = times
        self.thanked: list[str] = []
        self._token = b""

    async def sign_in(self) -> None:
        """Sign in, and look at the list of batches."""
        page = await self.browser.ask("GET", "/login/")
        self._read_token(page.body)
        form = {"username": self.nickname, "password": PASSWORD}
        assert (await self._post("/login/", form)) == 302
        assert (await self.browser.ask("GET", "/")).status == 200

    def _read_token(self, page: bytes) -> None:
        found = CSRF.search(page)
        assert found is not None, page
        self._token = found[1]

    async def _post(self, path: str, form: dict[str, str]) -> int:
        body = urlencode({"csrfmiddlewaretoken": self._token, **form}).encode()
        return (await self.browser.ask("POST", path, body)).status

    async def accept(self, batch_id: str) -> str | None:
        """Accept the next HIT of the batch; return the path of the assignment, None if refused."""
        began = time.perf_counter()
        response = await self.browser.ask("GET", f"/batch/{batch_id}/accept_next_task/")
        self.times.accept.append(time.perf_counter() - began)
        if "/assignment/" not in response.location:
            self.times.refused.append(f"accept: {response.status}")
            return None
        return response.location

    async def look(self, assignment_id: str) -> None:
        """Fetch the page around the HIT, and the HIT's page in it."""
        around = await self.browser.ask("GET", assignment_id)
        frame = FRAME.search(around.body)
        assert frame is not None, around
        page = await self.browser.ask("GET", frame[1].decode().replace("&amp;", "&"))
        self._read_token(page.body)

    async def submit(self, assignment_id: str, answer: dict[str, str]) -> bool:
        """Submit an answer as the HIT's form does: whether it was taken."""
        began = time.perf_counter()
        status = await self._post(assignment_id, answer)
        self.times.submit.append(time.perf_counter() - began)
        if status == 302:
            self.thanked.append(assignment_id)
        else:
            self.times.refused.append(f"submit: {status}")
        return status == 302
