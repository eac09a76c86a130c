"""Every route × everybody who may ask, made from the application's own map: a new route without a row fails here."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app, db, sandbox_mail, security
from app.accounts.models import Agent, MailboxGrant, Role
from app.mailboxes.models import Mailbox, RawMail
from app.outgoing.models import Outbox
from app.ratings.models import Rating
from app.settings import Settings
from app.tickets.models import Attachment, Draft, Message, Ticket
from app.tickets.safe_html import frame_csp
from app.web.auth import FOR_EVERYBODY
from app.web.headers import INERT_POLICY
from app.web.help_centre_page import KEPT_SECONDS
from app.web.ratings_asking import PREVIEW_POLICY
from tests.app.web.every_route import (
    MAY_CHANGE,
    MAY_READ,
    PASSWORD,
    PUBLIC,
    ROUTES,
    Route,
    address,
    asked,
    form_of,
    known,
    may,
    values,
)
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import RAW, WholeDesk, build

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
# What a GET may change: when a session was last used, and how often a rating link was opened.
NOTED_BY_GET = {"public_ratings.show": {"rating_hits"}, "public_ratings.trap": {"rating_hits"}}
TOUCHED = {"sign_ins"}
OWN_POLICY = {
    "letters.letter": frame_csp(False),
    "sandbox.letter": frame_csp(False),
    "letters.source": INERT_POLICY,
    "parked.source": INERT_POLICY,
    "attachments.download": INERT_POLICY,
    "attachments.preview": INERT_POLICY,
    "branding.logo": INERT_POLICY,
    "ratings_asking.preview": PREVIEW_POLICY,
    "article_files.download": INERT_POLICY,
    "knowledge_exchange.export": INERT_POLICY,
    "help_centre.file": INERT_POLICY,
}
# Pages for everybody have no cookie that a form elsewhere could use; whoever rates has the token of an address.
UNGUARDED = {"public_ratings.give", "help_centre.vote", "help_centre.read", "help_letters.send"}
Rows = dict[str, set[Any]]


@pytest.fixture
def desk(agent: FlaskClient, installation: Settings) -> WholeDesk:
    with db.transaction() as session:
        row = session.get_one(Agent, agent.agent.id)  # type: ignore[attr-defined]
        row.password_hash = security.hash_password(PASSWORD, cost="low")
        session.flush()
        session.expunge(row)
    return build(installation, row)


@pytest.fixture
def sandbox(installation: Settings, desk: WholeDesk) -> Iterator[Flask]:
    """The same database as a sandbox, with one letter in a customer's mailbox."""
    settings = installation.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": installation.database_url}
    )
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    shutil.copytree(installation.blob_dir, settings.blob_dir)
    folder = sandbox_mail.account_directory(settings.sandbox_mail_dir, "anna@mail.example")
    (folder / "cur").mkdir(parents=True)
    (folder / "address").write_text("anna@mail.example")
    (folder / "cur" / f"{sandbox_mail.letter_file_name(1, db.now())}:2,").write_bytes(RAW)
    return app


def test_every_route_has_its_row(app: Flask) -> None:
    there = {(method, rule.endpoint) for method, rule in asked(app)}
    assert there == set(ROUTES), "the table in every_route.py and the application differ"


def test_the_public_list_is_short_and_known(app: Flask) -> None:
    families = {
        rule.endpoint.partition(".")[0] for method, rule in known(app) if (method, rule.endpoint) in PUBLIC
    }
    help_centre = {"help_centre", "help_letters", "help_meta"}
    assert families == {"static", "health", "pages", "signin", "public_ratings", "branding"} | help_centre
    assert len(PUBLIC) == 14 + 16


def test_strangers_are_sent_to_sign_in_and_change_nothing(app: Flask, desk: WholeDesk) -> None:
    problems = _refused(app, desk, lambda: app.test_client())
    assert not problems


def test_a_deactivated_agent_is_a_stranger(app: Flask, agent: FlaskClient, desk: WholeDesk) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == desk.ids["me"]).values(active=False))
    assert not _refused(app, desk, lambda: agent)


def test_strangers_from_elsewhere_are_no_demo_agent(sandbox: Flask, desk: WholeDesk) -> None:
    def somebody() -> FlaskClient:
        client = sandbox.test_client()
        client.environ_base.update(ELSEWHERE)
        return client

    assert not _refused(sandbox, desk, somebody)


