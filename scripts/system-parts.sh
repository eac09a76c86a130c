#!/bin/sh
# What the tests need besides Python packages: Dovecot, PostgreSQL, Redis, Chromium. Installs them from the
# distribution when it may (root, or sudo without a password); otherwise says what is missing and how to get it.
set -eu

found() {
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || ls /usr/lib/postgresql/*/bin/"$1" >/dev/null 2>&1
}

any_of() {
    for name in "$@"; do
        if found "$name"; then return 0; fi
    done
    return 1
}

on_mac() {
    missing=
    any_of dovecot || missing="$missing dovecot"
    any_of postgres || ls -d /opt/homebrew/opt/postgresql* /usr/local/opt/postgresql* >/dev/null 2>&1 ||
        missing="$missing postgresql@17"
    any_of redis-server valkey-server || missing="$missing valkey"
    any_of chromium || [ -d "/Applications/Google Chrome.app" ] || missing="$missing --cask=chromium"
    [ -n "$missing" ] || exit 0
    echo "The tests need more than is here. Install it and run make test again:" >&2
    for part in $missing; do
        echo "    brew install $(echo "$part" | sed 's/--cask=/--cask /')" >&2
    done
    exit 2
}

on_debian() {
    missing=
    any_of dovecot || missing="$missing dovecot-imapd"
    { any_of postgres && any_of initdb; } || missing="$missing postgresql"
    any_of redis-server valkey-server || missing="$missing redis-server"
    if ! any_of chromium chromium-browser google-chrome; then
        # Ubuntu's package has another name.
        if grep -qs '^ID=ubuntu' /etc/os-release; then browser=chromium-browser; else browser=chromium; fi
        missing="$missing $browser"
    fi
    [ -n "$missing" ] || exit 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            as_root="sudo -n"
        else
            echo "The tests need more than is here, and this user may not install it. Run this, then make test again:" >&2
            echo "    sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
            exit 2
        fi
    fi
    echo "Installing from the distribution:$missing"
    # No server is to start by itself: the tests start their own, from directories of their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
        $as_root chmod 755 "$policy"
        trap '$as_root rm -f "$policy"' EXIT
    fi
    $as_root apt-get -qq update
    # shellcheck disable=SC2086  # one word per package is what we want
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing
}

if [ "$(uname -s)" = Darwin ]; then
    on_mac
elif command -v apt-get >/dev/null 2>&1; then
    on_debian
else
    missing=
    for name in dovecot postgres redis-server chromium; do
        any_of "$name" || missing="$missing $name"
    done
    [ -z "$missing" ] || { echo "The tests need these programs; please install them:$missing" >&2; exit 2; }
fi
