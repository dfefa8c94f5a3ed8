r"""Register a page as a layout, which a crowd fills in for each HIT, and print its id.

    python add_layout.py --html_file=photo.html

Prints a line of JSON: HITLayoutId, and the names in ${name} that need a value. The layout
belongs to one site: add --prod for the live site. To launch with it:

    python launch_hits.py --hit_layout_id=3... --input_json_file=photos.csv \
        --hit_properties_file=hit_properties/simple.json --hit_ids_file=hit_ids.txt
"""

import argparse
import json
import sys

import simpleamt
from amt import layouts
from amt.errors import Error


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--html_file", required=True, metavar="FILE", help="HTML page with ${name} for values"
    )
    parser.add_argument(
        "--frame_height",
        type=int,
        default=0,
        metavar="PIXELS",
        help="height of the HIT's frame; default: 0, the height of the worker's window",
    )
    return simpleamt.run(parser, add_layout, argv)


def add_layout(args: argparse.Namespace) -> int:
    """Register the page and print the layout."""
    crowd = simpleamt.crowd(args)
    if crowd.name == "mturk":
        raise Error(
            "Mechanical Turk's layouts were made on its web site; launch_hits.py --html_template "
            "launches a page with ${name} there"
        )
    layout = layouts.add(crowd.connect(), args.html_file, args.frame_height)
    print(json.dumps({"HITLayoutId": layout.layout_id, "parameters": layout.required}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
