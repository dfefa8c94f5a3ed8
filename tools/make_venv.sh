#!/bin/sh
# make_venv.sh DIRECTORY: create a virtual environment there, unless a working one exists.
# Uses the first Python >= 3.11 of: $PYTHON if set; otherwise python3 (which may be that of an active
# environment), then python3.14 down to python3.11.
set -eu
directory=$1
recent='import sys; sys.exit(sys.version_info < (3, 11))'

if "$directory/bin/python" -c "$recent" 2>/dev/null &&
    "$directory/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$python" -c "$recent" 2>/dev/null; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "make_venv.sh: $python cannot create virtual environments:" \
                "install its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2
            exit 2
        fi
        echo "Creating $directory with $("$python" --version) ..." >&2
        # --clear: an existing one does not work, or was created by another Python
        exec "$python" -m venv --clear "$directory"
    fi
done
echo "make_venv.sh: no Python 3.11 or newer among: ${PYTHON:-python3, python3.11 to python3.14}." \
    "Install one, or name it: make PYTHON=/path/to/python3 ..." >&2
exit 2
