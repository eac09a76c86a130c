"""Accounts that work and accounts that do not, each told in plain words."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from app.errors import TemporaryFailure
from app.outgoing import smtp
from app.outgoing.smtp import Account, Permanent
from tests.app.outgoing.smtp_scene import OLGA, Server, account, send, server
from tests.app.outgoing.test_smtp_breaks import GREETING, scene

__all__ = ["scene", "server"]


# What is wrong with a mailbox's settings, in one sentence each.


def trouble(where: Account) -> str:
    with pytest.raises(TemporaryFailure) as caught:
        smtp.check_login(where)
    return str(caught.value)


def test_a_login_that_works(server: Server) -> None:
    smtp.check_login(account(server.port, user="support", password="right"))
    assert server.users == [b"support"]


def test_a_wrong_password(server: Server) -> None:
    assert "refused the login as support" in trouble(account(server.port, user="support", password="wrong"))


def test_nothing_at_the_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert f"Nothing answers at 127.0.0.1, port {port}" in trouble(account(port))


def test_an_unknown_host() -> None:
    assert "There is no server called nowhere.invalid" in trouble(
        account(25, host="nowhere.invalid", security="tls")
    )


def test_tls_to_a_port_that_does_not_speak_it(server: Server) -> None:
    assert "does not speak TLS" in trouble(account(server.port, security="tls"))


def test_no_password_goes_out_when_starttls_is_missing(server: Server) -> None:
    said = trouble(account(server.port, security="starttls", user="support", password="right"))
    assert "does not offer STARTTLS" in said
    assert server.users == []


def test_clear_text_goes_to_this_machine_only() -> None:
    result = send(account(25, host="mail.example", security="none", user="u", password="p"), OLGA)
    assert [type(one) for one in result] == [Permanent]
    assert "this machine only" in result[0].words


def test_a_mailbox_without_a_server() -> None:
    assert "no server for outgoing mail" in trouble(account(25, host="", security="tls"))


def test_a_server_that_turns_us_away(scene: Any) -> None:
    assert "554 go away" in trouble(account(scene(("554 go away", None)).port))


def test_a_server_without_login(scene: Any) -> None:
    assert "no way to log in" in trouble(account(scene(*GREETING, linger=True).port, user="u", password="p"))
