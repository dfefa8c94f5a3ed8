#!/bin/sh
# Write the answers so far to standard output, one JSON object a line.
# Flags given here are passed on: --help lists them.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python get_results.py --hit_ids_file=examples/jspsych/hit_ids.txt "$@"
