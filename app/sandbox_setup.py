"""What a sandbox has from its first moment: a mailbox on its own mail server, two agents, articles, a help centre.

Called at every start of the sandbox, since the server's ports may have changed. What people did since stays as they
left it: agents are made only where there is no admin, articles and scripts only where there are none.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.accounts.models import Role
from app.db import now, transaction
from app.knowledge import sample, script_service, seed
from app.knowledge.models import KnowledgeLog, LogKind, Script
from app.mailboxes.models import FirstImport, Mailbox, Security
from app.mailboxes.service import add_mailbox
from app.sandbox_mail import SUPPORT_ADDRESS
from app.security import seal
from app.settings import Settings

HOST = "127.0.0.1"
FIRM = "Orbit Appliances"
# The first admin is the one who is signed in by itself, see app.web.auth.
AGENTS = (
    ("ben@sandbox.example", "Ben Carter", Role.ADMIN, "en"),
    ("olga@sandbox.example", "Olga Sokolova", Role.AGENT, "ru"),
)


def ensure(settings: Settings, imap_port: int, smtp_port: int, password: str) -> int:
    """Make or mend all of it in one transaction; returns the id of the mailbox. Only for sandbox mode."""
    if not settings.is_sandbox:
        raise RuntimeError("the sandbox's mailbox belongs to the sandbox's database")
    with transaction() as session:
        at = now()
        mailbox = _mailbox(session, at)
        _point(mailbox, imap_port, smtp_port, seal(settings.secret_key, password))
        _agents(session, settings, at)
        _articles(session, mailbox.id, at)
        _scripts(session, at)
        return mailbox.id


def _mailbox(session: Session, at: datetime) -> Mailbox:
    found = session.scalar(sa.select(Mailbox).where(Mailbox.address == SUPPORT_ADDRESS))
    if found is not None:
        return found
    made = Mailbox(
        address=SUPPORT_ADDRESS, name=FIRM, signature=f"{FIRM}, 8 Foundry Yard", sandbox=True, imap_host=HOST,
        # Its letters are what there is to see.
        first_import=FirstImport.ALL, reply_subaddress=True, created_at=at)  # fmt: skip
    return add_mailbox(session, made)


def _point(mailbox: Mailbox, imap_port: int, smtp_port: int, sealed: str) -> None:
    """The servers of this start. Clear text is fine here: it never leaves the machine."""
    mailbox.imap_host = mailbox.smtp_host = HOST
    mailbox.imap_port, mailbox.smtp_port = imap_port, smtp_port
    mailbox.imap_security = mailbox.smtp_security = Security.NONE
    mailbox.imap_user = mailbox.smtp_user = SUPPORT_ADDRESS
    mailbox.imap_password = mailbox.smtp_password = sealed


def _agents(session: Session, settings: Settings, at: datetime) -> None:
    """Agents alone are not enough: a desk filled with made-up tickets first has eight, and nobody to come in as."""
    if account_queries.first_admin(session) is not None:
        return
    for email, name, role, language in AGENTS:
        if account_queries.by_email(session, email) is None:
            accounts.make_agent(
                session, email, name, role=role, language=language, timezone=settings.timezone, now=at
            )


def _articles(session: Session, mailbox_id: int, at: datetime) -> None:
    """The articles and the help centre, and what the index learns from the questions they answered before."""
    if not sample.is_empty(session):
        return
    ids = sample.articles(session, now=at)
    sample.help_centre(session, mailbox_id, now=at)
    session.add_all(
        KnowledgeLog(kind=LogKind.LEARN, article_id=ids[key], question=question, created_at=at)
        for question, key in seed.learnt_questions()
    )


def _scripts(session: Session, at: datetime) -> None:
    if session.scalar(sa.select(Script.id).limit(1)) is not None:
        return
    for script in seed.seed_scripts():
        script_service.make(session, script, by=None, now=at)
