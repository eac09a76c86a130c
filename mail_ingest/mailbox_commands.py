"""flask add-mailbox and flask connect-mailbox: signing in to a mailbox's servers before anything is stored."""

from __future__ import annotations

import hmac
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from app import db, installation
from app.errors import SincerelyError
from app.mailboxes import oauth_consent, service
from app.mailboxes.models import Auth, Mailbox, OAuthGrant, Security
from app.mailboxes.oauth_client import Client, client_of
from app.mailboxes.oauth_providers import Tokens, check_client, provider_of, refusal
from app.mailboxes.providers import Servers, servers_for
from app.outgoing import smtp
from app.security import seal
from app.settings import Settings
from mail_ingest import fetch
from mail_ingest.capture import account_of
from mail_ingest.connection_check import missing_folders, try_servers

SECURITIES = click.Choice([security.value for security in Security])
FIRST_IMPORTS = click.Choice(["new", "month", "all"])
AUTHS = click.Choice([auth.value for auth in Auth])


def _real_settings() -> Settings:
    """Never the sandbox's: a mailbox is connected to the real installation."""
    settings: Settings = current_app.config["SETTINGS"]
    settings = settings.model_copy(update={"sandbox": "no"})
    installation.prepare(settings)
    db.configure(settings.database)
    return settings


@click.command("add-mailbox")
@click.argument("address")
@click.option("--name", default="", help="What customers see beside the address, such as “Orbit support”.")
@click.option("--language", type=click.Choice(["en", "ru"]), default="en", show_default=True)
@click.option("--imap-host", help="Guessed from the address when left out.")
@click.option("--imap-port", type=click.IntRange(1, 65535))
@click.option("--imap-security", type=SECURITIES)
@click.option("--smtp-host", help="Guessed from the address when left out.")
@click.option("--smtp-port", type=click.IntRange(1, 65535))
@click.option("--smtp-security", type=SECURITIES)
@click.option("--user", help="User name at the server; the address when left out.")
@click.option(
    "--password", envvar="MAILBOX_PASSWORD", help="Asked for when left out; or set MAILBOX_PASSWORD."
)
@click.option(
    "--auth",
    type=AUTHS,
    default="password",
    show_default=True,
    help="Sign in with a password, or with a permission of Google or Microsoft for an app of your own.",
)
@click.option("--client-id", default="", help="Of your app at Google or Microsoft.")
@click.option(
    "--client-secret", default="", envvar="MAILBOX_CLIENT_SECRET", help="Or set MAILBOX_CLIENT_SECRET."
)
@click.option("--tenant", default="", help="Your directory at Microsoft; left out it is any.")
@click.option(
    "--folder", "folders", multiple=True, help="Folder to watch, more than once if need be. Default: INBOX."
)
@click.option(
    "--first-import",
    type=FIRST_IMPORTS,
    default="new",
    show_default=True,
    help="Mail that is there already: leave it, take the last 30 days, or all, as closed tickets. Never answered.",
)
@with_appcontext
def add_mailbox(address: str, folders: tuple[str, ...], **given: str) -> None:
    """Connect a support mailbox: sign in to its IMAP and SMTP servers, then watch it."""
    settings, servers = _real_settings(), servers_for(address, given["auth"])
    client = Client(given["client_id"], given["client_secret"], given["tenant"])
    mailbox = _mailbox(address, servers, given)
    try:
        with db.transaction() as session:
            service.check_new(session, mailbox.address)
        tokens = None
        if mailbox.auth == Auth.PASSWORD:
            password = given["password"] or click.prompt("Password", hide_input=True)
            mailbox.imap_password = mailbox.smtp_password = seal(settings.secret_key, password)
        else:
            tokens = _consent(mailbox, client, settings)
        _try_servers(mailbox, settings, folders or ("INBOX",), tokens)
        with db.transaction() as session:
            mailbox = service.add_mailbox(session, mailbox, folders or ("INBOX",))
            if tokens is not None:
                _store(session, mailbox, client, tokens, settings)
    except SincerelyError as error:
        hint = f"\n{servers.hint}" if servers.hint and given["auth"] == Auth.PASSWORD else ""
        raise click.ClickException(f"{error}{hint}") from None
    click.echo(
        f"Connected {mailbox.address}. A running poller takes it up within seconds; "
        "if `make run` shows the sandbox, stop it and start it again."
    )


