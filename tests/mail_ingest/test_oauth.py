"""Mailboxes that sign in by a provider's permission: login, renewal, refusal, and the alarm before the failure."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.errors import PermanentFailure, TemporaryFailure
from app.mailboxes import oauth, oauth_consent, oauth_http
from app.mailboxes.models import Mailbox, OAuthGrant
from app.mailboxes.oauth_client import Client
from app.mailboxes.oauth_providers import PROVIDERS, Tokens
from app.outgoing import smtp
from app.security import unseal
from app.settings import Settings
from mail_ingest.capture import account_of
from mail_ingest.fetch import check_login
from mail_ingest.poller import Poller
from tests.support.dovecot_oauth import OAuthDovecot
from tests.support.letters import letter
from tests.support.oauth_server import OAuthServer, as_provider
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS = "support@help.example"
HOUR = timedelta(hours=1)


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


def connect(
    settings: Settings,
    provider: OAuthServer,
    *,
    lives: timedelta = HOUR,
    age: timedelta = HOUR,
    port: int = 1,
) -> Mailbox:
    """A connected mailbox whose access token lives for so long to come, and is so old."""
    from app.mailboxes.service import add_mailbox

    now = db.now()
    with db.transaction() as session:
        mailbox = add_mailbox(
            session,
            Mailbox(
                address=ADDRESS, auth="google", imap_host="127.0.0.1", imap_port=port, imap_security="none",
                imap_user=ADDRESS, smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", smtp_user=ADDRESS,
                created_at=now, sandbox=True,
            ),
        )  # fmt: skip
        oauth_consent.save_client(session, mailbox.id, Client("client-1", provider.secret), settings)
        tokens = Tokens(provider.grant(), now + lives, "refresh-0", None)
        oauth_consent.save_tokens(session, mailbox.id, tokens, settings, now - age)
    return mailbox


def grant_row() -> OAuthGrant:
    with db.reading() as session:
        return session.scalars(sa.select(OAuthGrant)).one()


def messages() -> int:
    with db.reading() as session:
        return int(session.scalar(sa.text("SELECT count(*) FROM messages")) or 0)


def secrets_at_rest(database: str) -> str:
    with db.reading() as session:
        rows = session.execute(sa.text("SELECT * FROM oauth_grants")).all()
    return repr(rows)


@pytest.mark.dovecot
def test_a_token_lets_us_in(installation: Settings, provider: OAuthServer, imap: OAuthDovecot) -> None:
    mailbox = connect(installation, provider, port=imap.port)
    assert "INBOX" in check_login(account_of(mailbox, installation))
    assert provider.asked == [], "a living token needs no renewal"


@pytest.mark.dovecot
def test_a_token_that_is_over_is_renewed_before_we_connect(
    installation: Settings, provider: OAuthServer, imap: OAuthDovecot
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=4), port=imap.port)
    assert "INBOX" in check_login(account_of(mailbox, installation))
    assert [form["grant_type"] for form in provider.asked] == ["refresh_token"]


@pytest.mark.dovecot
def test_a_token_that_the_provider_ended_early_is_renewed_when_the_server_refuses_it(
    installation: Settings, provider: OAuthServer, imap: OAuthDovecot
) -> None:
    mailbox = connect(installation, provider, port=imap.port)
    provider.live.clear()
    assert "INBOX" in check_login(account_of(mailbox, installation))
    assert len(provider.asked) == 1


@pytest.mark.dovecot
def test_a_withdrawn_permission_is_said_in_plain_words_and_is_an_alarm(
    installation: Settings, provider: OAuthServer, imap: OAuthDovecot
) -> None:
    mailbox = connect(installation, provider, port=imap.port)
    provider.live.clear()
    provider.refresh_tokens.clear()
    with pytest.raises(PermanentFailure, match="no longer accepts our permission"):
        check_login(account_of(mailbox, installation))
    assert grant_row().failing_since is not None
    assert "Connect the mailbox again" in grant_row().last_error
    asked = len(provider.asked)
    with pytest.raises(PermanentFailure, match="no longer accepts our permission"):
        check_login(account_of(mailbox, installation))
    assert len(provider.asked) == asked, "a provider that refused is not asked again at once"


@pytest.mark.dovecot
def test_the_poller_fetches_with_a_token_and_renews_it_at_half_of_its_life(
    installation: Settings, provider: OAuthServer, imap: OAuthDovecot, blobs: object
) -> None:
    connect(installation, provider, lives=timedelta(minutes=50), age=timedelta(minutes=55), port=imap.port)
    imap.append(letter("by token"))
    poller = Poller(installation, blobs)  # type: ignore[arg-type]
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        wait_until(lambda: grant_row().refreshed_at > db.now() - timedelta(minutes=1))
        wait_until(lambda: messages() == 1)
    finally:
        poller.stop()
        thread.join()


def test_a_refusal_is_known_while_the_old_token_still_works(
    installation: Settings, provider: OAuthServer
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=20), age=timedelta(minutes=40))
    old = oauth.access_token(mailbox.id, installation)
    provider.refresh_tokens.clear()
    oauth.keep_fresh(mailbox.id, installation)
    row = grant_row()
    assert row.failing_since is not None, "the alarm, twenty minutes before the failure"
    assert oauth.access_token(mailbox.id, installation) == old
    since = row.failing_since
    with db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(refreshing_until=None))
    oauth.keep_fresh(mailbox.id, installation)
    assert grant_row().failing_since == since, "it says since when"
    provider.refresh_tokens.add("refresh-0")
    with db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(refreshing_until=None))
    oauth.keep_fresh(mailbox.id, installation)
    assert (grant_row().failing_since, grant_row().last_error) == (None, "")


def test_an_expired_client_secret_says_so(installation: Settings, provider: OAuthServer) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=-1))
    provider.status = 401
    provider.refuse = {
        "error": "invalid_client",
        "error_description": "AADSTS7000222: The provided client secret keys for app are expired.",
    }
    with pytest.raises(PermanentFailure, match="client secret of your app has expired"):
        oauth.access_token(mailbox.id, installation)
    assert grant_row().failing_since is not None


def test_a_provider_that_is_down_for_a_moment_is_no_alarm_and_costs_nothing(
    installation: Settings, provider: OAuthServer
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=20), age=timedelta(minutes=40))
    provider.status, provider.refuse = 503, {"error": "temporarily_unavailable"}
    oauth.keep_fresh(mailbox.id, installation)
    assert grant_row().failing_since is None
    assert oauth.access_token(mailbox.id, installation)
    with db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(access_until=db.now() - HOUR, refreshing_until=None))
    with pytest.raises(TemporaryFailure):
        oauth.access_token(mailbox.id, installation)
    assert grant_row().failing_since is not None, "now it hurts"


def test_the_end_of_an_unused_permission_is_known(installation: Settings, provider: OAuthServer) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=1))
    provider.more = {"refresh_token_expires_in": 7 * 86400}
    oauth.access_token(mailbox.id, installation)
    left = grant_row().refresh_until - db.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    provider.more = {}
    with as_provider(provider, idle_days=90), db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(access_until=db.now()))
    with as_provider(provider, idle_days=90):
        oauth.access_token(mailbox.id, installation)
    assert grant_row().refresh_until - db.now() > timedelta(days=89)


def test_threads_that_need_a_token_at_once_ask_once(installation: Settings, provider: OAuthServer) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=-1))
    provider.rotate, provider.slow = True, 0.3
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(oauth.access_token(mailbox.id, installation)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(provider.asked) == 1
    assert len(found) == 6 and len(set(found)) == 1


PROCESS = """
import sys
from app import db
from app.mailboxes import oauth, oauth_http
from app.mailboxes.oauth_providers import PROVIDERS, Provider
from app.settings import load_settings
url, database, data, secret, mailbox = sys.argv[1:]
PROVIDERS["google"] = Provider("Test", url, url + "/token", ("mail",))
oauth_http._State.plain_loopback = True
settings = load_settings(_env_file=None, data_dir=data, database_url=database, secret_key=secret, sandbox="no")
db.configure(database)
print("ready", flush=True)
sys.stdin.readline()
print(oauth.access_token(int(mailbox), settings), flush=True)
"""


def test_two_processes_that_need_a_token_at_once_ask_once(
    installation: Settings, provider: OAuthServer, database: str
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=-1))
    provider.rotate, provider.slow = True, 0.3
    command = [
        sys.executable, "-c", PROCESS, provider.url, database, str(installation.data_dir), installation.secret_key,
        str(mailbox.id),
    ]  # fmt: skip
    both = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].strip() for process in both]
    assert said[0] == said[1] and said[0] in provider.live
    assert len(provider.asked) == 1
    assert unseal(installation.secret_key, grant_row().refresh_token) in provider.refresh_tokens


def test_a_process_that_dies_with_the_answer_in_hand_leaves_the_old_token(
    installation: Settings, provider: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=-1))
    with monkeypatch.context() as dying:
        dying.setattr(oauth, "_commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            oauth.access_token(mailbox.id, installation)
    assert unseal(installation.secret_key, grant_row().refresh_token) == "refresh-0"
    with db.transaction() as session:  # its claim runs out
        session.execute(sa.update(OAuthGrant).values(refreshing_until=db.now() - timedelta(seconds=1)))
    assert oauth.access_token(mailbox.id, installation) in provider.live


def test_a_sleeper_does_not_overwrite_what_an_admin_connected_meanwhile(
    installation: Settings, provider: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=-1))
    real, fresh = oauth._refreshed, provider.grant()

    def meanwhile(grant: OAuthGrant, settings: Settings) -> Tokens:
        tokens = real(grant, settings)
        with db.transaction() as session:
            given = Tokens(fresh, db.now() + HOUR, "refresh-new", None)
            oauth_consent.save_tokens(session, mailbox.id, given, settings, db.now())
        return tokens

    monkeypatch.setattr(oauth, "_refreshed", meanwhile)
    assert oauth.access_token(mailbox.id, installation) == fresh
    assert unseal(installation.secret_key, grant_row().refresh_token) == "refresh-new"


def test_nothing_secret_stands_in_the_database(
    installation: Settings, provider: OAuthServer, database: str
) -> None:
    mailbox = connect(installation, provider, lives=timedelta(minutes=1))
    token = oauth.access_token(mailbox.id, installation)
    rows = secrets_at_rest(database)
    assert token not in rows and "refresh-0" not in rows and provider.secret not in rows
    assert token not in repr(account_of(mailbox, installation))


def test_replies_leave_with_a_token_too(installation: Settings, provider: OAuthServer) -> None:
    """The SMTP server knows only XOAUTH2, refuses the first token, and takes the renewed one."""
    mailbox = connect(installation, provider)
    provider.live.clear()
    said: list[str] = []

    async def serve() -> object:
        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _smtp_session(reader, writer, provider, said)

        server = await asyncio.start_server(session, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        from dataclasses import replace

        account = replace(smtp.account_of(mailbox, installation), port=port, timeout=5)
        async with server, smtp.Connection(account) as connection:
            return await connection.ready()

    assert asyncio.run(serve()) is None
    assert said == ["refused", "accepted"]
    assert len(provider.asked) == 1


async def _smtp_session(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, provider: OAuthServer, said: list[str]
) -> None:
    import base64

    writer.write(b"220 ready\r\n")
    while line := (await reader.readline()).decode().strip():
        verb, _, rest = line.partition(" ")
        if verb == "EHLO":
            writer.write(b"250-here\r\n250 AUTH XOAUTH2\r\n")
        elif verb == "AUTH":
            text = base64.b64decode(rest.split()[1]).decode()
            token = text.split("Bearer ")[1].rstrip("\1")
            if token in provider.live and text.startswith(f"user={ADDRESS}\1"):
                said.append("accepted")
                writer.write(b"235 welcome\r\n")
            else:
                said.append("refused")
                writer.write(b"334 " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
                await reader.readline()
                writer.write(b"535 5.7.8 not accepted\r\n")
        else:
            writer.write(b"221 bye\r\n")
            break
    writer.close()


def test_tokens_are_asked_for_over_encrypted_connections_only() -> None:
    with pytest.raises(PermanentFailure, match="encrypted"):
        oauth_http.post_form("http://127.0.0.1:1/token", {})
    assert all(
        p.token.startswith("https://") and p.authorize.startswith("https://") for p in PROVIDERS.values()
    )


def test_a_redirect_gets_no_secret(provider: OAuthServer) -> None:
    provider.status, provider.refuse = 307, {}
    status, _answer = oauth_http.post_form(f"{provider.url}/token", {"refresh_token": "x"})
    assert status == 307
    assert [form["path"] for form in provider.asked] == ["/token"]


def test_an_endless_answer_is_cut(provider: OAuthServer) -> None:
    provider.status, provider.refuse = 200, {"access_token": "x" * 1_000_000}
    with pytest.raises(TemporaryFailure, match="too long"):
        oauth_http.post_form(f"{provider.url}/token", {})
