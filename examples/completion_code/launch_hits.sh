#!/bin/sh
# Launch one HIT for each row of input.csv.
# Flags given here are passed on: --prod for the live site, --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python launch_hits.py \
  --html_template=examples/completion_code/enter_code.html \
  --hit_properties_file=examples/completion_code/properties.json \
  --input_json_file=examples/completion_code/input.csv \
  --hit_ids_file=examples/completion_code/hit_ids.txt \
  "$@"
