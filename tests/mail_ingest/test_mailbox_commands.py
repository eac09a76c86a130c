"""flask add-mailbox and connect-mailbox with a provider's permission, against a real Dovecot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import db
from app.mailboxes import oauth_consent
from app.mailboxes.models import Mailbox, OAuthGrant
from app.security import unseal
from app.settings import Settings
from mail_ingest import commands
from tests.support.dovecot_oauth import OAuthDovecot
from tests.support.oauth_server import OAuthServer, as_provider

pytestmark = [pytest.mark.dovecot, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
ADDRESS = "support@help.example"
BACK = "http://127.0.0.1:8025/mailboxes/oauth/callback?state={state}&{rest}"


@pytest.fixture
def provider() -> Iterator[OAuthServer]:
    server = OAuthServer().start()
    try:
        with as_provider(server):
            yield server
    finally:
        server.stop()


@pytest.fixture
def imap(provider: OAuthServer) -> Iterator[OAuthDovecot]:
    server = OAuthDovecot(provider.url)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(autouse=True)
def _known_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person pastes holds the state that was printed a moment before."""
    monkeypatch.setattr(oauth_consent, "new_token", lambda: "state-1")


def add(app: Flask, imap: OAuthDovecot, pasted: str, *more: str) -> Result:
    commands.register(app)
    words = [
        "add-mailbox", ADDRESS, "--auth", "google", "--client-id", "client-1", "--client-secret", "app-secret",
        "--imap-host", "127.0.0.1", "--imap-port", str(imap.port), "--imap-security", "none",
        "--smtp-host", "127.0.0.1", "--smtp-port", "1", "--smtp-security", "none", *more,
    ]  # fmt: skip
    return app.test_cli_runner().invoke(args=words, input=pasted + "\n")


def stored() -> tuple[Mailbox | None, OAuthGrant | None]:
    with db.reading() as session:
        return session.scalar(sa.select(Mailbox)), session.scalar(sa.select(OAuthGrant))


def test_a_mailbox_is_added_with_a_permission(
    app: Flask,
    imap: OAuthDovecot,
    provider: OAuthServer,
    installation: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mail_ingest.mailbox_commands.smtp.check_login", lambda _account: None)
    provider.codes.add("code-1")
    done = add(app, imap, BACK.format(state="state-1", rest="code=code-1"))
    assert done.exit_code == 0, done.output
    mailbox, grant = stored()
    assert mailbox is not None and grant is not None
    assert (mailbox.auth, mailbox.imap_password, grant.client_id) == ("google", "", "client-1")
    assert unseal(installation.secret_key, grant.refresh_token) in provider.refresh_tokens
    assert "app-secret" not in done.output


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (BACK.format(state="other", rest="code=code-1"), "not the address that belongs"),
        ("nonsense", "not the address that belongs"),
        (BACK.format(state="state-1", rest="error=access_denied"), "permission was refused"),
        (BACK.format(state="state-1", rest="code=wrong"), "did not accept the sign-in"),
    ],
)
def test_nothing_is_stored_when_the_consent_fails(
    app: Flask, imap: OAuthDovecot, pasted: str, said: str
) -> None:
    done = add(app, imap, pasted)
    assert done.exit_code != 0 and said in done.output
    assert stored() == (None, None)


def test_a_mailbox_gets_a_new_permission_and_says_what_the_servers_think(
    app: Flask, imap: OAuthDovecot, provider: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mail_ingest.mailbox_commands.smtp.check_login", lambda _account: None)
        provider.codes.add("code-1")
        assert add(app, imap, BACK.format(state="state-1", rest="code=code-1")).exit_code == 0
    with db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(failing_since=db.now(), last_error="withdrawn"))
    provider.codes.add("code-2")
    pasted = BACK.format(state="state-1", rest="code=code-2")
    done = app.test_cli_runner().invoke(args=["connect-mailbox", ADDRESS], input=pasted + "\n")
    assert "The permission is stored, but SMTP: Nothing answers at 127.0.0.1" in done.output
    assert "IMAP:" not in done.output
    grant = stored()[1]
    assert grant is not None and (grant.failing_since, grant.last_error) == (None, "")


def test_an_address_that_nobody_added_is_said(app: Flask) -> None:
    commands.register(app)
    done = app.test_cli_runner().invoke(args=["connect-mailbox", "nobody@help.example"])
    assert done.exit_code != 0 and "Add it with flask add-mailbox" in done.output
