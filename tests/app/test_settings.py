"""Settings: what the environment says counts, what a desktop says by accident does not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app import settings as module
from app.settings import Settings, SettingsError, load_settings


def test_variables_that_shells_and_desktops_set_are_not_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Debian's desktops set LANGUAGE=en_US:en, some shells HOST, many tools DEBUG."""
    for name, value in (("LANGUAGE", "en_US:en"), ("HOST", "some-box"), ("DEBUG", "app:*")):
        monkeypatch.setenv(name, value)
    settings = load_settings(_env_file=None, data_dir=tmp_path)
    assert (settings.host, settings.language) == ("127.0.0.1", "en")


def test_our_variables_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (
        ("DATA_DIR", str(tmp_path / "d")),
        ("DEFAULT_LANGUAGE", "ru"),
        ("WEB_HOST", "::1"),
        ("PORT", "9001"),
    ):
        monkeypatch.setenv(name, value)
    settings = load_settings(_env_file=None)
    assert (settings.data_dir, settings.language, settings.host, settings.port) == (
        tmp_path / "d",
        "ru",
        "::1",
        9001,
    )


def test_the_secret_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    first, second = (load_settings(_env_file=None, data_dir=tmp_path).secret_key for _ in range(2))
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_file_of_settings_that_others_can_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9000\n")
    (tmp_path / ".env").chmod(0o644)
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_settings(data_dir=tmp_path / "data")


def test_a_long_data_directory_gets_a_short_socket(tmp_path: Path) -> None:
    short = Settings(_env_file=None, data_dir=Path("/srv/d"))
    deep = Settings(_env_file=None, data_dir=tmp_path / ("long" * 30))
    assert short.queue_socket == Path("/srv/d/run/q.sock")
    assert len(str(deep.queue_socket)) < 104
    assert deep.queue_socket != Settings(_env_file=None, data_dir=tmp_path / ("else" * 30)).queue_socket
