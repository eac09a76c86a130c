"""Notices by mail: at once or once a day at the agent's own hour, each one time, and no program answers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.mailboxes.models import Mailbox
from app.outgoing import restored
from app.outgoing.service import instance_id, token_key
from app.security import seal
from app.settings import Settings
from app.tickets import service
from app.tickets.models import Change, Ticket
from app.together import mail_out, mailing, notices, telling, wishes
from app.together.mailing import GRACE, last_hour
from app.together.marks import mark_of, read_mark
from app.together.models import MailState, Notice, NoticeMail
from app.together.wishes import Wishes
from mail_ingest.parse import parse_mail
from tests.app.web.conftest import Desk
from tests.support.smtp_sink import SmtpSink
from tests.support.web import add_agent


@pytest.fixture
def desk(installation: Settings, smtp_sink: SmtpSink) -> Desk:
    """As in tests/app/web, with a server that takes mail."""
    with db.transaction() as session:
        mailbox = Mailbox(
            address="support@help.example", name="Support", created_at=db.now(), smtp_host=smtp_sink.host,
            smtp_port=smtp_sink.port, smtp_security="none", smtp_user=smtp_sink.user,
            smtp_password=seal(installation.secret_key, smtp_sink.password),
        )  # fmt: skip
        session.add(mailbox)
        session.flush()
        return Desk(mailbox)


def agent(
    way: str = "now",
    *,
    timezone: str = "UTC",
    hour: int = 8,
    language: str = "en",
    email: str = "ben@help.example",
) -> Agent:
    """Ben, who wants to be told of everything in this way."""
    ben = add_agent(email, "Ben Harlow", language=language)
    with db.transaction() as session:
        session.get_one(Agent, ben.id).timezone = timezone
        wishes.choose(
            session, ben.id, Wishes(mail=dict.fromkeys(("mention", "assigned", "letter"), way), hour=hour)
        )
    return ben


def given(desk: Desk, ben: Agent, subject: str = "My order") -> int:
    """A ticket that is given to Ben, and he is told."""
    ticket = desk.letter(subject=subject)
    with db.transaction() as session:
        service.assign(session, session.get_one(Ticket, ticket), ben.id, by=None, now=db.now())
    tell()
    return ticket


def tell() -> None:
    with db.transaction() as session:
        telling.tell(session, now=db.now())


def write(settings: Settings, now: datetime) -> int:
    with db.transaction() as session:
        return len(mailing.write_due(session, settings, now=now))


def send(desk: Desk, settings: Settings) -> None:
    mail_out.send(desk.mailbox_id, settings)


def states() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(NoticeMail.state).order_by(NoticeMail.id)))


def soon() -> datetime:
    return db.now() + GRACE + timedelta(seconds=1)


def test_a_mail_at_once_says_what_happened_and_that_a_program_wrote_it(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    ben = agent()
    ticket = given(desk, ben, "A parcel\r\nBcc: everybody@else.example")
    assert write(installation, soon()) == 1
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(due_at=db.now()))
    send(desk, installation)
    (accepted,) = smtp_sink.accepted
    mail = accepted.mail
    assert accepted.sender == "" and accepted.recipients == ("ben@help.example",)
    assert mail["Auto-Submitted"] == "auto-generated" and mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Sincerely-Instance"] == instance_id(installation) and mail["Bcc"] is None
    assert mail["Subject"].startswith(f"[#{ticket}] You were given this ticket: A parcel")
    body = mail.get_body(("plain",)).get_content()
    assert f"/tickets/{ticket}" in body and "internal note" in body
    assert parse_mail(accepted.raw).automatic, "our own reader takes it for a program's mail"
    assert states() == [MailState.ACCEPTED]
    with db.reading() as session:
        row = session.scalars(sa.select(NoticeMail)).one()
        assert (row.subject, row.text, row.html) == ("", "", ""), "a deleted ticket leaves nothing here"


def test_who_left_gets_no_mail_that_still_waited(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    queued(desk, installation)
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(active=False))
    send(desk, installation)
    assert states() == [MailState.FAILED] and smtp_sink.accepted == []


def test_a_mailbox_taken_away_while_the_mail_waited_is_not_told_of(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    for way in ("now", "daily"):
        ben = agent(way, email=f"{way}@help.example")
        given(desk, ben)
        tell()
        assert write(installation, soon() + timedelta(days=1)) == 1
        with db.transaction() as session:
            session.execute(sa.update(NoticeMail).values(due_at=db.now(), created_at=db.now()))
            session.execute(sa.update(Agent).where(Agent.id == ben.id).values(every_mailbox=False))
    send(desk, installation)
    assert smtp_sink.accepted == []
    assert states() == [MailState.FAILED] * 2


def test_what_was_read_meanwhile_is_not_mailed(desk: Desk, installation: Settings) -> None:
    ben = agent()
    ticket = given(desk, ben)
    with db.transaction() as session:
        notices.read_ticket(session, ben.id, ticket, now=db.now())
    assert write(installation, soon()) == 0
    with db.reading() as session:
        assert not mailing.has_due(session)


def test_nothing_is_mailed_unless_it_is_wanted(desk: Desk, installation: Settings) -> None:
    given(desk, agent("off"))
    assert write(installation, soon()) == 0


def test_several_things_in_one_ticket_are_one_mail_until_somebody_looks(
    desk: Desk, installation: Settings
) -> None:
    ben = agent()
    ticket = given(desk, ben)
    desk.letter("One", ticket_id=ticket)
    desk.letter("Two", ticket_id=ticket)
    tell()
    assert write(installation, soon()) == 1
    desk.letter("Three", ticket_id=ticket)
    tell()
    assert write(installation, soon()) == 0
    with db.transaction() as session:
        notices.read_ticket(session, ben.id, ticket, now=db.now())
    desk.letter("Four", ticket_id=ticket)
    tell()
    assert write(installation, soon()) == 1


@pytest.mark.parametrize(
    ("now", "zone", "hour", "due"),
    [
        ("2026-11-22T10:00", "UTC", 8, "2026-11-22T08:00"),
        ("2026-11-22T07:59", "UTC", 8, "2026-11-21T08:00"),
        ("2026-11-22T05:30", "Europe/Moscow", 8, "2026-11-22T05:00"),
        ("2026-11-22T22:30", "Asia/Tokyo", 8, "2026-11-22T23:00"),
        ("2026-03-29T12:00", "Europe/Berlin", 2, "2026-03-29T01:00"),  # that hour does not exist
        ("2026-10-25T12:00", "Europe/Berlin", 2, "2026-10-25T00:00"),  # that hour comes twice
    ],
)
def test_the_hour_is_the_agents_own(now: str, zone: str, hour: int, due: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    wanted = datetime.fromisoformat(due).replace(tzinfo=UTC)
    if zone == "Asia/Tokyo":
        wanted -= timedelta(days=1)
    assert last_hour(at, hour, zone) == wanted


def test_the_daily_mail_comes_once_a_day_with_everything(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    ben = agent("daily", timezone="Europe/Moscow", hour=9, language="ru")
    first, second = given(desk, ben, "One"), given(desk, ben, "Two")
    tomorrow = last_hour(db.now(), 9, "Europe/Moscow") + timedelta(days=1)
    assert write(installation, tomorrow - timedelta(minutes=1)) == 0
    assert write(installation, tomorrow + timedelta(minutes=1)) == 1
    assert write(installation, tomorrow + timedelta(minutes=2)) == 0
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(due_at=db.now(), created_at=db.now()))
    send(desk, installation)
    mail = smtp_sink.accepted[0].mail
    assert mail["Subject"] == "2 уведомления для вас"
    body = mail.get_body(("plain",)).get_content()
    assert f"#{first} One" in body and f"#{second} Two" in body and "Вам назначено обращение" in body


def test_a_daily_mail_that_a_crash_cut_off_is_made_once(desk: Desk, installation: Settings) -> None:
    ben = agent("daily")
    given(desk, ben)
    due = last_hour(db.now(), 8, "UTC") + timedelta(days=1, minutes=1)

    class Stop(Exception):
        pass

    def cut_off() -> None:
        with db.transaction() as session:
            mailing.write_due(session, installation, now=due)
            raise Stop

    with pytest.raises(Stop):
        cut_off()
    assert states() == []
    assert write(installation, due) == 1 and write(installation, due) == 0
    # The same day again, whatever waits: its period is taken.
    with db.transaction() as session:
        session.execute(sa.update(Notice).values(mailing="waiting"))
    assert write(installation, due + timedelta(hours=1)) == 0


def queued(desk: Desk, settings: Settings) -> None:
    given(desk, agent())
    write(settings, soon())
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(due_at=db.now()))


def test_a_sender_that_died_before_the_letter_is_followed_and_one_that_died_after_it_is_not(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    queued(desk, installation)
    ago = db.now() - timedelta(hours=1)

    def left(state: MailState) -> None:
        with db.transaction() as session:
            session.execute(
                sa.update(NoticeMail).values(state=state, lease_token="x", lease_until=ago, due_at=None)
            )

    left(MailState.DATA_STARTED)
    send(desk, installation)
    assert states() == [MailState.UNCERTAIN] and smtp_sink.accepted == []
    left(MailState.SENDING)
    send(desk, installation)
    assert states() == [MailState.ACCEPTED] and len(smtp_sink.accepted) == 1
    send(desk, installation)
    assert len(smtp_sink.accepted) == 1


def test_a_refusal_is_final_and_a_busy_server_is_tried_again(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    queued(desk, installation)
    smtp_sink.at_data = "452 later"
    send(desk, installation)
    assert states() == [MailState.QUEUED]
    with db.transaction() as session:
        row = session.scalars(sa.select(NoticeMail)).one()
        assert row.due_at and row.due_at > db.now() and row.attempts == 1
        row.due_at = db.now()
    smtp_sink.at_data = "550 no"
    send(desk, installation)
    assert states() == [MailState.FAILED] and smtp_sink.accepted == []


def test_after_an_outage_old_news_is_not_sent(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    queued(desk, installation)
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(created_at=db.now() - timedelta(days=3)))
    send(desk, installation)
    assert states() == [MailState.FAILED] and smtp_sink.accepted == []


def test_who_may_not_see_the_ticket_any_more_gets_no_mail_of_it(desk: Desk, installation: Settings) -> None:
    ben = agent()
    given(desk, ben)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == ben.id).values(every_mailbox=False))
    assert write(installation, soon()) == 0


def test_marks_are_our_own_or_none(settings: Settings) -> None:
    key = token_key(settings)
    mark = mark_of(12, key)
    assert read_mark(f"<0a1b.{mark.upper()}@help.example>", key) == 12
    assert read_mark(f"> {mark}\n", key) == 12
    assert read_mark(mark.replace("notice-12", "notice-13"), key) is None
    assert read_mark(mark_of(12, b"another key"), key) is None
    assert read_mark("notice-" * 100_000, key) is None


def test_a_database_put_back_from_an_older_copy_mails_nothing_twice(
    desk: Desk, installation: Settings, smtp_sink: SmtpSink
) -> None:
    queued(desk, installation)
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(created_at=db.now()))
    with db.reading() as session:
        columns = NoticeMail.__table__.c
        older = dict(session.execute(sa.select(NoticeMail.__table__)).mappings().one())
        newest = session.scalar(sa.select(sa.func.max(Change.id))) or 0
    desk.letter("Something new happens before it leaves")
    send(desk, installation)
    assert len(smtp_sink.accepted) == 1
    with db.transaction() as session:
        session.execute(sa.delete(Change).where(Change.id > newest))
        session.execute(sa.update(NoticeMail.__table__).where(columns.id == older["id"]).values(older))
    assert states() == [MailState.QUEUED]
    restored.hold_back(installation, db.now())
    send(desk, installation)
    assert states() == [MailState.UNCERTAIN]
    assert len(smtp_sink.accepted) == 1, "not a second copy"
