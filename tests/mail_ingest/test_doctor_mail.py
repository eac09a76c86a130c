"""What the doctor says of the sending domain, of permissions and of folders."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from app import db
from app.blobs import BlobStore
from app.errors import TemporaryFailure
from app.mailboxes.models import Folder, Mailbox, OAuthGrant
from app.settings import Settings
from mail_ingest import dns_records, doctor
from mail_ingest.dns_records import Records
from mail_ingest.sender_policy import judge
from tests.mail_ingest.test_capture import Watched
from tests.support.dovecot import Dovecot

GOOD = {
    "orbit.shop": ["v=spf1 include:mail.shop -all", "site-verification=1"],
    "_dmarc.orbit.shop": ["v=DMARC1; p=none"],
    "s1._domainkey.orbit.shop": ["v=DKIM1; k=rsa; p=MIGf"],
}


@pytest.mark.parametrize(
    ("changed", "levels", "words"),
    [
        ({}, ["ok", "ok", "ok"], "under the name s1"),
        ({"orbit.shop": []}, ["warn", "ok", "ok"], "SPF: no record"),
        ({"orbit.shop": ["v=spf1 -all", "v=spf1 +all"]}, ["bad", "ok", "ok"], "more than one record"),
        ({"orbit.shop": ["v=spf1 +all"]}, ["bad", "ok", "ok"], "whole world"),
        ({"orbit.shop": ["v=spf1 all"]}, ["bad", "ok", "ok"], "whole world"),
        ({"orbit.shop": ["v=spf10 -all"]}, ["warn", "ok", "ok"], "SPF: no record"),
        ({"_dmarc.orbit.shop": []}, ["ok", "warn", "ok"], "DMARC: no record"),
        (
            {"_dmarc.orbit.shop": ["v=DMARC1; p=none", "v=DMARC1;p=reject"]},
            ["ok", "bad", "ok"],
            "more than one",
        ),
        ({"s1._domainkey.orbit.shop": ["v=DKIM1; p="]}, ["ok", "ok", "bad"], "was ended"),
        ({"s1._domainkey.orbit.shop": []}, ["ok", "ok", "warn"], "no key under any usual name"),
        ({"s1._domainkey.orbit.shop": ["p=; p"]}, ["ok", "ok", "bad"], "was ended"),
    ],
)
def test_records_are_judged(changed: dict[str, list[str]], levels: list[str], words: str) -> None:
    records = GOOD | changed
    found = judge("orbit.shop", lambda name: records.get(name, []))
    assert [judged.level for judged in found] == levels
    assert words in " ".join(judged.text for judged in found)


def test_a_domain_below_another_has_its_dmarc() -> None:
    found = judge("mail.orbit.shop", lambda name: GOOD.get(name, []))
    assert found[1].level == "ok"


@contextmanager
def name_server(records: dict[str, list[str]], *, silent: bool = False) -> Iterator[int]:
    """A name server on loopback that knows these TXT records."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    wire, asker = server.recvfrom(4096)
                except OSError:
                    return
                if silent:
                    continue
                query = dns.message.from_wire(wire)
                answer = dns.message.make_response(query)
                name = query.question[0].name
                texts = records.get(name.to_text(omit_final_dot=True))
                if texts is None:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                for text in texts or []:
                    answer.answer.append(
                        dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text[:100]}" "{text[100:]}"')
                    )
                answer.flags |= dns.flags.RA
                server.sendto(answer.to_wire(), asker)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.close()


def test_texts_come_from_dns_whole() -> None:
    long = "v=spf1 " + "ip4:93.184.216.34 " * 10 + "-all"
    with name_server({"orbit.shop": [long], "empty.shop": []}) as port:
        records = Records(["127.0.0.1"], port)
        assert records.texts("orbit.shop") == [long]
        assert records.texts("empty.shop") == []
        assert records.texts("nothing.shop") == []


def test_without_a_network_it_says_so_and_ends_soon(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_records, "LOOKUP_SECONDS", 0.3)
    with db.transaction() as session:
        session.add(Mailbox(address="a@orbit.shop", smtp_host="smtp.orbit.shop", created_at=db.now()))
        session.add(Mailbox(address="a@help.example", smtp_host="smtp.help.example", created_at=db.now()))
    with name_server({}, silent=True) as port:
        silent = Records(["127.0.0.1"], port)
        with pytest.raises(TemporaryFailure):
            silent.texts("orbit.shop")
        monkeypatch.setattr(doctor, "Records", lambda: silent)
        (finding,) = doctor._sending_domains(installation)
    assert (finding.level, finding.what) == ("warn", "orbit.shop")
    assert "could not be looked up" in finding.text


@pytest.mark.parametrize(
    ("grant", "level", "words"),
    [
        (None, "bad", "not given yet"),
        ({"refresh_token": "x", "refreshed_at": timedelta(0)}, "ok", "renewed"),
        (
            {"refresh_token": "x", "refresh_until": timedelta(days=3)},
            "warn",
            "connect the mailbox again before",
        ),
        (
            {"refresh_token": "x", "failing_since": timedelta(0), "last_error": "withdrawn"},
            "bad",
            "withdrawn",
        ),
    ],
)
def test_permissions_are_told(
    installation: Settings, grant: dict[str, object] | None, level: str, words: str
) -> None:
    now = db.now()
    with db.transaction() as session:
        mailbox = Mailbox(address="a@help.example", auth="microsoft", created_at=now)
        session.add(mailbox)
        session.flush()
        if grant is not None:
            moments = {
                name: now + value if isinstance(value, timedelta) else value for name, value in grant.items()
            }
            session.add(OAuthGrant(mailbox_id=mailbox.id, client_id="c", **moments))
    (finding,) = doctor._permissions(installation)
    assert finding.level == level and words in finding.text


@pytest.mark.dovecot
def test_a_watched_folder_that_is_not_there_is_told(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    watched = Watched(installation, blobs, dovecot)
    with db.transaction() as session:
        session.add(Folder(mailbox_id=watched.mailbox.id, name="Orders"))
        session.add(Folder(mailbox_id=watched.mailbox.id, name="Off the list", watched=False))
    said = [finding.text for finding in doctor._servers(watched.mailbox, installation)]
    assert [text for text in said if "no folder" in text] == [
        "the server has no folder 'Orders', which is to be watched"
    ]
