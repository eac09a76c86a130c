"""The poller's part of the assistant: it looks for an address's servers, signs in to them, and connects the mailbox.

Here, because the web itself speaks to no other machine. Each wish runs in a thread of its own, and its answer counts
only while nobody has asked for something else meanwhile.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db, installation
from app.accounts import audit
from app.accounts import service as accounts
from app.accounts.models import Agent, Role
from app.accounts.queries import first_admin
from app.errors import InvalidInput, SincerelyError
from app.mailboxes import server_names, setup
from app.mailboxes.hosts import check_host
from app.mailboxes.models import Mailbox
from app.mailboxes.server_names import Found
from app.mailboxes.service import add_mailbox
from app.mailboxes.setup_models import MailboxSetup, Step, Wanted
from app.security import unseal
from app.settings import Settings
from mail_ingest.connection_check import Tried, try_servers
from mail_ingest.dns_records import Records
from mail_ingest.server_descriptions import description

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class World:
    """What can be asked about a domain."""

    records: Records = field(default_factory=Records)
    describe: Callable[[str, str], bytes | None] = description


def candidates(address: str, world: World) -> Iterable[Found]:
    """Servers in the order of trust: what is told comes alone, and only without it the customary names are tried."""
    domain = address.rpartition("@")[2]
    told = server_names.by_domain(address) or _told(domain, address, world)
    return [told] if told is not None else server_names.guesses(address)


def _told(domain: str, address: str, world: World) -> Found | None:
    text = world.describe(domain, address)
    described = server_names.from_description(text, address) if text else None
    if described is not None:
        return described
    records = world.records
    imaps = records.services(f"_imaps._tcp.{domain}")
    submissions = records.services(f"_submissions._tcp.{domain}")
    submission = records.services(f"_submission._tcp.{domain}")
    served = server_names.from_services(imaps, submissions, submission, address)
    return served or server_names.from_exchangers(records.exchangers(domain), address)


class Setups:
    """Called from time to time by the poller."""

    def __init__(self, settings: Settings, world: World | None = None) -> None:
        self._settings = settings
        self._world = world or World()
        self._running: dict[int, threading.Thread] = {}

    def start_wanted(self) -> None:
        with db.reading() as session:
            query = sa.select(MailboxSetup).where(MailboxSetup.wanted_at.is_not(None))
            wanted = list(session.scalars(query))
        self._running = {number: thread for number, thread in self._running.items() if thread.is_alive()}
        for row in wanted:
            if row.id not in self._running:
                thread = threading.Thread(target=self.answer, args=(row,), daemon=True)
                self._running[row.id] = thread
                thread.start()

    def answer(self, row: MailboxSetup) -> None:
        """Do what was asked for and write down what came of it."""
        act = {Wanted.LOOK: self._look, Wanted.TRY: self._try, Wanted.CONNECT: self._connect}[
            Wanted(row.wanted)
        ]
        try:
            values = act(row)
        except SincerelyError as error:
            values = {"result": {"problem": str(error), "field": getattr(error, "field", "")}}
        except Exception:
            log.exception("the assistant could not %s", row.wanted)
            values = {
                "result": {
                    "problem": "Something went wrong on our side. It has been written down; nothing you saved is lost."
                }
            }
        if values and row.wanted_at is not None:
            with db.transaction() as session:
                setup.answer(session, row.id, row.wanted_at, values, now=db.now())

    def _look(self, row: MailboxSetup) -> dict[str, Any]:
        best: dict[str, Any] | None = None
        for found in candidates(row.address, self._world):
            values = self._sign_in(row, server_names.as_form(found)) | {"found_by": found.by}
            # What answers at all is a better beginning for doing it by hand than a name that does not exist.
            if best is None or _worth(values) > _worth(best):
                best = values
            if values["step"] == Step.IMPORT:
                break
        return best or {}

    def _try(self, row: MailboxSetup) -> dict[str, Any]:
        return self._sign_in(row, row.servers)

    def _sign_in(self, row: MailboxSetup, servers: dict[str, Any]) -> dict[str, Any]:
        wrong = self._refused(servers)
        tried = wrong or try_servers(_mailbox(row, servers), self._settings)
        well = all(one.ok for one in tried)
        told = [{"what": one.what, "ok": one.ok, "text": one.text} for one in tried]
        hint = "" if well else servers.get("hint", "")
        return {
            "servers": servers,
            "step": Step.IMPORT if well else Step.SERVERS,
            "result": {"tried": told, "hint": hint},
        }

    def _refused(self, servers: dict[str, Any]) -> list[Tried]:
        """Servers that nobody may be sent to from here: of the company's own network, or not there at all."""
        refused = []
        for what in ("imap", "smtp"):
            try:
                check_host(servers[f"{what}_host"], what, private=self._settings.allow_private_mail_hosts)
            except InvalidInput as error:
                refused.append(Tried(what.upper(), False, f"{servers[f'{what}_host']}: {error}"))
        return refused

    def _connect(self, row: MailboxSetup) -> dict[str, Any]:
        if self._settings.is_sandbox:
            leave_sandbox(row, self._settings)
            return {"step": Step.DONE, "password": "", "welcome": ""}
        with db.transaction() as session:
            fresh = session.get_one(MailboxSetup, row.id, with_for_update=True)
            if fresh.wanted_at != row.wanted_at:
                return {}
            by = session.get(Agent, fresh.agent_id)
            mailbox = _add(session, fresh, by)
            fresh.mailbox_id, fresh.step, fresh.password = mailbox.id, Step.DONE, ""
            fresh.wanted, fresh.wanted_at, fresh.updated_at = Wanted.NOTHING, None, db.now()
        return {}


