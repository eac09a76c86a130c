"""The signature below a reply: the agent's, the mailbox's, or both, with their variables filled.

A line whose variables have no value is left out: a signature never stops a letter.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.accounts.models import Agent
from app.knowledge.variables import first_name
from app.mailboxes.models import Mailbox
from app.outgoing.signature_html import Signature, as_html, filled
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


def signature(agent: Signature, mailbox: Signature, mode: str, values: Mapping[str, str]) -> Signature:
    """What stands below the letter; empty for nothing. Safe, whatever is stored."""
    chosen = {BOTH: (agent, mailbox), AGENT: (agent,), MAILBOX: (mailbox,)}.get(mode, ())
    parts = [part for part in (filled(one, values) for one in chosen) if part.text]
    with_looks = any(part.html for part in parts)
    return Signature(
        "\n".join(part.text for part in parts),
        "".join(part.html or as_html(part.text) for part in parts) if with_looks else "",
    )


def stored(owner: Agent | Mailbox) -> Signature:
    """As its owner left it, with the variables."""
    return Signature(owner.signature, owner.signature_html)


def of_reply(ticket: Ticket | None, agent: Agent, mailbox: Mailbox) -> Signature:
    """As it will stand below a letter of this agent from this mailbox."""
    values = values_for(ticket, agent, mailbox)
    return signature(stored(agent), stored(mailbox), mailbox.signature_mode, values)


def of_receipt(ticket: Ticket, mailbox: Mailbox) -> Signature:
    """Nobody wrote a receipt: only the mailbox signs it, and nothing that a stranger chose stands in it (I12)."""
    values = values_for(None, None, mailbox) | {"ticket.number": str(ticket.id)}
    return signature(Signature(), stored(mailbox), MAILBOX, values)
