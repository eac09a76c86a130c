"""Which folder of a mailbox is the one of sent mail, and what may be asked of it."""

from __future__ import annotations

import pytest

from app import db
from app.errors import PermanentFailure
from app.mailboxes.service import Account
from app.tickets.models import Message
from mail_ingest.sent_folder import SentFolder, check_our_id, sent_folder
from tests.app.outgoing.conftest import World, world
from tests.app.outgoing.test_deliver import reply, sink
from tests.mail_ingest.test_sent_copies import HOUSE
from tests.support.dovecot import Dovecot

__all__ = ["sink", "world"]


def folders(*names: str, **marked: str) -> list[tuple[frozenset[bytes], bytes, str]]:
    return [(frozenset(), b"/", name) for name in names] + [
        (frozenset([flag.encode()]), b"/", name) for name, flag in marked.items()
    ]


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (folders("INBOX", "Sent", Enviados="\\sent"), "Enviados"),
        (folders("INBOX", "Sent Items", "Sent"), "Sent"),
        (folders("INBOX", "Отправленные"), "Отправленные"),
        (folders("INBOX", "Archive/Gesendete Objekte"), "Archive/Gesendete Objekte"),
        ([(frozenset(), b".", "INBOX.Sent Messages")], "INBOX.Sent Messages"),
        (folders("INBOX", "Presentations", "Absent"), ""),
        (folders("INBOX", Sent="\\noselect"), ""),
        ([], ""),
    ],
)
def test_which_folder_is_the_one_of_sent_mail(
    listed: list[tuple[frozenset[bytes], bytes, str]], name: str
) -> None:
    assert sent_folder(listed) == name


@pytest.mark.parametrize(
    "text",
    [
        "a@b\r\nZ1 DELETE Archive",
        'x" OR ALL',
        "",
        "first@client.example",
        "0123456789abcdef.1.2.abcdefghijklmnopqrstuvwxyz@x.example\r\n",
        "0123456789abcdef.1.2.abcdefghijklmnopqrstuvwxy2@x.exa mple",
    ],
)
def test_only_an_id_of_our_own_gets_into_a_command(text: str) -> None:
    with pytest.raises(PermanentFailure):
        check_our_id(text)


def test_an_id_of_our_own_is_one(world: World) -> None:
    message_id = reply(world)
    with db.reading() as session:
        check_our_id(session.get_one(Message, message_id).rfc_message_id)


NOBODY_S_ID = "0123456789abcdef.1.2.abcdefghijklmnopqrstuvwxyz@orbit.example"


@pytest.mark.dovecot
def test_a_folder_is_made_where_there_is_none(dovecot: Dovecot) -> None:
    account = Account(dovecot.host, dovecot.port, "none", HOUSE, dovecot.password)
    with SentFolder(account) as folder:
        assert not folder.find("")
        folder.make()
    with SentFolder(account) as folder:
        assert folder.find("")
        assert folder.copies(NOBODY_S_ID) == 0


@pytest.mark.dovecot
def test_the_mark_of_a_real_server_counts_before_any_name(dovecot: Dovecot) -> None:
    with dovecot.connected(HOUSE) as imap:
        imap.create("Sent")
        imap.create("Posted")
    account = Account(dovecot.host, dovecot.port, "none", HOUSE, dovecot.password)
    with SentFolder(account) as folder:
        folder.find("")
        folder.append(b"Subject: here\r\n\r\nhere\r\n", db.now())
    assert len(dovecot.letters(HOUSE, "Posted")) == 1
