"""A desk with one of everything that a page can show or a form can change, for tests that visit every route.

Everything a stranger or a customer may have written carries `text`, everything that names somebody `name`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db, security
from app.accounts import links
from app.accounts.models import Agent, SecondStep, SignIn
from app.accounts.rights import Rights
from app.accounts.teams import TeamForm, make_team
from app.automation.models import Acknowledgement, Macro, MacroRun, Rule, RuleLog
from app.blobs import BlobStore
from app.customers import merging as cards_merging
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.customers.service import find_or_create
from app.knowledge import public_settings
from app.knowledge import service as knowledge
from app.knowledge.models import ArticleFile, Script, Suggestion
from app.knowledge.public_models import HelpPage, HelpRead, HelpVote
from app.knowledge.public_settings import Centre, Topic
from app.levels.models import ServiceLevel
from app.mailboxes.models import Folder, Mailbox, OAuthGrant, RawMail, RawState
from app.mailboxes.setup_models import Brand, BrandLogo, MailboxSetup
from app.outgoing.models import Outbox, SandboxLetter
from app.outgoing.service import Reply, write_reply
from app.ratings.asking_models import RatingReason
from app.ratings.models import Praise, RatingInvitation
from app.ratings.service import give, invitation_token
from app.settings import Settings
from app.tags.models import Tag
from app.tasks import recovery
from app.tasks.models import Calendar, Holiday
from app.tickets import (
    bulk,
    field_admin,
    fields,
    merging,
    moving,
    saved_views,
    scheduled,
    service,
    snoozing,
    spam,
    trash,
    uploads,
)
from app.tickets.bulk_kinds import Wish
from app.tickets.drafts import Written, save
from app.tickets.filing import IncomingLetter, LetterFile, file_letter, open_ticket
from app.tickets.models import Delivery, Event, Message, Ticket
from app.tickets.order_models import SpamSender
from app.tickets.reading_models import RecentSearch, ShownSender
from app.tickets.saved_views import SavedForm
from app.together import links as links_of_tickets
from app.together.models import Notice, Presence, Told, Watch
from app.upkeep import twins
from app.upkeep.models import AskedLetter, FreeReply, Gap, Likeness, TypedAnswer
from tests.support.web import add_agent

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000164944415408d763f8cfc0c0f09f81e1ff7f06060600"
    "1fee04fd0c5fe8990000000049454e44ae426082"
)
HTML = "<p>Hello <b>there</b></p><img src='cid:picture'><img src='https://pictures.example/a.png'>"
RAW = b"From: olga@buyer.example\r\nTo: support@help.example\r\nSubject: Hello\r\n\r\nHello\r\n"
# Long ago, so that no page says "now" and then "1 min"; recent enough for links to be open.
AGO = timedelta(hours=3)


@dataclass(frozen=True)
class WholeDesk:
    """`ids`: name → row id; `rating_token` and `welcome_token` open the two kinds of public links."""

    ids: dict[str, int]
    rating_token: str
    welcome_token: str
    logo_digest: str = "0" * 64
    help_slug: str = ""


class _Builder:
    def __init__(self, session: Session, settings: Settings, me: Agent, colleague: Agent) -> None:
        self.session, self.settings, self.me, self.colleague = session, settings, me, colleague
        self.blobs = BlobStore(settings.blob_dir)
        self.at = db.now() - AGO
        self.ids: dict[str, int] = {}

    def add(self, name: str, row: object) -> None:
        self.session.add(row)
        self.session.flush()
        self.ids[name] = row.id  # type: ignore[attr-defined]

    def tick(self):  # noqa: ANN201
        self.at += timedelta(minutes=1)
        return self.at


def build(
    settings: Settings, me: Agent, *, text: str = "Where is my order?", name: str = "Olga"
) -> WholeDesk:
    """One of everything; `me` is the agent whose drafts, sessions and held reply are named "own"."""
    colleague = add_agent("colleague@help.example", name[:200])
    invited = add_agent("invited@help.example", "Ivan New")
    with db.transaction() as session:
        made = _Builder(session, settings, me, colleague)
        made.ids |= {"agent_id": colleague.id, "me": me.id}
        secret = security.seal(settings.secret_key, "JBSWY3DPEHPK3PXP")
        session.add(SecondStep(agent_id=colleague.id, sealed=secret, since=made.at))
        mailbox = _mailbox(made, text, name)
        customer = _card(made, text, name)
        ticket = _letters(made, mailbox, customer, text, name)
        _knowledge(made, text)
        _replies(made, ticket, text)
        token = _rating(made, text)
        _drafts(made, ticket, text)
        _later(made, mailbox, customer, text)
        _rest(made, mailbox, text, name)
        _order(made, mailbox, text, name)
        _upkeep(made)
        slug = _help_centre(made, mailbox, text, name)
        made.session.add(BrandLogo(sha256="0" * 64, kind="image/png", content=PNG))
        made.session.add(
            Brand(company=name[:120], footer=text[:200], logo_sha256="0" * 64, logo_type="image/png")
        )
        session.refresh(session.get_one(Agent, invited.id))
        welcome = links.invite(session, session.get_one(Agent, invited.id), now=db.now())
    return WholeDesk(made.ids, token, welcome, "0" * 64, slug)


def _mailbox(made: _Builder, text: str, name: str) -> Mailbox:
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


def _card(made: _Builder, text: str, name: str) -> Customer:
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


def _letter(made: _Builder, mailbox: Mailbox, text: str, name: str, **more: object) -> IncomingLetter:
    values: dict[str, object] = {
        "raw_mail_id": None, "mailbox_id": mailbox.id, "sender_name": name, "sender_email": "olga@buyer.example",
        "subject": text, "visible": text, "folded": text, "signature": text, "html": None, "language": "en",
        "arrived_at": made.tick(), "to": ((name, mailbox.address), (name, "else@buyer.example")),
        "cc": ((name, "cc@buyer.example"),), "reply_to": ((name, "other@buyer.example"),),
        "evidence": ({"rule": text, "detail": text}, {"rule": "closed-long-ago", "detail": text}),
        "defects": (text,), "rfc_message_id": text[:300], **more,
    }  # fmt: skip
    return IncomingLetter(**values)  # type: ignore[arg-type]


def _letters(made: _Builder, mailbox: Mailbox, customer: Customer, text: str, name: str) -> Ticket:
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
    first = _letter(made, mailbox, text, name, raw_mail_id=raw.id, html=HTML, files=files)
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
        one = _letter(made, mailbox, text, name, sender_email=f"{key}@buyer.example", **more)
        made.ids[f"{key}_letter"] = file_letter(
            made.session, ticket, one, customer, wakes=True, now=made.at
        ).id
    moved = made.session.get_one(Message, made.ids["moved_letter"])
    moving.move_to_new_ticket(made.session, moved, by=made.colleague, now=made.tick())
    again = _letter(made, mailbox, text, name)
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


def _knowledge(made: _Builder, text: str) -> None:
    """An article that was edited once, offered beside the letters that wait."""
    words = knowledge.ArticleText(text[:200], text.replace("{{", "{"), "en", (text[:60],))
    article = knowledge.create(made.session, words, by=made.me, now=made.at)
    changed = knowledge.ArticleText(f"{text[:190]} 2", f"{words.answer} 2", "en", words.tags)
    knowledge.edit(made.session, article.id, changed, version=1, by=made.me, now=made.tick())
    made.ids["article_id"] = article.id
    in_russian = knowledge.ArticleText(text[:200], words.answer, "ru")
    knowledge.say_in(made.session, article.id, in_russian, version=2, by=made.me, now=made.tick())
    file = ArticleFile(
        article_id=article.id, filename=text[:300], content_type="text/plain", size=10,
        sha256=made.blobs.put(b"plain text"), added_at=made.at,
    )  # fmt: skip
    made.add("article_file", file)
    step = {"key": "1", "say": text, "text": words.answer, "choices": [{"label": text, "to": "1"}]}
    script = Script(title=text[:200], language="en", steps=[step], version=1, updated_at=made.at)
    made.add("script_id", script)
    for letter in ("message_id", "second_letter"):
        message = made.session.get_one(Message, made.ids[letter])
        message.suggest_state = "done"
        made.session.add(
            Suggestion(
                message_id=message.id, article_id=article.id, rank=1, confidence=0.9, shown="open",
                why={"words": [text], "example": text}, created_at=made.at,
            )
        )  # fmt: skip


def _help_centre(made: _Builder, mailbox: Mailbox, text: str, name: str) -> str:
    """Open, with one public article that has a file; its only topic has the same address. The address."""
    words = knowledge.ArticleText(f"A {text[:150]}", text.replace("{{", "{"), "en", ("public",))
    article = knowledge.create(made.session, words, by=made.me, now=made.tick())
    topic = Topic(article.tags[0].id, {"en": article.title})
    public_settings.change(
        made.session,
        Centre(
            open=True, languages=("en", "ru"), names={"en": name[:80]}, greetings={"en": text[:300]},
            topics=(topic,), form=True, mailbox_id=mailbox.id,
        ),
        by=made.me,
        now=made.at,
    )  # fmt: skip
    file = ArticleFile(
        article_id=article.id, filename=text[:300], content_type="text/plain", size=10,
        sha256=made.blobs.put(b"plain text"), added_at=made.at,
    )  # fmt: skip
    made.add("help_file", file)
    knowledge.arrange(made.session, article.id, knowledge.Arrangement("public"), by=made.me, now=made.tick())
    made.session.add_all(
        [
            HelpVote(
                article_id=article.id, language="en", version=1, helped=False, words=text, visitor="x",
                at=made.at,
            ),
            HelpRead(article_id=article.id, language="en", day=made.at.date(), times=3),
        ]
    )  # fmt: skip
    return made.session.scalars(sa.select(HelpPage.slug).where(HelpPage.article_id == article.id)).one()


def _replies(made: _Builder, ticket: Ticket, text: str) -> None:
    """In a ticket of their own, so that the letters of the first one still wait for an answer."""
    mailbox = made.session.get_one(Mailbox, made.ids["mailbox_id"])
    letter = _letter(made, mailbox, text, text)
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


def _rating(made: _Builder, text: str) -> str:
    invitation = made.session.scalars(
        sa.select(RatingInvitation).where(RatingInvitation.message_id == made.ids["sent_reply"])
    ).one()
    happy = made.session.scalars(
        sa.select(RatingInvitation).where(RatingInvitation.message_id == made.ids["bounced_reply"])
    ).one()
    happy.agent_id = made.colleague.id
    praised = give(made.session, happy, "good", text, now=made.tick(), change_days=7)
    made.ids["mark"] = praised.mark
    made.add(
        "praise",
        Praise(rating_id=praised.id, by_id=made.me.id, agent_id=made.colleague.id, words=text, at=made.at),
    )
    reasons = made.session.scalars(sa.select(RatingReason.id).order_by(RatingReason.id)).all()
    made.ids |= {"reason_id": reasons[1]}
    unhappy = give(
        made.session, invitation, "bad", text, now=made.tick(), change_days=7, reason_ids=reasons[:2]
    )
    task = recovery.after_rating(made.session, unhappy, now=made.at)
    assert task is not None
    made.ids["task_id"] = task.id
    return invitation_token(invitation, made.settings.secret_key)


def _drafts(made: _Builder, ticket: Ticket, text: str) -> None:
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


def _together(made: _Builder, text: str, name: str) -> None:
    """Somebody looks on, watches, was told of everything, and has linked a ticket."""
    ticket_id, session = made.ids["ticket_id"], made.session
    session.add(Presence(ticket_id=ticket_id, agent_id=made.colleague.id, doing="reply", at=db.now()))
    session.add(Watch(ticket_id=ticket_id, agent_id=made.colleague.id, at=made.at))
    letter = _letter(made, session.get_one(Mailbox, made.ids["mailbox_id"]), text, name)
    card = session.get_one(Customer, made.ids["customer_id"])
    linked = open_ticket(session, letter, card, now=made.at)
    file_letter(session, linked, letter, card, wakes=True, now=made.at)
    made.ids["linked_ticket"] = linked.id
    links_of_tickets.link(
        session, session.get_one(Ticket, ticket_id), linked, by=made.colleague, now=made.tick()
    )
    for number, kind in enumerate(Told):
        made.add(
            "notice_id",
            Notice(
                agent_id=made.me.id, ticket_id=ticket_id, kind=kind, count=1 + number % 3, by_id=made.colleague.id,
                message_id=made.ids["message_id"], at=made.tick(), mark=1,
                detail={"who": name, "text": text, "answer": text, "recipient": text, "team": text},
            ),
        )  # fmt: skip
    session.execute(
        sa.update(Agent).where(Agent.id == made.me.id).values(unread_notices=len(Told), notice_mark=1)
    )


def _order(made: _Builder, mailbox: Mailbox, text: str, name: str) -> None:
    """Tickets that sleep, are spam, are in the trash; a learnt sender; fields and what they say; a card in another."""
    session, line = made.session, (text.strip() or "x")[:60]
    card = session.get_one(Customer, made.ids["customer_id"])
    for key in ("sleeping", "spam", "trashed", "undone"):
        letter = _letter(made, mailbox, text, name, sender_email=f"{key}@pedlar.example")
        ticket = open_ticket(session, letter, card, now=made.at)
        file_letter(session, ticket, letter, card, wakes=True, now=made.at)
        made.ids[f"{key}_ticket"] = ticket.id
    tickets = {
        key: session.get_one(Ticket, made.ids[f"{key}_ticket"])
        for key in ("sleeping", "spam", "trashed", "undone")
    }
    snoozing.snooze(
        session, tickets["sleeping"], db.now() + timedelta(days=2), by=made.colleague, now=made.tick()
    )
    spam.mark(session, tickets["spam"], by=made.colleague, now=made.tick())
    trash.throw_away(session, tickets["trashed"], by=made.colleague, now=made.tick())
    service.set_status(session, tickets["undone"], "waiting", by=made.me, now=db.now())
    session.flush()
    own = sa.select(Event.id).where(
        Event.ticket_id == made.ids["undone_ticket"], Event.agent_id == made.me.id
    )
    made.ids["event_id"] = session.scalars(own.order_by(Event.id.desc())).first() or 0
    made.ids["row_id"] = session.scalars(sa.select(SpamSender.id)).one()
    fresh = field_admin.define(session, "ticket", "text", f"{line} 1")
    on_card = field_admin.define(session, "card", "text", f"{line} 2")
    made.ids |= {"field_id": fresh.id, "card_field": on_card.id}
    fields.put_value(
        session, session.get_one(Ticket, made.ids["ticket_id"]), fresh.id, text, by=made.me, now=made.tick()
    )
    fields.put_card_values(session, card, {on_card.id: text})
    other = find_or_create(session, "third@buyer.example", name, now=made.at)
    other.notes = text
    session.flush()
    made.ids["merge_id"] = cards_merging.merge(
        session, other.id, card.id, by=made.colleague, now=made.tick()
    ).id
    last = find_or_create(session, "fourth@buyer.example", name, now=made.at)
    made.ids["other_card"] = last.id
    for key, word in (("tag_id", "to be renamed"), ("other_tag", "to be joined")):
        made.add(key, Tag(name=word))


def _queue(made: _Builder, text: str, name: str) -> None:
    """A team, a saved view of one's own and one of a colleague's, and an action on a selection."""
    form = TeamForm(name[:100], agent_ids=(made.me.id, made.colleague.id))
    team = make_team(made.session, form, now=made.at)
    made.ids["team_id"] = team.id
    shared = (("saved_view_id", made.me, ""), ("colleagues_view", made.colleague, "all"))
    for key, agent, wanted in shared:
        view = SavedForm(name[:80], text[:200] or "status:open", shared=wanted)
        made.ids[key] = saved_views.make(made.session, view, by=agent, now=made.at).id
    me = made.session.get_one(Agent, made.me.id)
    ids = [made.ids["answered_ticket"]]
    made.ids["bulk_id"] = bulk.act(made.session, ids, Wish("tag", "bulk"), by=me, now=made.at).bulk_id


def _later(made: _Builder, mailbox: Mailbox, customer: Customer, text: str) -> None:
    """A letter that was passed on, and one that leaves tomorrow."""
    letter = _letter(made, mailbox, text, text)
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


def _rest(made: _Builder, mailbox: Mailbox, text: str, name: str) -> None:
    made.add(
        "raw_mail_id",
        RawMail(
            mailbox_id=mailbox.id, folder_id=made.ids["folder_id"], uidvalidity=1, uid=2,
            sha256=made.blobs.put(RAW), size=len(RAW), stored_at=made.at, state=RawState.PARKED, reason=text,
            sender=text[:320], subject=text[:500],
        ),
    )  # fmt: skip
    for key, agent in (("sign_in_id", made.me), ("colleagues_sign_in", made.colleague)):
        made.add(
            key,
            SignIn(
                agent_id=agent.id, token_hash=key.ljust(64, "-"), created_at=made.at, last_seen_at=db.now(),
                expires_at=db.now() + timedelta(hours=3), user_agent=text[:300],
            ),
        )  # fmt: skip
    made.add("recent_search", RecentSearch(agent_id=made.me.id, text=text[:200], searched_at=made.at))
    _together(made, text, name)
    _queue(made, text, name)
    _automation(made, mailbox, text)
    made.session.add(ShownSender(agent_id=made.me.id, email="shown@buyer.example", since=made.at))
    made.add(
        "letter_id",
        SandboxLetter(
            sender=text[:320], recipient=mailbox.address, sha256=made.blobs.put(RAW), created_at=made.at, error=text
        ),
    )  # fmt: skip


def _automation(made: _Builder, mailbox: Mailbox, text: str) -> None:
    """A rule that acted and failed, a shared macro and one of each agent, a use of it, a calendar with a holiday."""
    does = [{"do": "add_tags", "values": [text[:60]]}, {"do": "text", "values": [text]}]
    when = {"match": "all", "items": [{"field": "subject", "op": "contains", "values": [text[:200]]}]}
    rule = Rule(
        name=text[:100], trigger="letter", active=False, position=1, conditions=when, actions=does[:1],
        created_at=made.at, updated_at=made.at, failed_at=made.at, failure=text[:500],
    )  # fmt: skip
    made.add("rule_id", rule)
    why = [{"field": "subject", "op": "contains", "values": [text[:200]], "found": text[:200], "met": True}]
    done = [{"do": "add_tags", "before": [], "after": [text[:60]]}]
    ticket_id = made.ids["ticket_id"]
    made.session.add(
        RuleLog(
            rule_id=rule.id,
            name=text[:100],
            trigger="letter",
            ticket_id=ticket_id,
            at=made.at,
            why=why,
            done=done,
        )
    )
    made.session.add(
        Event(
            ticket_id=ticket_id, kind="rule", detail={"name": text, "rule": rule.id, "why": why}, at=made.at
        )
    )
    for key, agent in (("macro_id", made.me), ("colleagues_macro", made.colleague)):
        made.add(
            key,
            Macro(
                name=text[:100],
                scope="private",
                owner_id=agent.id,
                actions=does,
                created_at=made.at,
                updated_at=made.at,
            ),
        )
    run = MacroRun(
        name=text[:100], agent_id=made.me.id, at=made.at,
        changes=[{"ticket": ticket_id, "before": {}, "after": {}, "message": None, "draft": None}],
    )  # fmt: skip
    made.add("run_id", run)
    for position, key in enumerate(("level_id", "second_level")):
        level = ServiceLevel(
            name=f"{text[:70]} {position}", position=position, targets={"normal": {"first": 60}}, armed_from=made.at,
            created_at=made.at, escalate_urgent=False,
        )  # fmt: skip
        made.add(key, level)
    week = [[[540, 1080]]] * 5 + [[], []]
    for key, name in (("calendar_id", text[:70]), ("second_calendar", f"{text[:70]} 2")):
        calendar = Calendar(
            name=name,
            timezone="Europe/Berlin",
            week=week,
            is_default=key == "calendar_id",
            created_at=made.at,
        )
        made.add(key, calendar)
        made.session.add(Holiday(calendar_id=calendar.id, day=date(2026, 12, 25), name=text[:120]))
    made.session.add(Acknowledgement(mailbox_id=mailbox.id, text_en=text, text_ru=text))
    made.session.flush()


def _upkeep(made: _Builder) -> None:
    """Letters of the first mailbox that ask the same and have no article, in a gap that is hidden."""
    gap = Gap(language="en", state="hidden", state_at=made.at, created_at=made.at)
    made.add("gap_id", gap)
    query = (
        sa.select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Ticket.mailbox_id == made.ids["mailbox_id"], Ticket.status.not_in(("spam", "trash")),
            Message.kind == "incoming", Message.id.not_in(sa.select(Suggestion.message_id)),
        )
        .order_by(Message.id)
        .limit(3)
    )  # fmt: skip
    letters = list(made.session.scalars(query))
    assert len(letters) == 3, "a gap has three letters"
    for letter in letters:
        row = AskedLetter(
            message_id=letter.id, language="en", asked_at=letter.arrived_at, words="order", closeness=1.0
        )
        row.gap_id = gap.id
        made.session.add(row)
    _twins(made)
    typed = TypedAnswer(language="en", created_at=made.at)
    made.add("typed_id", typed)
    replies = sa.select(Message.id).where(Message.kind == "outgoing", Message.author_id == made.me.id)
    for message_id in list(made.session.scalars(replies.order_by(Message.id).limit(5))):
        made.session.add(
            FreeReply(
                message_id=message_id, author_id=made.me.id, language="en", sent_at=made.at, words="answer",
                typed_id=typed.id,
            )
        )  # fmt: skip
    made.session.flush()


def _twins(made: _Builder) -> None:
    """Two articles that say the same, and two of which one went into the other."""
    for name in ("twin_one", "twin_other", "merge_kept", "merge_gone"):
        words = knowledge.ArticleText(f"Parking, {name}", f"Park behind the house, {name}.", "en")
        made.ids[name] = knowledge.create(made.session, words, by=made.me, now=made.at).id
    one, other = made.ids["twin_one"], made.ids["twin_other"]
    made.session.add(
        Likeness(article_id=one, other_id=other, text=0.9, asked=0.0, words=["park"], state_at=made.at)
    )
    rights = Rights(made.me.id, "admin", None)
    kept, gone = made.ids["merge_kept"], made.ids["merge_gone"]
    made.ids["article_merge_id"] = twins.merge(made.session, rights, kept, gone, by=made.me, now=made.at).id
