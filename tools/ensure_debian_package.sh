#!/bin/sh
# ensure_debian_package.sh PACKAGE COMMAND...: install a Debian package unless one of the commands
# exists. A COMMAND is a name on PATH, or a path that may contain wildcards
# ('/usr/lib/postgresql/*/bin/initdb').
#
# Installs only without asking: with apt-get, as root or with a sudo that needs no password.
# Otherwise prints one line that says what to install, and exits with code 2.
set -eu
package=$1
shift

for command in "$@"; do
    case $command in
    */*)
        # deliberately unquoted: the wildcards are resolved here
        for path in $command; do
            [ -x "$path" ] && exit 0
        done
        ;;
    *)
        command -v "$command" >/dev/null 2>&1 && exit 0
        ;;
    esac
done

if ! command -v apt-get >/dev/null 2>&1; then
    echo "ensure_debian_package.sh: none of these commands was found: $*." \
        "Install your system's package for $package and run this again." >&2
    exit 2
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "ensure_debian_package.sh: none of these commands was found: $*." \
        "Install it and run this again: sudo apt-get install $package" >&2
    exit 2
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing the Debian package $package ..." >&2
if ! {
    $as_root apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends "$package"
} >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    echo "ensure_debian_package.sh: apt-get could not install $package (its last lines are above)." >&2
    exit 2
fi
