"""The agent who looks after a client: new tickets may be given to them (app.tickets.assignment)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.errors import InvalidInput


def set_own_agent(session: Session, customer: Customer, agent_id: int | None) -> bool:
    """Somebody who answers, or nobody; False when it was so already. Raises InvalidInput."""
    if customer.own_agent_id == agent_id:
        return False
    agent = session.get(Agent, agent_id) if agent_id is not None else None
    if agent_id is not None and (agent is None or not agent.active or not agent.may_answer):
        raise InvalidInput("That agent cannot take tickets.", "own_agent")
    customer.own_agent_id = agent_id
    session.flush()
    return True
