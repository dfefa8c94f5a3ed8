"""A page with a crowd- element that draws, in a browser, without a server: what a worker does on
the picture, in its pixels, and the answer.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from local_crowd.pages.questions.scripts import ELEMENTS_AND_DRAWING_SCRIPT, load_script

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

WIDTH, HEIGHT = 160, 120  # pixels of the picture
ADDRESS = "http://crowd.example/page"
Point = tuple[int, int]


def make_png(width: int, height: int, pixels: bytes) -> bytes:
    """Return a PNG of so many RGBA pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(
        b"\0" + pixels[start : start + 4 * width] for start in range(0, len(pixels), 4 * width)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PICTURE = make_png(WIDTH, HEIGHT, b"\x88\xaa\xcc\xff" * (WIDTH * HEIGHT))


class DrawingPage:
    """A page with one element that draws on a picture of WIDTH x HEIGHT pixels."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.pictures = {"picture.png": PICTURE}
        self.html = ""
        page.route("**/*", self._respond)

    def _respond(self, route: "Route") -> None:
        name = route.request.url.rpartition("/")[2]
        if name in self.pictures:
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body=self.pictures[name], content_type="image/png", headers=headers)
        elif name == "elements.js":
            script = load_script(ELEMENTS_AND_DRAWING_SCRIPT)
            route.fulfill(body=script, content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")

    def open(self, tag: str, attributes: str = "", *, around: str = "", within: str = "") -> None:
        """Show an element with the labels Cat and Dog; `around` is a tag that contains it."""
        element = (
            f'<{tag} name="marks" src="picture.png" labels="[\'Cat\', \'Dog\']" {attributes}>'
            f"{within}</{tag}>"
        )
        if around:
            element = f"<{around}>{element}</{around}>"
        self.html = (
            '<!DOCTYPE html><meta name="viewport" content="width=device-width">'
            f'<script src="elements.js"></script>{element}'
        )
        self.tag = tag
        self.page.goto(ADDRESS)
        self.page.wait_for_function(f"document.querySelector('{tag}').view.size")

    @property
    def stage(self) -> "Locator":
        """Return the picture."""
        return self.page.get_by_role("application")

    def place_of(self, point: Point) -> tuple[float, float]:
        """Return where a point of the picture is in the window."""
        x, y = self.stage.evaluate(
            """(stage, [tag, x, y]) => {
              stage.scrollIntoView({ block: 'nearest' });
              const box = stage.getBoundingClientRect();
              const shown = document.querySelector(tag).view.toStage({ x, y });
              return [box.x + stage.clientLeft + shown.x, box.y + stage.clientTop + shown.y];
            }""",
            [self.tag, *point],
        )
        return x, y

    def click(self, *points: Point) -> None:
        """Click points of the picture with the mouse."""
        for point in points:
            self.page.mouse.click(*self.place_of(point))

    def drag(self, *points: Point) -> None:
        """Drag the mouse from the first point to the last."""
        mouse = self.page.mouse
        places = [self.place_of(point) for point in points]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=2)
        mouse.up()

    def touch(self, *points: Point) -> None:
        """Touch the first point with a finger, and lift it at the last."""
        self.touch_with([self.place_of(point)] for point in points)

    def touch_with(self, steps: Any) -> None:
        """Touch with fingers, whose places in the window are given for each step."""
        client = self.page.context.new_cdp_session(self.page)
        for index, places in enumerate([*steps, []]):
            kind = "touchMove" if places and index else "touchStart" if places else "touchEnd"
            client.send(
                "Input.dispatchTouchEvent",
                {
                    "type": kind,
                    "touchPoints": [
                        {"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)
                    ],
                },
            )
        client.detach()

    def keys(self, *keys: str) -> None:
        """Press keys in the picture; "9*ArrowLeft" nine times."""
        self.stage.focus()
        for key in keys:
            count, _, name = key.rpartition("*")
            for _ in range(int(count or 1)):
                self.page.keyboard.press(name)

    def cross_to(self, point: Point) -> None:
        """Move the cross to a point of the picture, which it enters in the middle."""
        self.stage.focus()
        x, y = self.stage.evaluate(
            "(stage, tag) => { const { x, y } = document.querySelector(tag).cursor "
            "|| { x: null, y: null }; return [x, y]; }",
            self.tag,
        )
        if x is None:
            x, y = WIDTH // 2, HEIGHT // 2
        for length, less, more in (
            (point[0] - x, "ArrowLeft", "ArrowRight"),
            (point[1] - y, "ArrowUp", "ArrowDown"),
        ):
            for _ in range(abs(length)):
                self.page.keyboard.press(f"Shift+{more if length > 0 else less}")

    def value(self) -> Any:
        """Return the element's value, which is what it would hand in."""
        return self.page.evaluate(f"document.querySelector('{self.tag}').value")

    def submit(self) -> Any:
        """Press Submit; return the object that is submitted. Outside a crowd the page shows it."""
        self.page.get_by_role("button", name="Submit").click()
        text = self.page.get_by_text("taskAnswers = ").inner_text()
        (answer,) = json.loads(text.partition("taskAnswers = ")[2])
        return answer


def decode_png(png: bytes) -> tuple[int, int, bytes]:
    """Return width, height and RGBA pixels of a PNG with 8 bits and alpha, as browsers write it."""
    position, data, width, height = 8, b"", 0, 0
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        body = png[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            assert (depth, color) == (8, 6)
        if kind == b"IDAT":
            data += body
        position += length + 12
    raw, stride = zlib.decompress(data), 4 * width
    rows: list[bytes] = [bytes(stride)]
    for number in range(height):
        start = number * (stride + 1)
        rows.append(_unfilter(raw[start], raw[start + 1 : start + 1 + stride], rows[-1]))
    return width, height, b"".join(rows[1:])


def _unfilter(kind: int, row: Sequence[int], above: bytes) -> bytes:
    done = bytearray(row)
    for index, value in enumerate(row):
        left = done[index - 4] if index >= 4 else 0
        corner = above[index - 4] if index >= 4 else 0
        guesses = (0, left, above[index], (left + above[index]) // 2, 0)
        guess = _paeth(left, above[index], corner) if kind == 4 else guesses[kind]
        done[index] = (value + guess) & 255
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))
