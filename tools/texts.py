"""Print every text that users see, so that a person can read them all from top to bottom.

    python tools/texts.py

Three parts: the help of each script, the messages of the Python code (with `{expressions}` where
values go), and the words of the pages and of their scripts. Collected from the source, so that
what is new is in the listing without being put there.
"""

import ast
import contextlib
import importlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ("amt", "batch_server", "local_crowd")
CHECK = "amt.check_crowd.__main__"
PAGES = (
    "local_crowd/pages/templates",
    "local_crowd/pages/hit_scripts",
    "hit_templates",
    "amt/report",
    "batch_server/templates",
)
SCRIPTS = ("local_crowd/pages/static", "local_crowd/pages/hit_scripts", "hit_templates")
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "data-missing", "placeholder", "title", "value")
WIDTH = 100  # columns: help texts are wrapped as in a terminal of this width
# Two words side by side, of which one may be a value: a sentence, not a key or an address.
WORDS = re.compile(r"([A-Za-z]{2,}|\})[,:;.]? ([\w\"'(]|\{.*[a-z]{2} ?)")
# Strings that hold words and are read by programs.
FOR_PROGRAMS = re.compile(
    r"^(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN)\b|^[\w-]+=|\\[sbdw]|\(\?"
)
JINJA = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# The texts in _("...") and ngettext("...", "..."), wherever in a template they stand.
TRANSLATED = re.compile(
    r"\b(?:_|ngettext)\((?:\"([^\"]+)\"|'([^']+)')(?:, (?:\"([^\"]+)\"|'([^']+)'))?"
)
# The text of a page where its input has none.
DEFAULT = re.compile(r"\bdefault\(\"([A-Z][^\"]+)\"\)")
SCRIPT = re.compile(r"(?<=<script>).*?(?=</script>)", re.DOTALL)
VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
JAVASCRIPT_STRING = re.compile(
    r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`"
)
JAVASCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w'\"`])//[^\n]*", re.DOTALL)

Text = tuple[str, int, str]  # file, line (0: the whole file), text


def script_helps() -> Iterator[Text]:
    """Yield the help of each script, and of each command of a script that has commands."""
    sys.path.insert(0, str(ROOT))
    yield "amt.check_crowd", 0, _help("check_crowd", importlib.import_module(CHECK).main, [])
    for path in sorted(ROOT.glob("*_*.py")):
        main = importlib.import_module(path.stem).main
        text = _help(path.name, main, [])
        yield path.name, 0, text
        commands = text.partition("\n  COMMAND\n")[2]
        for command in re.findall(r"^    ([a-z_]+)", commands, re.MULTILINE):
            yield path.name, 0, _help(path.name, main, [command])


def _help(script: str, main: Callable[[list[str]], int], argv: list[str]) -> str:
    out = io.StringIO()
    sys.argv[0] = script  # argparse names the program by it
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([*argv, "--help"])
    return out.getvalue()


def python_messages() -> Iterator[Text]:
    """Yield each string in the code that reads as a sentence and is not a docstring."""
    files = [*ROOT.glob("*.py"), *(p for name in PYTHON for p in (ROOT / name).rglob("*.py"))]
    for path in sorted(files):
        if "migrations" not in path.parts:
            name = path.relative_to(ROOT).as_posix()
            for line, text in messages_of(path.read_text("utf-8")):
                yield name, line, text


def messages_of(source: str) -> list[tuple[int, str]]:
    """Return the line and the text of each message in a module's source, in order."""
    tree = ast.parse(source)
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)  # docstrings
        if isinstance(node, ast.JoinedStr):
            skipped.update(part for part in ast.walk(node) if part is not node)
    texts = []
    for node in ast.walk(tree):
        if node not in skipped and isinstance(node, ast.Constant | ast.JoinedStr):
            text = _text_of(node)
            if WORDS.search(text) and not FOR_PROGRAMS.search(text):
                texts.append((node.lineno, text))
    return sorted(texts)


def _text_of(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = [
        part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    ]
    return "".join(map(str, parts))


class _Words(HTMLParser):
    """A parser that collects the text between tags and in the attributes that people read or hear."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[int, str]] = []
        self._silent = False  # inside a script or a style sheet

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("script", "style")
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES and value and re.search("[A-Za-z]{2}", value):
                self.texts.append((self.getpos()[0], value))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's signature
        self._silent = False

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not self._silent and re.search("[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)):
            self.texts.append((self.getpos()[0], text))


def page_texts() -> Iterator[Text]:
    """Yield the words of each page: between tags, and in labels and titles."""
    for folder in PAGES:
        for path in sorted((ROOT / folder).rglob("*.html")):
            parser = _Words()
            parser.feed(VALUE.sub(r"{\1}", JINJA.sub("", path.read_text("utf-8"))))
            parser.close()
            source = path.read_text("utf-8")
            translated = [
                (source.count("\n", 0, match.start()) + 1, text)
                for match in TRANSLATED.finditer(source)
                for text in filter(None, match.groups())
            ]
            defaults = [
                (source.count("\n", 0, match.start()) + 1, match[1])
                for match in DEFAULT.finditer(source)
            ]
            for line, text in sorted([*parser.texts, *translated, *defaults]):
                yield path.relative_to(ROOT).as_posix(), line, text


def _read_script(path: Path) -> str:
    """Return a script, or those in a page, without comments; each line keeps its number."""
    source = path.read_text("utf-8")
    if path.suffix == ".html":
        scripts = [match.span() for match in SCRIPT.finditer(source)]
        ends = [0, *(end for _, end in scripts)]
        between = zip(ends, [*(start for start, _ in scripts), len(source)], strict=True)
        for start, end in reversed(list(between)):
            source = source[:start] + "\n" * source.count("\n", start, end) + source[end:]
    return JAVASCRIPT_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def javascript_texts() -> Iterator[Text]:
    """Yield the strings in the pages' scripts that read as sentences."""
    for folder in SCRIPTS:
        for path in sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in (".js", ".html")):
            if "vendor" in path.parts:
                continue
            source = _read_script(path)
            for match in JAVASCRIPT_STRING.finditer(source):
                text = next(filter(None, match.groups()), "")
                if WORDS.search(text) and not re.search(r"[{;]\s|=>", text):
                    line = source.count("\n", 0, match.start()) + 1
                    yield path.relative_to(ROOT).as_posix(), line, text


def listing() -> Iterator[str]:
    """Yield the lines of the whole listing."""
    for title, texts in (
        ("HELP", script_helps()),
        ("MESSAGES", python_messages()),
        ("PAGES", page_texts()),
        ("SCRIPTS OF PAGES", javascript_texts()),
    ):
        yield f"==== {title}"
        file = None
        for name, line, text in texts:
            if name != file:
                file = name
                yield f"\n-- {name}"
            yield f"{line:4}  {text}" if line else text


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)
    print("\n".join(listing()))
