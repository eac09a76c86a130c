"""Addresses of static files with a fingerprint of their content, so that browsers may keep them for a year.

The files are looked at again when a process has not looked for two seconds: whoever works on a style sheet sees it,
and a page that names a hundred icons costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from flask import url_for
from markupsafe import Markup

# What a module brings at once; what it asks for later, in the midst of its work, is not among it.
IMPORTED = re.compile(r"""^import [^"\n]*"\./(\w+)\.js";""", re.MULTILINE)
STATIC = Path(__file__).resolve().parent.parent / "static"
LOOK_AGAIN_SECONDS = 2.0


class _Seen:
    """What this process knows of the files, and since when."""

    newest: ClassVar[_Seen]

    def __init__(self) -> None:
        self.at = float("-inf")
        self.urls: dict[str, str] = {}
        self.modules: Markup | None = None
        self.entries: dict[str, Markup] = {}


_Seen.newest = _Seen()


def static_url(filename: str) -> str:
    known = _seen().urls
    if filename not in known:
        path = STATIC / filename
        version = _fingerprint(path, path.stat().st_mtime_ns)
        known[filename] = url_for("static", filename=filename, v=version)
    return known[filename]


def import_map() -> Markup:
    """Modules import each other by plain name; this JSON tells the browser which fingerprinted file is meant."""
    seen = _seen()
    if seen.modules is None:
        files = [f"js/{path.name}" for path in sorted((STATIC / "js").glob("*.js"))] + ["vendor/trix.min.js"]
        imports = {url_for("static", filename=name): static_url(name) for name in files}
        # File names of ours; still, nothing of them could end the element they stand in.
        seen.modules = Markup(json.dumps({"imports": imports}).replace("<", "\\u003c"))  # noqa: S704
    return seen.modules


def module_tags(name: str) -> Markup:
    """The script tag of a module, and a hint for each module that it brings: all are fetched side by side."""
    entries = _seen().entries
    if name not in entries:
        hints = [
            Markup('<link rel="modulepreload" href="{}">').format(static_url(one))
            for one in _brought(f"js/{name}.js")
        ]
        tag = Markup('<script type="module" src="{}"></script>').format(static_url(f"js/{name}.js"))
        entries[name] = Markup("\n").join([*hints, tag])
    return entries[name]


def _brought(filename: str) -> list[str]:
    """The modules that a module imports at once, theirs included, each once."""
    found: dict[str, None] = {}
    waiting = [filename]
    while waiting:
        for name in IMPORTED.findall((STATIC / waiting.pop()).read_text()):
            if (one := f"js/{name}.js") not in found:
                found[one] = None
                waiting.append(one)
    return list(found)


def _seen() -> _Seen:
    seen = _Seen.newest
    now = time.monotonic()
    if now - seen.at > LOOK_AGAIN_SECONDS:
        seen = _Seen()
        seen.at = now
        _Seen.newest = seen
    return seen


@lru_cache(maxsize=500)
def _fingerprint(path: Path, _modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
