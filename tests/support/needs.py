"""System parts the tests need: where they are, and what happens when one is missing.

In CI a missing part is a failure, so that nobody believes a green run that tested half. By hand it is a skip that
says which package to install; `make test` installs them all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest


def find_program(name: str, also_in: Iterable[str] = ()) -> Path | None:
    """The program on PATH, or in one of the directories (patterns such as /usr/lib/postgresql/*/bin)."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(["/usr/sbin", "/usr/local/sbin"]))
    if found:
        return Path(found)
    for pattern in also_in:
        for directory in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (directory / name).is_file():
                return directory / name
    return None


def missing(what: str, package: str) -> NoReturn:
    """Fail in CI, skip by hand."""
    reason = f"{what} is not installed (package {package}); `make test` installs what the tests need"
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
