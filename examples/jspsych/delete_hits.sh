#!/bin/sh
# Delete the HITs and the answers in them. Fetch the results before. Asks first.
# Flags given here are passed on: --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python delete_hits.py --hit_ids_file=examples/jspsych/hit_ids.txt "$@"
