#!/bin/sh
# Launch one HIT for each line of example_input.txt.
# Flags given here are passed on: --prod for the live site, --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used

# The local crowd serves everything below its files/ directory. A directory of answers is private.
files="${LOCAL_CROWD:-local_crowd_data}/files/image_sentence"
(umask 077 && mkdir -p "$files")
cp examples/image_sentence/images/*.jpg "$files/"

exec python launch_hits.py \
  --html_template=image_sentence.html \
  --hit_properties_file=hit_properties/image_sentence.json \
  --input_json_file=examples/image_sentence/example_input.txt \
  --hit_ids_file=examples/image_sentence/hit_ids.txt \
  "$@"
