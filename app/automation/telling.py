"""A rule tells agents: a line on their page of notices, mailed if they want that. Never commits.

Admins are told of a rule that could not act, on their page alone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.accounts.rights import rights_of
from app.automation.doing import Hand
from app.tickets.models import Ticket
from app.together import notices
from app.together.models import Told
from app.together.whom import Tell
from app.together.wishes import wishes_of

BY_RULE: str = Told.RULE
BROKEN = "broken"


def tell(session: Session, hand: Hand, name: str) -> None:
    """Everybody that the rule has named so far, once; nobody of a ticket that is not theirs to see."""
    pairs = [pair for pair in dict.fromkeys(hand.told) if _sees(session, *pair)]
    if not pairs:
        return
    wishes = wishes_of(session, [agent_id for agent_id, _ticket in pairs])
    lines = [
        Tell(agent_id, ticket_id, BY_RULE, hand.now, detail={"who": name}) for agent_id, ticket_id in pairs
    ]
    mailings = {(agent_id, BY_RULE): wish.mailing(BY_RULE) for agent_id, wish in wishes.items()}
    notices.add(session, lines, mailings)


def tell_broken(session: Session, ticket_id: int, rule_id: int, name: str, why: str, now: datetime) -> None:
    """`why`: a sentence of ours, or the name of an error."""
    admins = sa.select(Agent.id).where(Agent.role == Role.ADMIN, Agent.active).order_by(Agent.id)
    detail = {"who": name, "rule": rule_id, "text": why}
    lines = [Tell(agent_id, ticket_id, BROKEN, now, detail=detail) for agent_id in session.scalars(admins)]
    notices.add(session, lines, {})


def _sees(session: Session, agent_id: int, ticket_id: int) -> bool:
    return rights_of(session, agent_id).sees(session.get_one(Ticket, ticket_id).mailbox_id)
