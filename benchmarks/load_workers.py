"""Workers at a crowd server, as many as asked for, each with a browser's kept connection.

They speak HTTP with as little ado as possible: on a machine of two cores the client takes from
the server what it uses itself.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
COOKIE = re.compile(rb"(?im)^set-cookie: ([^=;\r]+)=([^;\r]*)")
LOCATION = re.compile(rb"(?im)^location: (\S+)")
LENGTH = re.compile(rb"(?im)^content-length: (\d+)")
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Accept: application/json\r\n"
THANKS = b"Thank you"
RESPONSE_SECONDS = 120  # a request without a response by then is not slow: it hangs


class Answer(NamedTuple):
    """A server's answer; `location` is empty when it leads nowhere."""

    status: int
    location: str
    body: bytes


class Browser:
    """A connection that is kept, and a cookie. `url` is the site's, without a slash at its end."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.root = parts.hostname or "", parts.port or 80, parts.path
        self.cookies: dict[bytes, bytes] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", *, is_script: bool = False
    ) -> Answer:
        """Send a request; a body is a form's. A script on a page asks for JSON.

        Raises OSError when the connection breaks, and its TimeoutError after RESPONSE_SECONDS.
        """
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                return await self._ask(method, path, body, JSON if is_script else "")
        except TimeoutError:
            port = self._streams and self._streams[1].get_extra_info("sockname")[1]
            self.close()
            raise TimeoutError(
                f"{method} {path} from port {port}: no response after {RESPONSE_SECONDS} seconds"
            ) from None

    async def _ask(self, method: str, path: str, body: bytes, accept: str) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        cookies = "; ".join(f"{k.decode()}={v.decode()}" for k, v in self.cookies.items())
        writer.write(
            f"{method} {self.root}{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Cookie: {cookies}\r\n{FORM if body else ''}{accept}Content-Length: {len(body)}\r\n\r\n"
            "".encode()
            + body
        )
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            content = await reader.readexactly(int(length[1]) if length else 0)
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionResetError("the server closed the connection") from error
        self.cookies.update(COOKIE.findall(head))
        if b"\r\nconnection: close" in head.lower():
            self.close()
        location = LOCATION.search(head)
        return Answer(int(head[9:12]), location[1].decode() if location else "", content)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


Anybody = TypeVar("Anybody")


@dataclass
class Times:
    """How long requests took, in seconds, by what they were; and what was refused."""

    accept: list[float] = field(default_factory=list)
    submit: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Worker:
    """Somebody signed in to the sandbox by a nickname, who does one HIT of a group after another."""

    can_be_refused = False  # when there are HITs left

    def __init__(self, url: str, nickname: str, times: Times) -> None:
        self.browser = Browser(url)
        self.nickname = nickname
        self.times = times
        self.thanked: list[str] = []  # the assignments that were answered with the thank-you page
        self._token = b""
        self._after = ""  # the HIT done last

    async def sign_in(self) -> None:
        """Sign in, and look at the list of HITs."""
        await self._see("/sign_in")
        form = {"csrf_token": self._token, "nickname": self.nickname}
        answer = await self.browser.ask("POST", "/sign_in", urlencode(form).encode())
        assert answer.status == 303, answer
        await self._see("/")

    async def _see(self, path: str) -> None:
        answer = await self.browser.ask("GET", path)
        found = TOKEN.search(answer.body)
        assert found is not None, answer
        self._token = found[1]

    async def accept(self, hit_type_id: str) -> str | None:
        """Accept the next HIT of the group: the assignment's id. None when none is left."""
        form = urlencode({"csrf_token": self._token, "after": self._after}).encode()
        began = time.perf_counter()
        answer = await self.browser.ask("POST", f"/groups/{hit_type_id}/accept", form)
        self.times.accept.append(time.perf_counter() - began)
        if answer.status != 303:
            self.times.refused.append(f"accept: {answer.status}")
            return None
        _, work, assignment_id = answer.location.rpartition("/work/")
        return assignment_id if work else None

    async def look(self, assignment_id: str) -> None:
        """Fetch the page around the HIT, and the HIT's page in it, as a browser would."""
        around = await self.browser.ask("GET", f"/work/{assignment_id}")
        frame = re.search(rb'src="[^"]*(/hit_page/[^"]+)"', around.body)
        assert frame is not None, around
        page = await self.browser.ask("GET", frame[1].decode().replace("&amp;", "&"))
        assert page.status == 200, page
        self._after = frame[1].partition(b"?")[0].rpartition(b"/")[2].decode()

    async def submit(self, assignment_id: str, answer: dict[str, str]) -> bool:
        """Hand in an answer as the HIT's form does: whether the server said thanks."""
        form = urlencode({"assignmentId": assignment_id, **answer}).encode()
        began = time.perf_counter()
        page = await self.browser.ask("POST", "/mturk/externalSubmit", form)
        self.times.submit.append(time.perf_counter() - began)
        good = page.status == 200 and THANKS in page.body
        if good:
            self.thanked.append(assignment_id)
        else:
            self.times.refused.append(f"submit: {page.status}")
        return good


async def together(
    workers: list[Anybody], do: Callable[[Anybody], Awaitable[None]], at_once: int = 32
) -> None:
    """Let every worker do something, no more than `at_once` at the same time."""
    free = asyncio.Semaphore(at_once)

    async def one(worker: Anybody) -> None:
        async with free:
            await do(worker)

    await asyncio.gather(*(one(worker) for worker in workers))
