"""Macros: who may see and change them, and what using one does. Never commits.

A use is one transaction for all its tickets; what cannot be done to one of them is left out and said. What was changed
is kept with the values before and after, so the whole use can be taken back as one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.automation import actions, written
from app.automation.actions import MACRO, Action, read_actions
from app.automation.doing import Hand, do
from app.automation.models import Macro, MacroRun, Scope
from app.automation.standing import restore, standing
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, SincerelyError
from app.outgoing import service as outgoing
from app.settings import Settings
from app.tickets import service, spam
from app.tickets.models import Ticket

LONGEST_NAME = 100
MOST_MACROS = 500
# These change the reply; the rest changes the ticket.
WRITING = frozenset({"article", "text", "send"})


@dataclass(frozen=True)
class MacroForm:
    """What an agent says about a macro; `mailbox_id` counts for those of a mailbox."""

    name: str
    scope: str
    actions: tuple[Action, ...]
    mailbox_id: int | None = None


@dataclass
class Applied:
    """`done`: tickets it was done to; `skipped`: ticket → why not; `drafts`: where a draft waits instead of a letter
    that could not leave; `message_ids`: letters that are held until their time to undo is over."""

    run_id: int
    done: list[int] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    drafts: list[int] = field(default_factory=list)
    message_ids: list[int] = field(default_factory=list)


def visible(session: Session, agent: Agent, mailbox_ids: Collection[int] | None = None) -> list[Macro]:
    """The agent's own, the shared ones, and those of mailboxes they see; by name.

    `mailbox_ids`: only what can be used on tickets of all these mailboxes.
    """
    rights = rights_of(session, agent)
    of_mailbox = sa.and_(Macro.scope == Scope.MAILBOX, rights.within(Macro.mailbox_id))
    if mailbox_ids is not None:
        wanted = set(mailbox_ids)
        of_mailbox = sa.and_(
            of_mailbox, Macro.mailbox_id == next(iter(wanted)) if len(wanted) == 1 else sa.false()
        )
    mine = sa.and_(Macro.scope == Scope.PRIVATE, Macro.owner_id == agent.id)
    query = sa.select(Macro).where(sa.or_(Macro.scope == Scope.SHARED, mine, of_mailbox))
    return list(session.scalars(query.order_by(sa.func.lower(Macro.name), Macro.id).limit(MOST_MACROS)))


def macro_for(session: Session, agent: Agent, macro_id: int) -> Macro:
    """Raises NotFound for one that does not exist or is not this agent's to see."""
    macro = session.get(Macro, macro_id)
    if macro is None or not _may_see(session, agent, macro):
        raise NotFound("There is no such macro.")
    return macro


def may_change(session: Session, agent: Agent, macro: Macro) -> bool:
    """Their own, or, for those who arrange the work of others, what others use too."""
    if macro.scope == Scope.PRIVATE:
        return macro.owner_id == agent.id
    return rights_of(session, agent).may_lead and _may_see(session, agent, macro)


def make(session: Session, form: MacroForm, *, by: Agent, now: datetime) -> Macro:
    """Raises InvalidInput, and NotAllowed for one that is not for the author alone and not theirs to give."""
    check(form)
    count = session.scalar(sa.select(sa.func.count()).select_from(Macro).where(Macro.owner_id == by.id)) or 0
    if count >= MOST_MACROS:
        raise InvalidInput("That is more macros than anybody can keep in mind. Remove some first.", "name")
    macro = Macro(owner_id=by.id, created_at=now)
    _write(session, macro, form, by, now)
    return macro


def edit(session: Session, macro: Macro, form: MacroForm, *, by: Agent, now: datetime) -> None:
    """Raises InvalidInput and NotAllowed; nothing is changed then."""
    check(form)
    _refuse_others(session, by, macro)
    _write(session, macro, form, by, now)


def remove(session: Session, macro: Macro, *, by: Agent) -> None:
    _refuse_others(session, by, macro)
    session.delete(macro)
    session.flush()


