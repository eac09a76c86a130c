"""The SMTP door against a real server on loopback that behaves, and refuses at every verb."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.outgoing.smtp import Accepted, Connection, Permanent, Result, Temporary
from tests.app.outgoing.smtp_scene import IGOR, LETTER, OLGA, SENDER, Server, account, running, send, server

__all__ = ["server"]


def test_a_letter_arrives_as_it_was_written(server: Server) -> None:
    assert send(account(server.port), OLGA) == [Accepted("250 2.0.0 kept as number 1")]
    assert server.accepted == [(SENDER, [OLGA], LETTER)]


def test_one_connection_serves_several_recipients_each_alone(server: Server) -> None:
    send(account(server.port), OLGA, IGOR)
    assert [recipients for _, recipients, _ in server.accepted] == [[OLGA], [IGOR]]
    assert sum(command.startswith("EHLO") for command in server.commands) == 1


@pytest.mark.parametrize("verb", ["MAIL", f"RCPT {OLGA}", "DATA"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("451 4.7.1 greylisted", Temporary),
        ("452 full", Temporary),
        ("421 closing", Temporary),
        ("550 5.1.1 no such user", Permanent),
        ("552 too big", Permanent),
        ("554 no", Permanent),
        ("530 log in first", Temporary),
    ],
)
def test_a_refusal_at_any_verb_is_told_in_the_servers_words(
    server: Server, verb: str, answer: str, kind: type
) -> None:
    server.say[verb] = answer
    assert send(account(server.port), OLGA) == [kind(answer)]
    assert server.accepted == []


def test_one_refused_recipient_does_not_harm_the_next(server: Server) -> None:
    server.say[f"RCPT {OLGA}"] = "550 no such user"
    assert [type(one) for one in send(account(server.port), OLGA, IGOR)] == [Permanent, Accepted]
    server.say[f"RCPT {OLGA}"] = "421 too busy"
    assert [type(one) for one in send(account(server.port), OLGA, IGOR)] == [Temporary, Accepted]
    assert len(server.accepted) == 2


@pytest.mark.parametrize("answer", ["421 never mind", "500 what?"])
def test_trouble_at_quit_is_nothing(server: Server, answer: str) -> None:
    server.say["QUIT"] = answer
    assert [type(one) for one in send(account(server.port), OLGA)] == [Accepted]


@pytest.mark.parametrize(
    "bad", ["a\r\nRCPT TO:<eve@evil.example>", "a b@client.example", "a\x00@client.example", "", "a\u2028@x"]
)
def test_an_address_with_control_characters_never_reaches_the_wire(server: Server, bad: str) -> None:
    assert [type(one) for one in send(account(server.port), bad)] == [Permanent]
    if bad:  # the empty one is the null sender (RFC 5321, section 4.5.5)
        assert [type(one) for one in send(account(server.port), OLGA, sender=bad)] == [Permanent]
    assert server.commands == []


def test_dots_and_line_ends_cannot_end_the_letter_early(server: Server) -> None:
    smuggling = b"Subject: x\r\n\r\na\n.\nMAIL FROM:<eve@evil.example>\r.\rb\r\n.\r\nc"
    send(account(server.port), OLGA, letter=smuggling)
    assert len(server.accepted) == 1
    assert (
        server.accepted[0][2].replace(b"\r\n", b"\n")
        == smuggling.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n"
    )


def test_addresses_in_other_letters(server: Server) -> None:
    send(account(server.port), "olga@почта.example", "ольга@почта.example")
    assert [recipients for _, recipients, _ in server.accepted] == [
        ["olga@xn--80a1acny.example"],
        ["ольга@xn--80a1acny.example"],
    ]
    assert any("SMTPUTF8" in command for command in server.commands)


def test_other_letters_to_a_server_that_cannot(server: Server) -> None:
    for plain in running(Server()):

        async def ehlo(
            _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
        ) -> list[str]:
            session.host_name = hostname
            return [line for line in responses if "SMTPUTF8" not in line]

        plain.handle_EHLO = ehlo  # type: ignore[method-assign]
        assert [type(one) for one in send(account(plain.port), "ольга@client.example", OLGA)] == [
            Permanent,
            Accepted,
        ]


# What a server says it can take.


def test_a_letter_larger_than_the_server_takes_is_refused_in_plain_words_and_not_sent(server: Server) -> None:
    for small in running(Server(), data_size_limit=1000):
        (result,) = send(account(small.port), OLGA, letter=b"Subject: x\r\n\r\n" + b"long line\r\n" * 200)
        assert type(result) is Permanent
        assert "the mail server takes 0.0 MB at most" in result.words
        assert small.commands == [small.commands[0]], "MAIL was not even said"


def test_headers_in_other_letters_are_announced_as_eight_bit(server: Server) -> None:
    async def attempt() -> Result | None:
        async with Connection(account(server.port)) as connection:
            return await connection.offer(SENDER, OLGA, utf8=True)

    assert asyncio.run(attempt()) is None
    (said,) = [command for command in server.commands if command.startswith("MAIL")]
    assert "SMTPUTF8" in said
    assert "BODY=8BITMIME" in said
