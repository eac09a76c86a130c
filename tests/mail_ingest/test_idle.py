"""Waiting for the server's word: news that comes in the same packet as the leave to wait is news."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.mailboxes.service import Account
from mail_ingest.fetch import ImapSource

FOLDER = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n"
LONG_WAIT = 300  # seconds; the scripted server says nothing more, so whoever waits for it waits that long


def answers(line: bytes, with_idle: bytes) -> bytes:
    tag, command = line.split()[:2]
    if command == b"IDLE":
        return b"+ idling\r\n" + with_idle
    if command == b"EXAMINE":
        return FOLDER + tag + b" OK [READ-ONLY] opened\r\n"
    if command == b"UID":
        return b"* SEARCH 1\r\n" + tag + b" OK found\r\n"
    return b"* CAPABILITY IMAP4rev1 IDLE\r\n" + tag + b" OK done\r\n"


def serve(server: socket.socket, with_idle: bytes, ended: threading.Event) -> None:
    line, _ = server.accept()
    with line, line.makefile("rb") as lines:
        line.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
        idle = b""
        for command in lines:
            if command == b"DONE\r\n":
                ended.set()
                line.sendall(idle + b" OK no longer idle\r\n")
                continue
            if command.split()[1] == b"IDLE":
                idle = command.split()[0]
            line.sendall(answers(command, with_idle))


@contextmanager
def server_saying(with_idle: bytes) -> Iterator[tuple[Account, threading.Event]]:
    """A server of one folder with one mail, which says `with_idle` in the packet of its leave to wait."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server, with_idle, ended))
        thread.start()
        yield Account("127.0.0.1", server.getsockname()[1], "none", "u", "p", 10), ended
        thread.join(60)


@pytest.mark.parametrize("with_idle", [b"* 2 EXISTS\r\n", b"* 2 EXISTS\r\n* 1 RECENT\r\n"])
def test_mail_told_of_in_the_packet_of_the_leave_to_wait_ends_the_wait_at_once(with_idle: bytes) -> None:
    with server_saying(with_idle) as (account, ended), ImapSource(account) as source:
        source.list_newer("INBOX", 0)
        told: list[bool] = []
        waiter = threading.Thread(target=lambda: told.append(source.idle(LONG_WAIT)), daemon=True)
        waiter.start()
        assert ended.wait(60), "the server spoke of mail, and we went on waiting"
        waiter.join(60)
    assert told == [True]


def test_small_talk_of_the_server_is_no_mail() -> None:
    with server_saying(b"* OK Still here\r\n") as (account, _ended), ImapSource(account) as source:
        source.list_newer("INBOX", 0)
        assert source.idle(0.2) is False
