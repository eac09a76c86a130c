"""A rule tells agents: a line on their page of notices, mailed if they want that. Never commits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.automation.doing import Hand
from app.tickets.models import Ticket
from app.together import notices
from app.together.models import Told
from app.together.whom import Tell
from app.together.wishes import wishes_of

BY_RULE: str = Told.RULE


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


def _sees(session: Session, agent_id: int, ticket_id: int) -> bool:
    return rights_of(session, agent_id).sees(session.get_one(Ticket, ticket_id).mailbox_id)
