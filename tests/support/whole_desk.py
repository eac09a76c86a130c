"""A desk with one of everything that a page can show or a form can change, for tests that visit every route.

Everything a stranger or a customer may have written carries `text`, everything that names somebody `name`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import db, security
from app.accounts import links
from app.accounts.models import Agent, SecondStep
from app.mailboxes.setup_models import Brand, BrandLogo
from app.settings import Settings
from tests.support.desk_builder import PNG, RAW, Builder
from tests.support.desk_knowledge import add_help_centre, add_knowledge, add_rating, add_upkeep
from tests.support.desk_mail import add_card, add_drafts, add_later, add_letters, add_mailboxes, add_replies
from tests.support.desk_order import add_order, add_rest
from tests.support.web import add_agent

__all__ = ["PNG", "RAW", "WholeDesk", "build"]


@dataclass(frozen=True)
class WholeDesk:
    """`ids`: name → row id; `rating_token` and `welcome_token` open the two kinds of public links."""

    ids: dict[str, int]
    rating_token: str
    welcome_token: str
    logo_digest: str = "0" * 64
    help_slug: str = ""


def build(
    settings: Settings, me: Agent, *, text: str = "Where is my order?", name: str = "Olga"
) -> WholeDesk:
    """One of everything; `me` is the agent whose drafts, sessions and held reply are named "own"."""
    colleague = add_agent("colleague@help.example", name[:200])
    invited = add_agent("invited@help.example", "Ivan New")
    with db.transaction() as session:
        made = Builder(session, settings, me, colleague)
        made.ids |= {"agent_id": colleague.id, "me": me.id}
        secret = security.seal(settings.secret_key, "JBSWY3DPEHPK3PXP")
        session.add(SecondStep(agent_id=colleague.id, sealed=secret, since=made.at))
        mailbox = add_mailboxes(made, text, name)
        customer = add_card(made, text, name)
        ticket = add_letters(made, mailbox, customer, text, name)
        add_knowledge(made, text)
        add_replies(made, ticket, text)
        token = add_rating(made, text)
        add_drafts(made, ticket, text)
        add_later(made, mailbox, customer, text)
        add_rest(made, mailbox, text, name)
        add_order(made, mailbox, text, name)
        add_upkeep(made)
        slug = add_help_centre(made, mailbox, text, name)
        made.session.add(BrandLogo(sha256="0" * 64, kind="image/png", content=PNG))
        made.session.add(
            Brand(company=name[:120], footer=text[:200], logo_sha256="0" * 64, logo_type="image/png")
        )
        session.refresh(session.get_one(Agent, invited.id))
        welcome = links.invite(session, session.get_one(Agent, invited.id), now=db.now())
    return WholeDesk(made.ids, token, welcome, "0" * 64, slug)