@pytest.mark.parametrize("role", MAY_CHANGE)
def test_a_role_gets_as_far_as_it_may_and_no_further(app: Flask, desk: WholeDesk, role: str) -> None:
    """Refused: 403 and nothing changed. Let in: what the page says to everybody who may; forms are sent elsewhere."""
    client = sign_in(app.test_client(), add_agent(f"{role}@help.example", "Somebody", role=Role(role)))
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        if may(role, method, route):
            continue
        answer = _ask(client, method, app, rule, route, desk)
        problems += [] if answer.status_code == 403 else [f"{method} {rule.endpoint}: {answer.status_code}"]
        problems += _headers(answer, rule.endpoint)
    assert not problems + changed(before, dump(), TOUCHED)


@pytest.mark.parametrize("role", ["lead", "auditor", "light", "agent"])
def test_reading_changes_nothing(app: Flask, desk: WholeDesk, role: str) -> None:
    """Whoever reads; an auditor reads everything that is no settings form."""
    client = sign_in(app.test_client(), add_agent(f"{role}@help.example", "Somebody", role=Role(role)))
    readable = dict.fromkeys(MAY_READ[role], client)
    assert not _read_everything(app, desk, readable)


def test_an_admin_reads_everything(app: Flask, admin: FlaskClient, desk: WholeDesk) -> None:
    assert not _read_everything(app, desk, dict.fromkeys(MAY_READ["admin"], admin))


@pytest.mark.parametrize(
    "key", [key for key in ROUTES if key[0] == "POST" and ROUTES[key].who == "light"], ids=lambda key: key[1]
)
def test_light_agents_write_notes_and_nothing_else(app: Flask, desk: WholeDesk, key: tuple[str, str]) -> None:
    role = add_agent("light@help.example", "Lila Moss", role=Role.LIGHT)
    client = sign_in(app.test_client(), role)
    _method, rule = next(pair for pair in known(app) if (pair[0], pair[1].endpoint) == key)
    route = ROUTES[key]
    with db.reading() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Outbox))
    answer = _ask(client, "POST", app, rule, route, desk, form=route.light)
    # A file of somebody's draft is not theirs to remove.
    assert answer.status_code == (404 if key[1] == "drafts.remove_file" else route.answer)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == before


def test_a_mailbox_that_was_not_granted_is_not_there(app: Flask, desk: WholeDesk) -> None:
    """Nothing of its tickets and mails on any page; its rows are not found by any way to change them."""
    somebody = add_agent("narrow@help.example", "Nina Roth", role=Role.LEAD)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == somebody.id).values(every_mailbox=False))
        session.add(MailboxGrant(agent_id=somebody.id, mailbox_id=desk.ids["second_mailbox"]))
        _mark_secret(session)
    client = sign_in(app.test_client(), somebody)
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        if route.who == "public" or not may("lead", method, route) or route.sandbox:
            continue
        foreign = route.granted and bool(rule.arguments & OF_A_MAILBOX)
        if method == "GET" or foreign:
            answer = _ask(client, method, app, rule, route, desk)
            wrong = answer.status_code != 404 if foreign else answer.status_code not in (route.answer, 404)
            leak = SECRET.encode() in answer.data
            problems += [f"{method} {rule.endpoint}: {answer.status_code} {leak}"] if wrong or leak else []
    assert not problems + changed(before, dump(), TOUCHED)


