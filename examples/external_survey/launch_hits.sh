#!/bin/sh
# Launch one HIT for each row of input.csv.
# Flags given here are passed on: --prod for the live site, --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python launch_hits.py \
  --hit_properties_file=examples/external_survey/properties.json \
  --input_json_file=examples/external_survey/input.csv \
  --hit_ids_file=examples/external_survey/hit_ids.txt \
  "$@"
