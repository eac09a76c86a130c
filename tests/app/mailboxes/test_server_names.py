"""Which servers an address has, from what its domain says: the tables of the assistant's second step."""

from __future__ import annotations

import pytest

from app.mailboxes.server_names import (
    Service,
    by_domain,
    from_description,
    from_exchangers,
    from_services,
    guesses,
)

DESCRIPTION = b"""<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="desk.example">
<incomingServer type="pop3"><hostname>pop.desk.example</hostname><port>995</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="imap"><hostname>plain.desk.example</hostname><port>143</port><socketType>plain</socketType></incomingServer>
<incomingServer type="imap"><hostname>in.desk.example</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>out.desk.example</hostname><port>587</port><socketType>STARTTLS</socketType>
<authentication>password-cleartext</authentication></outgoingServer></emailProvider></clientConfig>"""


def test_a_description_gives_encrypted_servers_and_the_name_to_sign_in_with() -> None:
    found = from_description(DESCRIPTION, "help@desk.example")
    assert found is not None and (found.user, found.by) == ("help", "autoconfig")
    assert (found.servers.imap_host, found.servers.imap_port, found.servers.imap_security) == (
        "in.desk.example", 993, "tls",
    )  # fmt: skip
    assert (found.servers.smtp_host, found.servers.smtp_port, found.servers.smtp_security) == (
        "out.desk.example", 587, "starttls",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>not found</html>",
        b"<clientConfig/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><clientConfig><emailProvider/></clientConfig>',
        DESCRIPTION.replace(b"in.desk.example", b"in.desk.example\r\nX: y"),
        DESCRIPTION.replace(b"in.desk.example", b"[::1]"),
        DESCRIPTION.replace(b"993", b"99999"),
        DESCRIPTION.replace(b"STARTTLS", b"plain"),
        DESCRIPTION.replace(b"password-cleartext", b"OAuth2"),
        DESCRIPTION + b" " * 70_000,
    ],
    ids=["empty", "html", "nothing", "entities", "line", "address", "port", "plain", "oauth", "long"],
)
def test_a_description_that_cannot_be_used_is_none(text: bytes) -> None:
    assert from_description(text, "help@desk.example") is None


def test_service_records_are_taken_by_priority_and_need_both_ways() -> None:
    imaps = [Service("second.desk.example", 993, 20), Service("first.desk.example", 993, 10)]
    found = from_services(imaps, [], [Service("out.desk.example", 587)], "help@desk.example")
    assert found is not None and found.servers.imap_host == "first.desk.example"
    assert (found.servers.smtp_port, found.servers.smtp_security) == (587, "starttls")
    assert from_services(imaps, [Service("", 0)], [], "help@desk.example") is None


@pytest.mark.parametrize(
    ("host", "imap"),
    [
        ("aspmx.l.google.com", "imap.gmail.com"),
        ("mx.yandex.net", "imap.yandex.ru"),
        ("emx.mail.ru", "imap.mail.ru"),
        ("desk-example.mail.protection.outlook.com", "outlook.office365.com"),
    ],
)
def test_who_receives_the_mail_tells_the_provider(host: str, imap: str) -> None:
    found = from_exchangers([host], "help@desk.example")
    assert found is not None and (found.servers.imap_host, found.by) == (imap, "mx")


def test_an_unknown_receiver_tells_nothing() -> None:
    assert from_exchangers(["mx.desk.example", "notgoogle.com.evil.example"], "help@desk.example") is None


def test_known_providers_and_the_usual_names() -> None:
    known = by_domain("anna@yandex.ru")
    assert known is not None and known.servers.imap_host == "imap.yandex.ru"
    assert by_domain("help@desk.example") is None
    assert guesses("help@desk.example")[0].servers.imap_host == "imap.desk.example"
