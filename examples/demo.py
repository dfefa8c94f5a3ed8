"""Serve both examples in the sandbox of the local crowd, for a browser: what `make demo` runs.

    python examples/demo.py --port 8000

The HITs are launched the first time, and kept.
"""

import argparse
import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import launch_hits  # noqa: E402 - after the path to it
import serve_local_crowd  # noqa: E402
import simpleamt  # noqa: E402
from amt.errors import Error  # noqa: E402

# The newest batch is the first of the workers' list: it is the one that `demonstrate`.
EXAMPLES = ("image_sentence", "simple")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    return simpleamt.run(parser, demonstrate, argv)


def demonstrate(args: argparse.Namespace) -> int:
    """Launch the examples that were not launched before, print what to do, and serve."""
    directory = Path(simpleamt.config(args)["local_crowd"])
    ids = {name: directory / f"{name}_hit_ids.txt" for name in EXAMPLES}
    for name in EXAMPLES:
        if not ids[name].exists():
            launch(name, ids[name])
    simple_ids = ids["simple"]
    if Path.cwd() in simple_ids.parents:
        simple_ids = simple_ids.relative_to(Path.cwd())
    python = ".venv/bin/python" if sys.prefix != sys.base_prefix else "python"
    simpleamt.say(
        f"""
Open  http://127.0.0.1:{args.port}/sandbox/  and do a HIT. Then, in another terminal here:

  {python} show_hit_progress.py --hit_ids_file={simple_ids}
  {python} get_results.py --hit_ids_file={simple_ids}
  {python} approve_hits.py --hit_ids_file={simple_ids}
"""
    )
    serve = ["--port", str(args.port)] + (["--config", args.config] if args.config else [])
    code = serve_local_crowd.main(serve)
    return 0 if code == 130 else code  # Ctrl-C is how a demonstration ends


def demo_properties(name: str) -> str:
    """Return the properties of an example, with a title of the demo's own.

    HITs with equal properties form one group, of which workers get the oldest HIT first: they would
    do the demo's HITs instead of those that its user launches from the same example.
    """
    properties = json.loads((PROJECT / "hit_properties" / f"{name}.json").read_text("utf-8"))
    return json.dumps(properties | {"Title": f"Demo: {properties['Title']}"}, indent=2)


def launch(name: str, hit_ids_file: Path) -> None:
    """Launch one example, and copy its pictures to where the local crowd serves files from."""
    directory = hit_ids_file.parent
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    pictures = PROJECT / "examples" / name / "images"
    if pictures.is_dir():
        shutil.copytree(pictures, directory / "files" / name, dirs_exist_ok=True)
    properties_file = directory / f"{name}_properties.json"
    properties_file.write_text(demo_properties(name), "utf-8")
    messages = io.StringIO()
    with contextlib.redirect_stderr(messages):
        code = launch_hits.main(
            [
                f"--html_template={PROJECT / 'hit_templates' / f'{name}.html'}",
                f"--hit_properties_file={properties_file}",
                f"--input_json_file={PROJECT / 'examples' / name / 'example_input.txt'}",
                f"--hit_ids_file={hit_ids_file}",
                "--crowd=local",
            ]
        )
    if code:
        raise Error(messages.getvalue().strip())


if __name__ == "__main__":
    sys.exit(main())
