"""The assistant against a real Dovecot and a real SMTP server: what the poller finds, tries and connects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db, installation
from app.accounts import sign_ins
from app.accounts.audit import AuditEntry
from app.accounts.models import Agent, Role
from app.mailboxes import setup
from app.mailboxes.models import Mailbox
from app.mailboxes.server_names import Service
from app.mailboxes.setup_models import MailboxSetup, Step
from app.security import unseal
from app.settings import Settings
from mail_ingest.dns_records import Records
from mail_ingest.setups import Setups, World, candidates
from tests.support.dovecot import Dovecot
from tests.support.smtp_sink import SmtpSink
from tests.support.web import add_agent

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ADDRESS = "support@help.example"


@dataclass
class FewRecords(Records):
    """What DNS says, as a table."""

    srv: dict[str, list[Service]] = field(default_factory=dict)
    mx: list[str] = field(default_factory=list)

    def services(self, name: str) -> list[Service]:
        return self.srv.get(name, [])

    def exchangers(self, domain: str) -> list[str]:
        return self.mx


def world(**told: object) -> World:
    return World(FewRecords(**told), lambda _domain, _address: None)  # type: ignore[arg-type]


@pytest.fixture
def near(installation: Settings) -> Settings:
    return installation.model_copy(update={"allow_private_mail_hosts": True})


@pytest.fixture
def admin(near: Settings) -> Agent:
    return add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN)


def begin(settings: Settings, admin: Agent, *, password: str = Dovecot.password) -> int:
    form = {"address": ADDRESS, "password": password, "name": "Help", "language": "en"}
    with db.transaction() as session:
        return setup.begin(session, form, settings, by=admin, now=db.now()).id


def change(setup_id: int, how: object, form: dict[str, str], settings: Settings) -> None:
    with db.transaction() as session:
        how(setup.setup_by_id(session, setup_id), form, settings, now=db.now())  # type: ignore[operator]


def answered(setup_id: int, settings: Settings, told: World | None = None) -> MailboxSetup:
    Setups(settings, told or world()).answer(stored(setup_id))
    return stored(setup_id)


def stored(setup_id: int) -> MailboxSetup:
    with db.reading() as session:
        return setup.setup_by_id(session, setup_id)


def servers(imap: Dovecot, smtp: SmtpSink, **more: str) -> dict[str, str]:
    smtp.user, smtp.password = ADDRESS, Dovecot.password
    return {
        "imap_host": "127.0.0.1", "imap_port": str(imap.port), "imap_security": "none", "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port), "smtp_security": "none", "user": ADDRESS, "password": Dovecot.password, **more,
    }  # fmt: skip


def test_what_the_domain_says_comes_before_the_usual_names() -> None:
    srv = {
        "_imaps._tcp.help.example": [Service("in.help.example", 993)],
        "_submissions._tcp.help.example": [Service("out.help.example", 465)],
    }
    assert [one.by for one in candidates(ADDRESS, world(srv=srv, mx=["mx.yandex.net"]))] == ["srv"]
    assert [one.servers.imap_host for one in candidates(ADDRESS, world(mx=["mx.yandex.net"]))] == [
        "imap.yandex.ru"
    ]
    assert {one.by for one in candidates(ADDRESS, world())} == {"guess"}
    assert [one.by for one in candidates("anna@gmail.com", world(mx=["mx.yandex.net"]))] == ["known"]


def test_nothing_found_leads_to_the_servers_by_hand(near: Settings, admin: Agent) -> None:
    row = answered(begin(near, admin), near)
    assert (
        row.step == Step.SERVERS
        and row.found_by == "guess"
        and row.servers["imap_host"] == "imap.help.example"
    )
    assert [one["ok"] for one in row.result["tried"]] == [False, False] and all(
        one["text"] for one in row.result["tried"]
    )


def test_from_the_internet_only_unless_a_setting_says_otherwise(
    installation: Settings, near: Settings, admin: Agent
) -> None:
    srv = {
        "_imaps._tcp.help.example": [Service("127.0.0.1", 993)],
        "_submissions._tcp.help.example": [Service("10.0.0.1", 465)],
    }
    row = answered(begin(installation, admin), installation, world(srv=srv))
    assert ["private network" in one["text"] for one in row.result["tried"]] == [True, True]


@pytest.mark.dovecot
def test_a_wrong_password_is_said_precisely_and_a_right_one_goes_on(
    near: Settings, admin: Agent, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    setup_id = begin(near, admin, password="wrong")
    answered(setup_id, near)
    change(setup_id, setup.choose_servers, servers(dovecot, smtp_sink, password="still wrong"), near)
    row = answered(setup_id, near)
    assert row.step == Step.SERVERS and not row.result["tried"][0]["ok"]
    assert "password" in row.result["tried"][0]["text"]
    change(setup_id, setup.choose_servers, servers(dovecot, smtp_sink), near)
    row = answered(setup_id, near)
    assert row.step == Step.IMPORT and all(one["ok"] for one in row.result["tried"])


@pytest.mark.dovecot
def test_the_mailbox_is_connected_as_chosen_and_the_assistant_forgets_the_password(
    near: Settings, admin: Agent, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    setup_id = begin(near, admin)
    change(setup_id, setup.choose_servers, servers(dovecot, smtp_sink), near)
    answered(setup_id, near)
    change(setup_id, setup.choose_import, {"first_import": "month"}, near)
    row = answered(setup_id, near)
    assert (row.step, row.password, row.wanted_at) == (Step.DONE, "", None)
    with db.reading() as session:
        mailbox = session.scalars(sa.select(Mailbox)).one()
        entry = session.scalars(sa.select(AuditEntry)).one()
    assert (mailbox.id, mailbox.first_import, mailbox.imap_port) == (row.mailbox_id, "month", dovecot.port)
    assert unseal(near.secret_key, mailbox.imap_password) == Dovecot.password
    assert (entry.kind, entry.subject, entry.agent_id) == ("mailbox added", ADDRESS, admin.id)
    assert answered_again(row, near) == 1


def answered_again(row: MailboxSetup, settings: Settings) -> int:
    """A second poller, or the same wish twice: still one mailbox."""
    row.wanted, row.wanted_at = "connect", NOW
    Setups(settings, world()).answer(row)
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count(Mailbox.id))) or 0


@pytest.mark.dovecot
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_first_real_mailbox_ends_the_sandbox(
    near: Settings, admin: Agent, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    """The mailbox and the first admin are in the database of the real desk; the sandbox keeps what it had."""
    real = f"sqlite:///{near.data_dir / 'real.db'}"
    sandbox = near.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": near.database_url, "database_url": real}
    )
    setup_id = begin(sandbox, admin)
    change(setup_id, setup.choose_servers, servers(dovecot, smtp_sink), sandbox)
    answered(setup_id, sandbox)
    told = {
        "first_import": "new", "admin_name": "Vera Holm", "admin_email": "vera@help.example",
        "admin_password": "a quiet evening", "admin_again": "a quiet evening",
    }  # fmt: skip
    change(setup_id, setup.choose_import, told, sandbox)
    assert not installation.has_mailbox(real)
    row = answered(setup_id, sandbox)
    assert (row.step, row.password, row.welcome, row.mailbox_id) == (Step.DONE, "", "", None)
    assert installation.has_mailbox(real)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Mailbox.id))) == 0
    engine = db.make_engine(real)
    with Session(engine) as session:
        assert session.scalars(sa.select(Mailbox.address)).all() == [ADDRESS]
        assert sign_ins.check(session, "vera@help.example", "a quiet evening") is not None
        assert session.scalars(sa.select(Agent.role)).all() == [Role.ADMIN]
    engine.dispose()
