#!/bin/sh
# Serve site/ at http://127.0.0.1:8001/, which is the address in properties.json. Ctrl-C ends it.
# A port given here replaces 8001.
set -e
cd "$(dirname "$0")/../.."
PATH="$PWD/.venv/bin:$PATH"  # where make installs, if make was used
cp hit_templates/simpleamt.js examples/jspsych/site/
exec python -m http.server --bind 127.0.0.1 --directory examples/jspsych/site "${1:-8001}"
