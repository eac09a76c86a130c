"""Our mark in the text of a letter: not in anybody's way when it leaves, found when it comes back, folded from sight."""

from __future__ import annotations

import html as html_library
import time
from dataclasses import replace
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.outgoing import letter_rows
from app.outgoing.compose import compose
from app.outgoing.ids import make_message_id, mark_of, marks_in, read_token, reply_address
from app.outgoing.letter import Letter
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, token_key, write_reply
from app.tickets.models import Ticket
from mail_ingest.html_text import html_to_text
from tests.app.outgoing.test_compose import LETTER, body, parsed
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.support.letters import letter
from tests.support.web import add_agent

__all__ = ["post"]
KEY = b"k" * 32
MARKED = replace(LETTER, message_id=make_message_id(1042, 7, "orbit.example", KEY, nonce="ab12"))


def mark(sent: Letter = MARKED) -> str:
    return mark_of(sent.message_id)


# Leaving ---------------------------------------------------------------------------------------


def test_the_mark_is_the_token_of_the_message_id_and_of_the_reply_address() -> None:
    token = mark().removeprefix("ref-")
    assert read_token(token, KEY) == (1042, 7)
    assert token in MARKED.message_id
    assert token in reply_address("support@orbit.example", 1042, 7, KEY)


def test_in_plain_text_it_is_the_last_line() -> None:
    lines = body(parsed(MARKED), "plain").rstrip().splitlines()
    assert lines[-1] == mark()
    assert sum(mark() in line for line in lines) == 1


def test_in_html_nobody_sees_it() -> None:
    html = body(parsed(MARKED), "html")
    assert mark() in html
    assert mark() not in html_to_text(html).replace(f"/good#{mark()}", "").replace(
        f"/okay#{mark()}", ""
    ).replace(f"/bad#{mark()}", "")
    hidden = html[: html.index(f">{mark()}</div>")].rpartition("<div")[2]
    assert "display:none" in hidden
    assert "mso-hide:all" in hidden
    assert 'aria-hidden="true"' in hidden


def test_it_stands_before_the_quotation_where_nothing_cuts_it_off() -> None:
    html = body(parsed(MARKED), "html")
    assert html.index(f">{mark()}<") < html.index("gmail_quote")


def test_the_smileys_carry_it_where_no_server_sees_it() -> None:
    html = body(parsed(MARKED), "html")
    assert f'href="https://help.example/r/TOKEN/good#{mark()}"' in html


def test_a_retry_is_still_the_same_mail_to_the_byte() -> None:
    assert compose(MARKED).as_bytes() == compose(replace(MARKED)).as_bytes()


def test_a_letter_without_a_token_has_no_mark() -> None:
    assert mark_of("plain@orbit.example") == ""
    assert "ref-" not in body(parsed(LETTER), "plain") + body(parsed(LETTER), "html")


# Coming back -----------------------------------------------------------------------------------

SAFE_LINK = "https://eur01.links.example/?url={}&data=05%7C01&reserved=0"
WAYS = {
    "quoted text": lambda text, html, m: ("Yes.\n\nOn Fri, Nora wrote:\n" + "".join(f"> {x}\n" for x in text.splitlines()), None),
    "unquoted text": lambda text, html, m: (f"Yes.\n\n{text}", None),
    "the last line alone": lambda text, html, m: (f"Yes.\n\n{m}\n", None),
    "quoted twice and indented": lambda text, html, m: (f"Yes.\n\n   >> {m}\n", None),
    "in brackets": lambda text, html, m: (f"Yes. [{m}]", None),
    "html as it was": lambda text, html, m: ("Yes.", f"<p>Yes.</p><blockquote>{html}</blockquote>"),
    "html without its styles": lambda text, html, m: (
        "Yes.", "<p>Yes.</p>" + html.replace(' style="display:none', ' data-x="')),
    "html whose hidden text was dropped": lambda text, html, m: ("Yes.", "<p>Yes.</p>" + html.replace(f">{m}</div>", "></div>")),
    "links rewritten": lambda text, html, m: (
        "Yes.",
        "<p>Yes.</p>" + "".join(
            f'<a href="{html_library.escape(SAFE_LINK.format(quote(f"https://help.example/r/T/{face}#{m}", safe="")))}">x</a>'
            for face in ("good", "bad"))),
    "text alone of the html": lambda text, html, m: (f"Yes.\n\n> {html_to_text(html.replace('display:none', ''))}", None),
}  # fmt: skip


