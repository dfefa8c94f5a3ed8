#!/bin/sh
# Launch one HIT for each line of example_input.txt.
# Flags given here are passed on: --prod for the live site, --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python launch_hits.py \
  --html_template=simple.html \
  --hit_properties_file=hit_properties/simple.json \
  --input_json_file=examples/simple/example_input.txt \
  --hit_ids_file=examples/simple/hit_ids.txt \
  "$@"
