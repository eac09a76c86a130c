"""How a desk with one of everything is kept in order: people, views, fields, spam, rules, hours and what was parked."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, SignIn
from app.accounts.teams import TeamForm, make_team
from app.automation.models import Acknowledgement, Macro, MacroRun, Rule, RuleLog
from app.customers import merging as cards_merging
from app.customers.models import Customer
from app.customers.service import find_or_create
from app.levels.models import ServiceLevel
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.outgoing.models import SandboxLetter
from app.tags.models import Tag
from app.tasks.models import Calendar, Holiday
from app.tickets import (
    bulk,
    field_admin,
    fields,
    saved_views,
    service,
    snoozing,
    spam,
    trash,
)
from app.tickets.bulk_kinds import Wish
from app.tickets.filing import file_letter, open_ticket
from app.tickets.models import Event, Ticket
from app.tickets.order_models import SpamSender
from app.tickets.reading_models import RecentSearch, ShownSender
from app.tickets.saved_views import SavedForm
from app.together import links as links_of_tickets
from app.together.models import Notice, Presence, Told, Watch
from tests.support.desk_builder import RAW, Builder, letter_of


def _together(made: Builder, text: str, name: str) -> None:
    """Somebody looks on, watches, was told of everything, and has linked a ticket."""
    ticket_id, session = made.ids["ticket_id"], made.session
    session.add(Presence(ticket_id=ticket_id, agent_id=made.colleague.id, doing="reply", at=db.now()))
    session.add(Watch(ticket_id=ticket_id, agent_id=made.colleague.id, at=made.at))
    letter = letter_of(made, session.get_one(Mailbox, made.ids["mailbox_id"]), text, name)
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


def add_order(made: Builder, mailbox: Mailbox, text: str, name: str) -> None:
    """Tickets that sleep, are spam, are in the trash; a learnt sender; fields and what they say; a card in another."""
    session, line = made.session, (text.strip() or "x")[:60]
    card = session.get_one(Customer, made.ids["customer_id"])
    for key in ("sleeping", "spam", "trashed", "undone"):
        letter = letter_of(made, mailbox, text, name, sender_email=f"{key}@pedlar.example")
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


def _queue(made: Builder, text: str, name: str) -> None:
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


def add_rest(made: Builder, mailbox: Mailbox, text: str, name: str) -> None:
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


def _automation(made: Builder, mailbox: Mailbox, text: str) -> None:
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
