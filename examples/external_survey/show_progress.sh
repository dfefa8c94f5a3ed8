#!/bin/sh
# Show how many of the assignments are done.
# Flags given here are passed on: --help lists them.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python show_hit_progress.py --hit_ids_file=examples/external_survey/hit_ids.txt "$@"