def leave_sandbox(row: MailboxSetup, settings: Settings) -> None:
    """The first real mailbox and the first admin, in the database of the real desk. Whoever watches for it restarts."""
    real = settings.model_copy(update={"sandbox": "no"})
    installation.prepare(real)
    engine = db.make_engine(real.database)
    try:
        with Session(engine) as session, session.begin():
            told = json.loads(unseal(settings.secret_key, row.welcome))
            _make_admin(session, told, row.language, settings)
            _add(session, row, first_admin(session))
    finally:
        engine.dispose()


def _make_admin(session: Session, told: dict[str, str], language: str, settings: Settings) -> None:
    """A desk that has an admin already keeps its people as they are."""
    if first_admin(session) is not None:
        return
    admin = accounts.make_agent(
        session, told["email"], told["name"], role=Role.ADMIN, language=language,
        timezone=settings.timezone, now=db.now(),
    )  # fmt: skip
    admin.password_hash = told["password_hash"]
    audit.note(session, "agent added", admin.email, by=admin, now=db.now(), role=admin.role)


def _add(session: Session, row: MailboxSetup, by: Agent | None) -> Mailbox:
    mailbox = add_mailbox(session, _mailbox(row, row.servers))
    audit.note(
        session, "mailbox added", mailbox.address, by=by, now=db.now(),
        first_import=mailbox.first_import, imap_host=mailbox.imap_host, smtp_host=mailbox.smtp_host,
    )  # fmt: skip
    return mailbox


def _mailbox(row: MailboxSetup, servers: dict[str, Any]) -> Mailbox:
    return Mailbox(
        address=row.address,
        name=row.name,
        language=row.language,
        first_import=row.first_import,
        auth="password",
        imap_user=servers["user"],
        imap_password=row.password,
        smtp_user=servers["user"],
        smtp_password=row.password,
        created_at=db.now(),
        **{
            f"{what}_{part}": servers[f"{what}_{part}"]
            for what in ("imap", "smtp")
            for part in ("host", "port", "security")
        },
    )


def _worth(values: dict[str, Any]) -> int:
    return sum(one["ok"] for one in values["result"]["tried"])
