#!/bin/sh
# Approve every submitted assignment, which pays the workers. Asks first.
# Flags given here are passed on: --yes not to be asked.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
exec python approve_hits.py --hit_ids_file=examples/external_survey/hit_ids.txt "$@"
