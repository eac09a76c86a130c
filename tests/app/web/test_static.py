"""The files that pages load: what is vendored is what was listed, and no more of it than is used."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from app.tickets import saved_views
from app.web import inbox_views, notices

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "app" / "static"
SOURCES = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("app/web/*.py"), *ROOT.glob("app/tickets/*.py")]


def test_vendored_files_are_the_ones_listed() -> None:
    rows = re.findall(r"`([^`]+)` \| `([0-9a-f]{64})`", (STATIC / "vendor" / "VENDORED.md").read_text())
    assert len(rows) >= 5
    for name, digest in rows:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_every_icon_that_pages_name_is_in_the_sprite_and_every_one_there_is_named() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text()))
    assert sprite == set((STATIC / "vendor" / "icons.txt").read_text().split())
    text = "\n".join(path.read_text() for path in SOURCES)
    named = set(re.findall(r"""icon\(\s*['"]([a-z0-9-]+)['"]""", text))
    assert named <= sprite, f"not in icons.txt: {sorted(named - sprite)}"
    unused = {name for name in sprite if not re.search(rf"""['"]{re.escape(name)}['"]""", text)}
    assert not unused, f"in icons.txt and used nowhere: {sorted(unused)}"


def test_every_icon_that_code_names_is_in_the_sprite() -> None:
    """Of saved views, notices and views, which pages name by a variable; those of templates that do so as well."""
    sprite = set((STATIC / "vendor" / "icons.txt").read_text().split())
    named = {*saved_views.ICONS, *notices.ICONS.values(), *inbox_views.ICONS.values()}
    for path in ROOT.glob("templates/**/*.html"):
        named |= set(re.findall(r"""empty\('([a-z0-9-]+)'""", path.read_text()))
    assert named <= sprite, f"not in icons.txt: {sorted(named - sprite)}"


def test_scripts_load_nothing_from_elsewhere_and_evaluate_nothing() -> None:
    for path in (STATIC / "js").glob("*.js"):
        text = path.read_text()
        for target in re.findall(r"""(?:from|import\()\s*"([^"]+)""", text):
            assert (path.parent / target).resolve().is_file(), (path.name, target)
        assert not re.search(r"https?://|\beval\(|new Function", text), path.name


def test_styles_load_nothing_from_elsewhere() -> None:
    for path in (STATIC / "css").glob("*.css"):
        assert not re.search(r"@import|url\((?!['\"]?data:)", path.read_text()), path.name
