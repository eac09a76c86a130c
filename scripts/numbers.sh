#!/bin/sh
# Usage: numbers.sh VENV REQUIREMENTS   Installs numpy alone of the extra's pinned packages, by its hash, so that the
# tests of suggestions by meaning run; they bring a small model of their own and do not need the 33 MB of the real one.
# Where it cannot be fetched those tests are left out, and everything else is checked as ever.
set -eu

venv=$1
pins=$venv/numbers.txt

# The lines of numpy with the hashes that follow them, whichever Python they are for.
awk '/^[a-z]/ { wanted = /^numpy==/ } wanted && !/^ *#/' "$2" > "$pins"
if "$venv/bin/python" -c 'import numpy' >/dev/null 2>&1; then
    exit 0
fi
if "$venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r "$pins" \
    > "$venv/numbers.log" 2>&1; then
    echo "numpy is installed, by its hash: the tests of suggestions by meaning run too"
else
    echo "NOT TESTED: suggestions by meaning. numpy could not be installed: $(grep -m 1 ERROR "$venv/numbers.log")" >&2
fi
