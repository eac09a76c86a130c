"""The signature below a reply: the agent's, the mailbox's, or both, with their variables filled. Plain text.

A line whose variables have no value is left out: a signature never stops a letter.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.accounts.models import Agent
from app.knowledge.variables import fill, first_name
from app.mailboxes.models import Mailbox
from app.tickets.models import Ticket

BOTH, AGENT, MAILBOX, NONE = "both", "agent", "mailbox", "none"
MODES = (BOTH, AGENT, MAILBOX, NONE)


def values_for(ticket: Ticket | None, agent: Agent | None, mailbox: Mailbox) -> dict[str, str]:
    """What the variables of answers and signatures stand for."""
    values = {"mailbox.name": mailbox.display_name, "mailbox.address": mailbox.address}
    if agent is not None:
        values |= {
            "agent.name": agent.name,
            "agent.first_name": agent.first_name,
            "agent.email": agent.email,
        }
    if ticket is not None:
        values |= {
            "customer.name": ticket.customer.name,
            "customer.first_name": first_name(ticket.customer.name),
            "customer.email": ticket.customer.email,
            "ticket.number": str(ticket.id),
            "ticket.subject": ticket.subject,
        }
    return values


def signature(agent: str, mailbox: str, mode: str, values: Mapping[str, str]) -> str:
    """The lines below the letter; '' for none."""
    chosen = {BOTH: (agent, mailbox), AGENT: (agent,), MAILBOX: (mailbox,)}.get(mode, ())
    filled = (_filled(part, values) for part in chosen)
    return "\n".join(part for part in filled if part)


def of_reply(ticket: Ticket | None, agent: Agent, mailbox: Mailbox) -> str:
    """As it will stand below a letter of this agent from this mailbox."""
    values = values_for(ticket, agent, mailbox)
    return signature(agent.signature, mailbox.signature, mailbox.signature_mode, values)


def of_receipt(ticket: Ticket, mailbox: Mailbox) -> str:
    """Nobody wrote a receipt: only the mailbox signs it, and nothing that a stranger chose stands in it (I12)."""
    values = values_for(None, None, mailbox) | {"ticket.number": str(ticket.id)}
    return signature("", mailbox.signature, MAILBOX, values)


def _filled(text: str, values: Mapping[str, str]) -> str:
    lines = (fill(line, values) for line in text.strip().splitlines())
    return "\n".join(line.text.rstrip() for line in lines if not line.missing).strip("\n")