@click.command("connect-mailbox")
@click.argument("address")
@click.option(
    "--auth", type=click.Choice(["google", "microsoft"]), help="Whose permission, if it is to change."
)
@click.option("--client-id", default="", help="Of your app there; left out it is the one that is stored.")
@click.option(
    "--client-secret", default="", envvar="MAILBOX_CLIENT_SECRET", help="Or set MAILBOX_CLIENT_SECRET."
)
@click.option("--tenant", default="", help="Your directory at Microsoft.")
@with_appcontext
def connect_mailbox(address: str, auth: str | None, client_id: str, client_secret: str, tenant: str) -> None:
    """Give a mailbox a new permission of Google or Microsoft, then try both servers with it."""
    settings = _real_settings()
    try:
        with db.reading() as session:
            mailbox = session.scalar(sa.select(Mailbox).where(Mailbox.address == address.strip().lower()))
            if mailbox is None:
                raise click.ClickException(f"There is no mailbox {address}. Add it with flask add-mailbox.")
            grant = session.get(OAuthGrant, mailbox.id)
        stored = client_of(grant, settings) if grant else Client("", "")
        client = Client(client_id or stored.id, client_secret or stored.secret, tenant or stored.tenant)
        mailbox.auth = auth or mailbox.auth
        tokens = _consent(mailbox, client, settings)
        with db.transaction() as session:
            session.execute(sa.update(Mailbox).where(Mailbox.id == mailbox.id).values(auth=mailbox.auth))
            _store(session, mailbox, client, tokens, settings)
    except SincerelyError as error:
        raise click.ClickException(str(error)) from None
    refused = [f"{tried.what}: {tried.text}" for tried in try_servers(mailbox, settings) if not tried.ok]
    if refused:
        raise click.ClickException("The permission is stored, but " + " ".join(refused))
    click.echo(f"Connected {mailbox.address}: both servers let us in.")


def _consent(mailbox: Mailbox, client: Client, settings: Settings) -> Tokens:
    """Send the person to the provider, and take back the address where they ended up."""
    provider = provider_of(mailbox.auth)
    check_client(client.id, client.tenant)
    consent = oauth_consent.begin(provider, client, settings, hint=mailbox.imap_user or mailbox.address)
    click.echo(
        f"The app at {provider.name} needs this redirect address: {oauth_consent.redirect_address(settings)}"
    )
    click.echo(f"Open this in a browser and sign in as {mailbox.address}:\n\n{consent.address}\n")
    click.echo("You end up at a page whose address begins with the redirect address; it need not load.")
    pasted = click.prompt("Paste its whole address here").strip()
    said = {name: values[0] for name, values in parse_qs(urlsplit(pasted).query).items()}
    if not hmac.compare_digest(said.get("state", "").encode(), consent.state.encode()):
        raise click.ClickException("This is not the address that belongs to this sign-in. Begin again.")
    if "code" not in said:
        raise refusal(said.get("error", ""), said.get("error_description", ""), first=True)
    return oauth_consent.exchange(provider, client, settings, code=said["code"], verifier=consent.verifier)


def _store(
    session: sa.orm.Session, mailbox: Mailbox, client: Client, tokens: Tokens, settings: Settings
) -> None:
    oauth_consent.save_client(session, mailbox.id, client, settings)
    oauth_consent.save_tokens(session, mailbox.id, tokens, settings, db.now())


def _mailbox(address: str, servers: Servers, given: dict[str, str]) -> Mailbox:
    user = given["user"] or address
    return Mailbox(
        address=address.strip().lower(),
        name=given["name"],
        language=given["language"],
        auth=given["auth"],
        imap_host=given["imap_host"] or servers.imap_host,
        imap_port=given["imap_port"] or servers.imap_port,
        imap_security=given["imap_security"] or servers.imap_security,
        imap_user=user,
        imap_password="",
        smtp_host=given["smtp_host"] or servers.smtp_host,
        smtp_port=given["smtp_port"] or servers.smtp_port,
        smtp_security=given["smtp_security"] or servers.smtp_security,
        smtp_user=user,
        smtp_password="",
        first_import=given["first_import"],
        created_at=db.now(),
    )


def _try_servers(
    mailbox: Mailbox, settings: Settings, wanted: tuple[str, ...], tokens: Tokens | None
) -> None:
    """Sign in to both servers before anything is stored; raises with the precise reason."""
    token = (lambda _refused: tokens.access) if tokens else None
    click.echo(f"Signing in to {mailbox.imap_host}:{mailbox.imap_port} (IMAP) …")
    folders = fetch.check_login(replace(account_of(mailbox, settings), token=token))
    for name in missing_folders(list(wanted), tuple(folders)):
        raise click.ClickException(f"The mailbox has no folder {name!r}. It has: {', '.join(folders)}.")
    click.echo(f"Signing in to {mailbox.smtp_host}:{mailbox.smtp_port} (SMTP) …")
    smtp.check_login(replace(smtp.account_of(mailbox, settings), token=token))