@pytest.mark.parametrize("here", ["", "ticket_id"], ids=["nothing of theirs", "beside a ticket of theirs"])
def test_no_form_reaches_into_a_mailbox_that_was_not_granted(app: Flask, desk: WholeDesk, here: str) -> None:
    """Numbers in the fields of a form, such as the ticket to merge into or those ticked in a list."""
    somebody = add_agent("narrow@help.example", "Nina Roth", role=Role.LEAD)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == somebody.id).values(every_mailbox=False))
        session.add(MailboxGrant(agent_id=somebody.id, mailbox_id=desk.ids["second_mailbox"]))
        if here:
            theirs = sa.update(Ticket).where(Ticket.id == desk.ids[here])
            session.execute(theirs.values(mailbox_id=desk.ids["second_mailbox"]))
    client = sign_in(app.test_client(), somebody)
    asked_for, problems, before = [], [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        named = {value[1:] for value in route.form.values() if value.startswith("=")} & FOREIGN
        named -= {"message_id", "second_letter"} if here else set()
        rows = {route.ids.get(name, name) for name in rule.arguments} & OF_A_MAILBOX
        if method != "POST" or not may("lead", method, route) or not named or rows - {here} or here in named:
            continue
        answer = _ask(client, method, app, rule, route, desk)
        asked_for.append(rule.endpoint)
        problems += [f"{rule.endpoint}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert asked_for and not problems + changed(before, dump(), TOUCHED | LEFT_ALONE)


# What a bulk action writes down of tickets that it left alone.
LEFT_ALONE = {"bulk_actions", "bulk_changes"}
FOREIGN = {
    "ticket_id", "answered_ticket", "linked_ticket", "raw_mail_id", "mailbox_id", "message_id", "second_letter"
}  # fmt: skip
# What stands in an address and belongs to one mailbox.
OF_A_MAILBOX = {"ticket_id", "message_id", "attachment_id", "raw_mail_id", "mailbox_id"}
SECRET = "chrysalis"


def _mark_secret(session: Session) -> None:
    """Every text of a ticket, a letter and a mailbox holds a word by which a leak is seen."""
    for column in (
        Ticket.subject, Ticket.preview, Message.visible, Message.folded, Message.html, Draft.html, Rating.comment,
        RawMail.subject, RawMail.reason, Attachment.filename, Mailbox.name, Mailbox.signature, Mailbox.last_error,
    ):  # fmt: skip
        foreign = sa.true() if column.class_ is not Mailbox else Mailbox.address == "support@help.example"
        session.execute(sa.update(column.class_).where(foreign).values({column: f"a {SECRET}"}))
    session.execute(sa.update(Message).values(sender_name=SECRET))


def test_reading_changes_nothing_in_the_sandbox(sandbox: Flask, agent: FlaskClient, desk: WholeDesk) -> None:
    """The demo agent is the first admin."""
    visitor = sandbox.test_client()
    with agent.session_transaction() as given, visitor.session_transaction() as cookie:
        cookie.update(given)
    assert not _read_everything(sandbox, desk, dict.fromkeys(("agent", "light", "anyone"), visitor))


@pytest.mark.parametrize("number", [0, 10**12, 2**63])
def test_what_does_not_exist_is_not_found(
    app: Flask, admin: FlaskClient, desk: WholeDesk, number: int
) -> None:
    """Each number in each address in turn; the ways of one's own sessions say nothing about foreign numbers."""
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        for name in [name for name in rule.arguments if name.endswith("_id")]:
            answer = _ask(admin, method, app, rule, route, desk, **{name: number})
            # Beyond 64 bits the router finds no such address at all, and may name the other way to ask.
            expected = {404, 405} if number >= 2**63 else {404, route.unknown}
            if rule.endpoint == "profile.end_session":
                expected = {404, 302}
            if answer.status_code not in expected:
                problems.append(f"{method} {rule.endpoint} {name}={number}: {answer.status_code}")
            problems += _headers(answer, rule.endpoint)
    assert not problems + changed(before, dump(), TOUCHED)


@pytest.mark.parametrize(
    ("key", "number", "status"),
    [
        (("POST", "tickets.undo"), {"message_id": "colleagues_held_reply"}, 403),
        (("POST", "drafts.remove_file"), {"attachment_id": "colleagues_file"}, 404),
        (("GET", "attachments.download"), {"attachment_id": "colleagues_file"}, 404),
        (("GET", "attachments.preview"), {"attachment_id": "colleagues_file"}, 404),
        (("POST", "drafts.remove_file"), {"attachment_id": "attachment_id"}, 404),
        (("POST", "profile.end_session"), {"sign_in_id": "colleagues_sign_in"}, 302),
        (("POST", "suggestions.insert"), {"ticket_id": "answered_ticket"}, 404),
        (("POST", "suggestions.dismiss"), {"ticket_id": "answered_ticket"}, 404),
        (("POST", "tickets.retry"), {"message_id": "message_id"}, 404),
        (("POST", "moving.accept"), {"message_id": "sent_reply"}, 303),
    ],
)
def test_what_is_a_colleagues_or_of_another_kind_stays_as_it_is(
    app: Flask, agent: FlaskClient, desk: WholeDesk, key: tuple[str, str], number: dict[str, str], status: int
) -> None:
    rule = next(rule for method, rule in known(app) if (method, rule.endpoint) == key)
    before = dump()
    parts = {name: desk.ids[row] for name, row in number.items()}
    answer = _ask(agent, key[0], app, rule, ROUTES[key], desk, **parts)
    assert answer.status_code == status and not changed(before, dump(), TOUCHED)


@pytest.mark.parametrize(
    "key", [key for key in ROUTES if key[0] == "POST" and not ROUTES[key].sandbox], ids=lambda key: key[1]
)
def test_a_form_works_with_its_token_and_only_with_it(
    app: Flask, admin: FlaskClient, agent: FlaskClient, desk: WholeDesk, key: tuple[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    _method, rule = next(pair for pair in known(app) if (pair[0], pair[1].endpoint) == key)
    route = ROUTES[key]
    client = agent if route.who in MAY_CHANGE["agent"] | {"public"} else admin
    before = dump()
    refused = _ask(client, "POST", app, rule, route, desk)
    if rule.endpoint not in UNGUARDED:
        assert refused.status_code == 400 and not changed(before, dump(), TOUCHED)
        assert not _headers(refused, rule.endpoint)
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token is not None
    answer = _ask(client, "POST", app, rule, route, desk, form={"csrf_token": token.group(1)})
    assert answer.status_code == route.answer, answer.text[:300]
    assert not _headers(answer, rule.endpoint)
    assert (
        bool(changed(before, dump(), set() if rule.endpoint.startswith(("signin", "profile")) else TOUCHED))
        == route.writes
    )


def test_a_form_without_its_token_is_refused_in_the_sandbox(
    sandbox: Flask, agent: FlaskClient, desk: WholeDesk
) -> None:
    sandbox.config["WTF_CSRF_ENABLED"] = True
    before = dump()
    for path in ("/sandbox", "/sign-in/demo"):
        assert (
            sandbox.test_client().post(path, data={"sender": "a@b.example", "text": "x"}).status_code == 400
        )
    assert not changed(before, dump(), set())


def _of(app: Flask, *who: str) -> list[tuple[str, Rule, Route]]:
    found = [(method, rule, ROUTES[method, rule.endpoint]) for method, rule in known(app)]
    return [one for one in found if one[2].who in who]


def _ask(
    client: FlaskClient, method: str, app: Flask, rule: Rule, route: Route, desk: WholeDesk,
    *, form: dict[str, str] | None = None, **parts: int,
) -> TestResponse:  # fmt: skip
    path = address(app, rule, {**values(rule, route, desk), **parts}, route.query)
    if method != "POST":
        return client.open(path, method=method)
    sent: dict[str, Any] = {**form_of(route, desk), **(form or {})}
    if "file" in sent:
        sent["file"] = (io.BytesIO(b"a plan"), sent["file"])
    return client.post(path, data=sent)


def _refused(app: Flask, desk: WholeDesk, somebody: Any) -> list[str]:
    """What a person without a right to be here gets on everything that is not public: the way to sign in, or 404."""
    problems, before = [], dump()
    for method, rule, route in _of(app, *MAY_READ["admin"]):
        for way in (method, "HEAD") if method == "GET" else (method,):
            answer = _ask(somebody(), way, app, rule, route, desk)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
            if not to_sign_in and answer.status_code != 404:
                problems.append(f"{way} {rule.endpoint}: {answer.status_code}")
            problems += _headers(answer, rule.endpoint)
    return problems + changed(before, dump(), set())


def _read_everything(app: Flask, desk: WholeDesk, clients: dict[str, FlaskClient]) -> list[str]:
    problems: list[str] = []
    everybody = {"public": app.test_client(), **clients}
    for method, rule, route in _of(app, "public", *clients):
        if method != "GET" or (route.sandbox and not app.config["SETTINGS"].is_sandbox):
            continue
        for way in ("GET", "HEAD"):
            before = dump()
            answer = _ask(everybody[route.who], way, app, rule, route, desk)
            right = {route.answer, 404} if route.own else {route.answer}
            if answer.status_code not in right or (way == "HEAD" and answer.data):
                problems.append(f"{way} {rule.rule}: {answer.status_code}")
            problems += _headers(answer, rule.endpoint)
            allowed = TOUCHED | NOTED_BY_GET.get(rule.endpoint, set())
            problems += [f"{way} {rule.rule} changed {name}" for name in changed(before, dump(), allowed)]
    return problems


def _headers(answer: TestResponse, endpoint: str) -> list[str]:
    """Which of the promised headers are missing or wrong (docs/invariants.md)."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    if endpoint in OWN_POLICY and answer.status_code == 200:
        wrong = policy != OWN_POLICY[endpoint]
    else:
        parts = (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
        wrong = not all(part in policy for part in parts) or "unsafe" in policy
    problems = [f"{endpoint}: policy {policy}"] if wrong else []
    promised = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if endpoint != "static" and headers.get("Cache-Control") != f"public, max-age={KEPT_SECONDS}":
        promised["Cache-Control"] = "no-store"
    elif endpoint != "static" and endpoint.partition(".")[0] not in FOR_EVERYBODY:
        problems.append(f"{endpoint}: kept by caches")
    problems += [f"{endpoint}: {name}" for name, value in promised.items() if headers.get(name) != value]
    for cookie in headers.getlist("Set-Cookie"):
        if "HttpOnly" not in cookie or "SameSite=Lax" not in cookie:
            problems.append(f"{endpoint}: cookie {cookie}")
    return problems


def dump() -> Rows:
    """Every row of every table."""
    with db.engine().connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        return {
            name: {tuple(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"'))}
            for name in tables
        }


def changed(before: Rows, after: Rows, allowed: set[str]) -> list[str]:
    return [name for name in sorted(after) if before.get(name) != after[name] and name not in allowed]
