#!/bin/sh
# Usage: setup.sh VENV FILE...   Makes the virtual environment and installs the pinned files into it, each package by
# its hash. Does nothing when they have not changed since the last time.
set -eu

venv=$1
shift

suits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && suits "$name"; then
            echo "$name"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no Python 3")
    echo "Sincerely needs Python 3.11, 3.12 or 3.13 and found $found." >&2
    echo "Debian, Ubuntu: sudo apt-get install python3 python3-venv    macOS: brew install python@3.13" >&2
    exit 2
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python's venv module is missing. Debian, Ubuntu: sudo apt-get install python$version-venv" >&2
        exit 2
    fi
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
}

# A virtual environment does not survive a move, nor the removal of its Python.
suits "$venv/bin/python" || make_venv

stamp() {
    echo "$venv/.$(basename "$1").installed"
}

changed=
for file in "$@"; do
    if [ "$(cat "$(stamp "$file")" 2>/dev/null)" != "$(cksum < "$file")" ]; then
        changed="$changed -r $file"
    fi
done
[ -n "$changed" ] || exit 0

all=$(cat "$@" | grep -c '^[a-z].*==')
log=$venv/install.log
echo "Installing$(echo "$changed" | sed 's/ -r / /g'): $all packages, half a minute or so the first time"
# shellcheck disable=SC2086  # one word per option is what we want
"$venv/bin/python" -m pip --disable-pip-version-check --no-input install --require-hashes $changed >"$log" 2>&1 &
pip=$!
trap 'kill $pip 2>/dev/null; exit 130' INT TERM
while kill -0 $pip 2>/dev/null; do
    [ -t 1 ] && printf '\r  %s of %s ' "$(grep -c '^Collecting\|^Requirement already' "$log")" "$all"
    sleep 1
done
[ -t 1 ] && printf '\r                    \r'
if ! wait $pip; then
    tail -n 15 "$log" >&2
    echo "The packages could not be installed; the lines above are from $log. Is there a network?" >&2
    exit 2
fi
trap - INT TERM
for file in "$@"; do
    cksum < "$file" > "$(stamp "$file")"
done
