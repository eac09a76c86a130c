"""Settings and packages are written down as they are: documented, explained, pinned by hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert documented == {setting_name(name) for name in Settings.model_fields}


def setting_name(field: str) -> str:
    return str(Settings.model_fields[field].validation_alias or field).upper()


def test_documented_defaults_are_the_real_ones() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for field, info in Settings.model_fields.items():
        if isinstance(info.default, int):
            line = next(line for line in text.splitlines() if line.startswith(f"| `{setting_name(field)}` |"))
            assert f"| `{info.default}` |" in line, setting_name(field)


def test_every_dependency_has_a_reason_and_a_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {_package(line) for line in project["dependencies"]}
    sandbox = {_package(line) for line in project["optional-dependencies"]["sandbox"]}
    explained = set(
        re.findall(r"^\| ([a-z0-9-]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    )
    pinned = (ROOT / "requirements.txt").read_text()
    assert len(direct) <= 32
    assert direct | sandbox <= explained
    assert all(re.search(rf"^{re.escape(name)}==", pinned, re.MULTILINE) for name in direct | sandbox)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_hashes_and_no_source(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.split(r"\n(?=[a-z0-9])", text[text.index("\n", text.index("make pins")) :].strip())
    assert len(pins) > 15
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def _package(requirement: str) -> str:
    return re.split(r"[\[<>=; ]", requirement)[0].lower()
