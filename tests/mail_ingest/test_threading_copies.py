"""Copies, ids that are used again, and subjects that changed: which letter is the one that is meant."""

from __future__ import annotations

import pytest

from app import db
from app.blobs import BlobStore
from app.settings import Settings
from mail_ingest.facts import MOST_LED_TO, Known
from mail_ingest.parse import parse_mail
from mail_ingest.reader_batch import Letter
from mail_ingest.reader_letter import Folded
from tests.mail_ingest.test_ingest import Post, messages, post
from tests.mail_ingest.test_threading import FIRST, counts, events
from tests.support.letters import answer_to, letter

__all__ = ["post"]


@pytest.mark.parametrize("together", [True, False])
def test_to_one_of_our_mailboxes_and_cc_to_another(
    post: Post, installation: Settings, blobs: BlobStore, together: bool
) -> None:
    sales = Post(installation, blobs, "sales@help.example")
    raw = letter(to="support@help.example", headers={"Cc": "sales@help.example"}, message_id=FIRST)
    first = post.store(b"Received: by one.example\r\n" + raw)
    second = sales.store(b"Delivered-To: sales@help.example\r\nReceived: by two.example\r\n" + raw)
    for batch in [[*first, *second]] if together else [first, second]:
        post.ingest.ingest(batch)
    assert counts() == [1]
    assert "also-sent-to" in events(1)
    post.deliver(answer_to(FIRST))
    assert counts() == [2]


def test_answers_to_both_mailboxes_stay_in_one_ticket(
    post: Post, installation: Settings, blobs: BlobStore
) -> None:
    sales = Post(installation, blobs, "sales@help.example")
    post.deliver(letter(message_id=FIRST))
    sales.deliver(answer_to(FIRST, text="To sales this time.", to="sales@help.example"))
    assert counts() == [2]


def test_a_carrier_that_uses_one_message_id_for_everything(post: Post) -> None:
    """Each notice is kept. Those of one sender that name nothing are letters of their own."""
    notices = [
        letter(
            f"Parcel {n} has arrived",
            message_id="notice@carrier.example",
            subject=f"Parcel {n}",
            sender="info@carrier.example",
        )
        for n in range(5)
    ]
    assert post.deliver(*notices) == {"filed": 5}
    assert counts() == [1] * 5
    assert post.deliver(*notices) == {"duplicate": 5}


def test_one_id_in_very_many_letters_leads_to_the_first_of_them_only(post: Post) -> None:
    """Else each further notice of such a carrier would ask for all tickets that there are of it."""
    post.deliver(letter("Where is it?", message_id="notice@carrier.example"))
    other = "Carrier <info@carrier.example>"
    for start in range(0, 120, 40):
        post.deliver(
            *(
                letter(
                    f"Notice {n}",
                    message_id="notice@carrier.example",
                    subject=f"N {n}",
                    sender=other.replace("info", f"info{n}"),
                )
                for n in range(start, start + 40)
            )
        )
    mail = parse_mail(answer_to("notice@carrier.example"))
    with db.reading() as session:
        known = Known(session, [mail], [], token_key=b"k", instance="i")
        facts = known.facts(Letter(1, mail, Folded("", "", "")), now=db.now(), reopen_days=30)
        assert len(facts.named["notice@carrier.example"]) == MOST_LED_TO
    post.deliver(answer_to("notice@carrier.example", text="Any news?"))
    assert messages(1)[-1].visible == "Any news?"


def test_the_same_letter_whose_id_was_made_anew_is_the_same_bytes_or_two_letters(post: Post) -> None:
    """Without a Message-ID only the same bytes are the same letter: two customers may write the same two words."""
    raw = letter("Hello", message_id=None)
    post.deliver(raw)
    assert post.deliver(raw) == {"duplicate": 1}
    assert post.deliver(b"Received: by two.example\r\n" + raw) == {"filed": 1}


def test_a_letter_that_names_itself_is_an_ordinary_letter(post: Post) -> None:
    post.deliver(letter(message_id=FIRST, headers={"In-Reply-To": f"<{FIRST}>", "References": f"<{FIRST}>"}))
    post.deliver(answer_to(FIRST))
    assert counts() == [2]


@pytest.mark.parametrize(
    "subject", ["Re: My parcel", "AW: My parcel", "Отв: my  parcel", "Re: [#1] My parcel"]
)
def test_prefixes_of_many_languages_are_no_new_subject(post: Post, subject: str) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(answer_to(FIRST, subject=subject))
    assert "new-subject" not in [item["rule"] for item in messages(1)[-1].evidence]


def test_a_changed_subject_is_filed_with_a_hint(post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(answer_to(FIRST, subject="Wrong bill for October"))
    assert counts() == [2]
    assert [item["rule"] for item in messages(1)[-1].evidence] == ["reference", "new-subject"]