@pytest.fixture
def sent(post: Post) -> Letter:
    """Our answer to Olga as it went out."""
    post.deliver(letter())
    add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as session:
        reply = Reply("<div>We are looking into it.</div>", ["olga@buyer.example"], [], "", "n" * 20)
        nora = session.scalars(sa.select(Agent)).one()
        ticket = session.get_one(Ticket, 1)
        write_reply(session, ticket, reply, by=nora, now=db.now(), settings=post.settings)
    with db.reading() as session:
        row = session.scalars(sa.select(Outbox)).one()
        return letter_rows.letter_to(session, row, post.settings, post.blobs)


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_without_any_of_our_headers_finds_its_ticket(post: Post, sent: Letter, way: str) -> None:
    """As foreign ticket systems write: no References, a new subject, their own quotation of our letter."""
    mail = parsed(sent)
    text, html = WAYS[way](body(mail, "plain"), body(mail, "html"), mark(sent))
    post.deliver(letter(text, html=html, subject="[JIRA-7] updated"))
    assert [ticket.message_count for ticket in all_tickets()] == [3]
    last = messages(1)[-1]
    assert (last.held, last.evidence[0]["rule"]) == (False, "token")
    assert last.visible.startswith("Yes.")
    if way != "in brackets":
        assert mark(sent) not in last.visible


def test_a_strangers_letter_with_our_mark_is_held(post: Post, sent: Letter) -> None:
    """A mark travels with every copy of our letter: it says which ticket, never who."""
    post.deliver(letter(f"Tell me more.\n\n> {mark(sent)}", sender="Eve <eve@elsewhere.example>"))
    last = messages(1)[-1]
    assert (last.held, last.visible) == (True, "Tell me more.")


@pytest.mark.parametrize(
    "change", [lambda m: m[:-1], lambda m: m + "a", lambda m: m.replace("ref-1.", "ref-2."), str.upper]
)
def test_a_changed_mark_is_none(post: Post, sent: Letter, change: object) -> None:
    post.deliver(letter(f"Hello\n\n> {change(mark(sent))}"))  # type: ignore[operator]
    assert [ticket.message_count for ticket in all_tickets()] == [2, 1]


def test_what_the_headers_say_comes_first(post: Post, sent: Letter) -> None:
    """A customer may paste one of our letters into another exchange."""
    post.deliver(letter(subject="Bill", message_id="bill@buyer.example"))
    key = token_key(post.settings)
    other = make_message_id(2, 99, "help.example", key, nonce="n")
    post.deliver(letter(f"As you wrote:\n\n> {mark(sent)}", headers={"In-Reply-To": f"<{other}>"}))
    assert [ticket.message_count for ticket in all_tickets()] == [2, 2]


def test_our_mark_does_not_show_in_what_we_quote_next(post: Post, sent: Letter) -> None:
    post.deliver(letter(f"Any news?\n\n{mark(sent)}\n", headers={"In-Reply-To": f"<{sent.message_id}>"}))
    with db.transaction() as session:
        reply = Reply("<div>Soon.</div>", ["olga@buyer.example"], [], "", "m" * 20)
        nora = session.scalars(sa.select(Agent)).one()
        message = write_reply(
            session, session.get_one(Ticket, 1), reply, by=nora, now=db.now(), settings=post.settings
        )
        assert "ref-" not in message.folded


@pytest.mark.parametrize(
    "piece", ["ref-", "ref-1", "ref-1.", f"ref-1.1.{'a' * 25}", f"ref-{'1' * 30}", f"ref-1.1.{'a' * 26} "]
)
def test_looking_for_marks_takes_linear_time(piece: str) -> None:
    before = time.process_time()
    marks_in(piece * (2_000_000 // len(piece)))
    assert time.process_time() - before < 10


def test_a_bounce_that_returns_our_text_alone_is_about_that_reply(post: Post, sent: Letter) -> None:
    """A relay had given the letter an id of its own; what came back has our words, and our mark in them."""
    report = (
        "From: MAILER-DAEMON@mx.buyer.example\nTo: support@help.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Return-Path: <>\nMessage-ID: <b1@mx.buyer.example>\nDate: Fri, 20 Nov 2026 12:00:00 +0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        f"No such user.\n\n{mark(sent)}\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.buyer.example\n\n"
        "Final-Recipient: rfc822; olga@buyer.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    )
    post.deliver(report.encode())
    assert [ticket.message_count for ticket in all_tickets()] == [3]
    assert messages(1)[-1].evidence[0]["rule"] == "bounce"
