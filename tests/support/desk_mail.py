"""The mail of a desk with one of everything: mailboxes, a card, letters, replies in each state, drafts, letters that leave later."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import sqlalchemy as sa

from app import db
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.customers.service import find_or_create
from app.mailboxes.models import Folder, Mailbox, OAuthGrant, RawMail, RawState
from app.mailboxes.setup_models import MailboxSetup
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.tags.models import Tag
from app.tickets import (
    merging,
    moving,
    scheduled,
    service,
    uploads,
)
from app.tickets.drafts import Written, save
from app.tickets.filing import LetterFile, file_letter, open_ticket
from app.tickets.models import Delivery, Message, Ticket
from tests.support.desk_builder import HTML, PNG, RAW, Builder, letter_of


def add_mailboxes(made: Builder, text: str, name: str) -> Mailbox:
    mailbox = Mailbox(
        address="support@help.example", name=name[:200], signature=text, created_at=made.at,
        last_error=text, last_success_at=made.at,
    )  # fmt: skip
    made.add("mailbox_id", mailbox)
    made.add("second_mailbox", Mailbox(address="repairs@help.example", name=name[:200], created_at=made.at))
    made.add("folder_id", Folder(mailbox_id=mailbox.id, name="INBOX", uidvalidity=1))
    made.add("second_folder", Folder(mailbox_id=mailbox.id, name="Orders"))
    by_permission = Mailbox(address="sales@help.example", name=name[:200], auth="google", created_at=made.at)
    made.add("oauth_mailbox", by_permission)
    setup = MailboxSetup(
        agent_id=made.me.id, address="shop@help.example", name=name[:200], step="import", servers={"user": text[:200]},
        result={"problem": text}, created_at=made.at, updated_at=db.now(),
    )  # fmt: skip
    made.add("setup_id", setup)
    made.session.add(OAuthGrant(mailbox_id=by_permission.id, client_id="client-1", last_error=text))
    return mailbox


def add_card(made: Builder, text: str, name: str) -> Customer:
    customer = find_or_create(made.session, "olga@buyer.example", name, now=made.at)
    customer.notes, customer.organisation = text, Organisation(name=name[:200])
    customer.tags = [Tag(name=text[:60])]
    customer.addresses[0].bounced_at, customer.addresses[0].bounce_reason = made.at, text
    made.ids["customer_id"] = customer.id
    made.add(
        "address_id", CustomerAddress(customer_id=customer.id, email="second@buyer.example", bounce_reason="")
    )
    made.add("phone_id", CustomerPhone(customer_id=customer.id, number="+1 555 010 0133"))
    made.session.expire(customer)
    return customer


def add_letters(made: Builder, mailbox: Mailbox, customer: Customer, text: str, name: str) -> Ticket:
    raw = RawMail(
        mailbox_id=mailbox.id, folder_id=made.ids["folder_id"], uidvalidity=1, uid=1, sha256=made.blobs.put(RAW),
        size=len(RAW), stored_at=made.at, state=RawState.FILED, sender=text[:320], subject=text[:500],
    )  # fmt: skip
    made.add("raw_mail", raw)
    files = tuple(
        LetterFile(f"{text} {number}"[:300], kind, cid, bool(cid), len(content), made.blobs.put(content))
        for number, (kind, cid, content) in enumerate(
            (
                ("image/png", "picture", PNG),
                (text[:200], "", b"plain text"),
                ("image/svg+xml", "", b"<svg onload=alert(1)>"),
                ("text/plain", "", text.encode()),
            )
        )
    )
    first = letter_of(made, mailbox, text, name, raw_mail_id=raw.id, html=HTML, files=files)
    ticket = open_ticket(made.session, first, customer, now=made.at)
    letter = file_letter(made.session, ticket, first, customer, wakes=True, now=made.at)
    made.ids |= {"ticket_id": ticket.id, "message_id": letter.id, "attachment_id": letter.attachments[0].id}
    made.ids["text_file"] = letter.attachments[3].id
    for key, more in (
        ("second", {}),
        ("held", {"held": True}),
        ("moved", {}),
        ("bounce", {"automatic": text[:300]}),
    ):
        one = letter_of(made, mailbox, text, name, sender_email=f"{key}@buyer.example", **more)
        made.ids[f"{key}_letter"] = file_letter(
            made.session, ticket, one, customer, wakes=True, now=made.at
        ).id
    moved = made.session.get_one(Message, made.ids["moved_letter"])
    moving.move_to_new_ticket(made.session, moved, by=made.colleague, now=made.tick())
    again = letter_of(made, mailbox, text, name)
    other = open_ticket(made.session, again, customer, now=made.at)
    file_letter(made.session, other, again, customer, wakes=True, now=made.at)
    merging.merge(made.session, other.id, ticket.id, by=made.colleague, now=made.tick())
    made.ids["merged_ticket"] = other.id
    service.set_tags(made.session, ticket, [text[:60]], by=made.colleague, now=made.tick())
    service.assign(made.session, ticket, made.colleague.id, by=made.colleague, now=made.tick())
    for kind in ("delivery_failed", "delivery_bounced", "also-sent-to", "accepted-sender", text[:30]):
        service.record(
            made.session, kind, ticket=ticket, now=made.tick(),
            recipient=text, recipients=[text], answer=text, mailbox=text, email=text,
        )  # fmt: skip
    service.record(made.session, "card", customer=customer, by=made.me, now=made.tick(), what=text)
    words = f"<div>A note: {escape(text)}</div>"
    note = service.add_note(
        made.session, ticket, words, by=made.me, now=made.tick(), nonce="desk-note-0000000"
    )
    made.ids["note_id"] = note.id
    return ticket


def add_replies(made: Builder, ticket: Ticket, text: str) -> None:
    """In a ticket of their own, so that the letters of the first one still wait for an answer."""
    mailbox = made.session.get_one(Mailbox, made.ids["mailbox_id"])
    letter = letter_of(made, mailbox, text, text)
    answered = open_ticket(made.session, letter, ticket.customer, now=made.at)
    file_letter(made.session, answered, letter, ticket.customer, wakes=True, now=made.at)
    made.ids["answered_ticket"] = answered.id
    states = {
        "sent_reply": (made.me, Delivery.ACCEPTED), "failed_reply": (made.me, Delivery.FAILED),
        "bounced_reply": (made.me, Delivery.BOUNCED), "deferred_reply": (made.me, Delivery.DEFERRED),
        "uncertain_reply": (made.me, Delivery.UNCERTAIN), "own_held_reply": (made.me, Delivery.HELD),
        "colleagues_held_reply": (made.colleague, Delivery.HELD),
    }  # fmt: skip
    for number, (key, (author, state)) in enumerate(states.items()):
        reply = Reply(f"<div>Answer {number}</div>", ["olga@buyer.example"], [], "", f"nonce-{key:_<20}")
        # The undo of a held one must still be open: it is written now.
        at = db.now() if state == Delivery.HELD else made.tick()
        message = write_reply(made.session, answered, reply, by=author, now=at, settings=made.settings)
        made.ids[key] = message.id
        row = sa.update(Outbox).where(Outbox.message_id == message.id)
        if state == Delivery.HELD:
            # For longer than any test takes.
            made.session.execute(row.values(due_at=at + timedelta(hours=1)))
        else:
            message.delivery = state
            made.session.execute(row.values(state=state, answer=text, due_at=None))


def add_drafts(made: Builder, ticket: Ticket, text: str) -> None:
    for agent, key in ((made.me, "own"), (made.colleague, "colleagues")):
        draft = save(
            made.session, ticket, "outgoing", Written("<div>Half a letter</div>", [text], [text]),
            version=0, by=agent, now=made.tick(),
        )  # fmt: skip
        file = uploads.add_file(
            made.session, draft, f"{text}.txt", "text/plain", (made.blobs.put(b"plan"), 4),
            most_bytes=1000, now=made.at,
        )  # fmt: skip
        made.ids |= {f"{key}_draft": draft.id, f"{key}_file": file.id}


def add_later(made: Builder, mailbox: Mailbox, customer: Customer, text: str) -> None:
    """A letter that was passed on, and one that leaves tomorrow."""
    letter = letter_of(made, mailbox, text, text)
    ticket = open_ticket(made.session, letter, customer, now=made.at)
    said = file_letter(made.session, ticket, letter, customer, wakes=True, now=made.at)
    passed = Reply(
        "<div>Please look</div>", ["lab@bench.example"], [], "", "nonce-of-a-forward".ljust(20, "_"),
        kind="forward", about_id=said.id, bcc=["boss@bench.example"],
    )  # fmt: skip
    write_reply(made.session, ticket, passed, by=made.me, now=made.tick(), settings=made.settings)
    words = Written("<div>Good morning</div>", ["olga@buyer.example"])
    draft = save(made.session, ticket, "outgoing", words, version=0, by=made.me, now=made.tick())
    at = db.now() + timedelta(days=1)
    scheduled.put_off(made.session, ticket, draft, at, then_status="", by=made.me, now=db.now())
    made.ids |= {"later_ticket": ticket.id, "later_draft": draft.id}
    words = Written("<div>Your parcel is here</div>", ["ada@far.example"], subject="Your parcel")
    begun = save(made.session, None, "new", words, version=0, by=made.me, now=made.tick())
    file = uploads.add_file(
        made.session,
        begun,
        "parcel.txt",
        "text/plain",
        (made.blobs.put(b"parcel"), 6),
        most_bytes=1000,
        now=made.at,
    )
    made.ids |= {"begun_draft": begun.id, "begun_file": file.id}