def check(form: MacroForm) -> None:
    """Raises InvalidInput with the field: "a2" is the third action of the form."""
    if not form.name.strip():
        raise InvalidInput("Please fill in a name.", "name")
    if len(form.name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    if form.scope not in tuple(Scope):
        raise InvalidInput("Please choose one of the list.", "scope")
    for number, action in enumerate(form.actions):
        if wrong := actions.problem(action, MACRO):
            raise InvalidInput(wrong, f"a{number}")
    if not form.actions:
        raise InvalidInput("A macro needs something to do.", "actions")
    does = {action.do for action in form.actions}
    if "send" in does and not does & {"article", "text"}:
        raise InvalidInput("There is nothing to send: add a text or an article.", "actions")


def _write(session: Session, macro: Macro, form: MacroForm, by: Agent, now: datetime) -> None:
    rights = rights_of(session, by)
    if form.scope != Scope.PRIVATE and not rights.may_lead:
        raise NotAllowed("Only an admin or a lead can share a macro.")
    if form.scope == Scope.MAILBOX and (form.mailbox_id is None or not rights.sees(form.mailbox_id)):
        raise InvalidInput("Please choose one of the list.", "mailbox")
    macro.name, macro.scope = " ".join(form.name.split()), form.scope
    macro.mailbox_id = form.mailbox_id if form.scope == Scope.MAILBOX else None
    if form.scope == Scope.PRIVATE:
        macro.owner_id = by.id
    macro.actions, macro.updated_at = actions.as_data(form.actions), now
    session.add(macro)
    session.flush()


def _may_see(session: Session, agent: Agent, macro: Macro) -> bool:
    if macro.scope == Scope.PRIVATE:
        return macro.owner_id == agent.id
    return macro.scope == Scope.SHARED or rights_of(session, agent).sees(macro.mailbox_id)


def _refuse_others(session: Session, by: Agent, macro: Macro) -> None:
    if not may_change(session, by, macro):
        raise NotAllowed("This macro is not yours to change.")


def apply_macro(
    session: Session,
    tickets: Sequence[Ticket],
    macro: Macro,
    *,
    by: Agent,
    now: datetime,
    settings: Settings,
    writes: bool = True,
) -> Applied:
    """Do what the macro says to these tickets, which the caller has found for this agent.

    `writes` False leaves the reply to the caller, who has an editor open. Everything else is done here.
    """
    run = MacroRun(macro_id=macro.id, name=macro.name, agent_id=by.id, at=now, changes=[])
    session.add(run)
    session.flush()
    applied = Applied(run.id)
    changes: list[dict[str, Any]] = []
    for ticket in sorted(tickets, key=lambda one: one.id):
        hand = Hand(session, now, settings, by=by, name=macro.name)
        try:
            with session.begin_nested():
                changes.append(_apply_one(hand, ticket, macro, applied, writes=writes))
        except SincerelyError as error:
            applied.skipped[ticket.id] = str(error)
            continue
        applied.done.append(ticket.id)
    run.changes = changes
    session.flush()
    return applied


def _apply_one(hand: Hand, ticket: Ticket, macro: Macro, applied: Applied, *, writes: bool) -> dict[str, Any]:
    session = hand.session
    if ticket.merged_into_id is not None:
        raise InvalidInput("It is part of another ticket.")
    service.lock(session, ticket)
    does = read_actions(macro.actions)
    reply = written.put(hand, ticket, does) if writes and any(one.do in WRITING for one in does) else None
    before = standing(session, ticket)
    done = [one for one in (do(hand, ticket, action) for action in does if action.do not in WRITING) if one]
    after = standing(session, ticket)
    if done:
        service.record(
            session, "macro", ticket=ticket, by=hand.by, now=hand.now, name=macro.name, run=applied.run_id
        )
        service.changed(session, ticket.id, "event", hand.now)
    session.flush()
    if reply is not None and reply.message_id is not None:
        applied.message_ids.append(reply.message_id)
    if reply is not None and reply.waits:
        applied.drafts.append(ticket.id)
    return {
        "ticket": ticket.id,
        "before": {name: value for name, value in before.items() if value != after[name]},
        "after": {name: value for name, value in after.items() if value != before[name]},
        "learnt": [sender for one in done for sender in one.get("learnt", ())],
        "forgotten": [sender for one in done for sender in one.get("forgotten", ())],
        "message": reply.message_id if reply else None,
        "draft": reply.draft if reply else None,
    }


def undo(session: Session, run_id: int, *, by: Agent, now: datetime) -> tuple[MacroRun, list[int]]:
    """Take a use back: letters that are still held, drafts nobody touched, and every value nobody has changed since.

    Returns the use and the tickets of which something could not be put back. Raises NotFound for a colleague's,
    Conflict for one that was taken back already.
    """
    run = session.get(MacroRun, run_id, with_for_update=True)
    if run is None or run.agent_id != by.id:
        raise NotFound("There is nothing to undo.")
    if run.undone_at is not None:
        raise Conflict("This was undone already.")
    run.undone_at = now
    left = [
        int(change["ticket"]) for change in reversed(run.changes) if not _undo_one(session, change, by, now)
    ]
    for change in run.changes:
        ticket = session.get(Ticket, change["ticket"])
        if ticket is not None and ticket.id not in left:
            service.record(session, "macro-undone", ticket=ticket, by=by, now=now, name=run.name)
    session.flush()
    return run, sorted(left)


def _undo_one(session: Session, change: dict[str, Any], by: Agent, now: datetime) -> bool:
    ticket = session.get(Ticket, change["ticket"])
    if (
        ticket is None
        or ticket.merged_into_id is not None
        or not rights_of(session, by).sees(ticket.mailbox_id)
    ):
        return False
    service.lock(session, ticket)
    whole = restore(session, ticket, change["before"], change["after"], by=by, now=now)
    if ticket.status == change["before"].get("status"):
        spam.unlearn(session, change.get("learnt", []))
        spam.relearn(session, change.get("forgotten", []), by=by, now=now)
    whole = written.take_back(session, ticket, change["draft"], by=by, now=now) and whole
    if change["message"] is not None:
        try:
            with session.begin_nested():
                outgoing.undo(session, change["message"], by=by, now=now)
        except (Conflict, NotFound, NotAllowed):
            return False
    return whole
