"""An access token that is always fresh, for mailboxes that sign in by a provider's permission.

Many processes need the token of one mailbox. Exactly one of them asks the provider at a time: it takes a claim on
the grant's row, asks while no transaction is open, and writes the answer only if the tokens are still those it
began with. Until then the old ones stay, so a process that dies between the provider's answer and our commit costs
one more question. A provider that refuses while the access token still lives is noted at once (`failing_since`):
that is the alarm before the failure.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from app import db
from app.errors import PermanentFailure, SincerelyError, TemporaryFailure
from app.mailboxes.models import Auth, Mailbox, OAuthGrant
from app.mailboxes.oauth_client import ask, client_of, token_values
from app.mailboxes.oauth_providers import Tokens, provider_of
from app.security import unseal
from app.settings import Settings

log = logging.getLogger(__name__)

# A connection is begun with a token that lives at least so long.
FRESH = timedelta(minutes=5)
# Longer than asking may take (app.mailboxes.oauth_http): a claim outlives its holder only when that died.
CLAIM = timedelta(seconds=60)
AFTER_REFUSAL = timedelta(minutes=5)
AFTER_SILENCE = timedelta(seconds=30)
# A mail server that refuses a token this young does not mean its age.
YOUNG = timedelta(minutes=10)
WAIT_SECONDS = 30.0
_COMMIT_AGAIN_SECONDS = (0.2, 1.0, 3.0)
NOT_CONNECTED = "This mailbox is not connected yet: an admin has to sign in at the provider."


def token_source(mailbox: Mailbox, settings: Settings) -> Callable[[str], str] | None:
    """For an Account: a function from a token that the server refused ('' at first) to one that should do."""
    if (mailbox.auth or Auth.PASSWORD) == Auth.PASSWORD:  # a row that was not stored yet has none
        return None
    return partial(access_token, mailbox.id, settings)


def access_token(mailbox_id: int, settings: Settings, refused: str = "") -> str:
    """A token that lives for minutes to come. Asks the provider if need be, so call it outside a transaction.

    Raises PermanentFailure when a person must act, TemporaryFailure when the provider cannot be asked now.
    """
    end = time.monotonic() + WAIT_SECONDS
    while True:
        now = db.now()
        grant = _load(mailbox_id)
        token = _living(grant, settings, now, refused)
        if token and (grant.access_until or now) - now >= FRESH:
            return token
        if refused and grant.refreshed_at and now - grant.refreshed_at < YOUNG and not token:
            return refused
        claim = _claim(grant, now)
        if claim:
            return _renew(grant, claim, settings, refused)
        if token:
            return token
        if not grant.refreshing_by and grant.last_error:
            raise PermanentFailure(grant.last_error)
        if time.monotonic() > end:
            raise TemporaryFailure("Another process is renewing the sign-in and has not finished.")
        time.sleep(0.2)


def keep_fresh(mailbox_id: int, settings: Settings) -> None:
    """Renew at half of the token's life, so that a refusal is known long before it hurts. Never raises our errors."""
    try:
        grant, now = _load(mailbox_id), db.now()
        if grant.access_until is None or grant.refreshed_at is None:
            return
        if now < grant.refreshed_at + (grant.access_until - grant.refreshed_at) / 2:
            return
        claim = _claim(grant, now)
        if claim:
            _renew(grant, claim, settings, "")
    except SincerelyError as error:
        log.warning("the sign-in of mailbox %d was not renewed: %s", mailbox_id, error)


def _load(mailbox_id: int) -> OAuthGrant:
    with db.reading() as session:
        grant = session.get(OAuthGrant, mailbox_id)
    if grant is None or not grant.refresh_token:
        raise PermanentFailure(NOT_CONNECTED)
    return grant


def _living(grant: OAuthGrant, settings: Settings, now: datetime, refused: str) -> str:
    """The access token, '' when it is over or the server refused it."""
    if not grant.access_token or grant.access_until is None or grant.access_until <= now:
        return ""
    token = unseal(settings.secret_key, grant.access_token)
    return "" if token == refused else token


def _claim(grant: OAuthGrant, now: datetime) -> str:
    """The right to ask the provider for these tokens' successors; '' while another has it, or has had an answer."""
    claim = secrets.token_hex(16)
    free = sa.or_(OAuthGrant.refreshing_until.is_(None), OAuthGrant.refreshing_until < now)
    with db.transaction() as session:
        taken = session.execute(
            sa.update(OAuthGrant)
            .where(_same_tokens(grant), free)
            .values(refreshing_by=claim, refreshing_until=now + CLAIM)
            .execution_options(synchronize_session=False)
        )
        return claim if db.changed_rows(taken) == 1 else ""


def _same_tokens(grant: OAuthGrant) -> sa.ColumnElement[bool]:
    # Sealing the same text twice gives two texts: equal ones mean that nobody has written since.
    return sa.and_(
        OAuthGrant.mailbox_id == grant.mailbox_id,
        OAuthGrant.access_token == grant.access_token,
        OAuthGrant.refresh_token == grant.refresh_token,
    )


def _renew(grant: OAuthGrant, claim: str, settings: Settings, refused: str) -> str:
    """Ask, write down, return the token to use now: the old one, if it still lives, when we were refused."""
    try:
        tokens = _refreshed(grant, settings)
    except (PermanentFailure, TemporaryFailure) as error:
        now = db.now()
        token = _living(grant, settings, now, refused)
        _note_failure(grant, claim, error, now)
        if token:
            log.warning("mailbox %d goes on with its last token: %s", grant.mailbox_id, error)
            return token
        raise
    if not _commit(grant, tokens, settings):
        # An admin connected the mailbox again meanwhile, or we slept longer than our claim: theirs counts.
        return access_token(grant.mailbox_id, settings, refused)
    return tokens.access


def _refreshed(grant: OAuthGrant, settings: Settings) -> Tokens:
    with db.reading() as session:
        auth = session.scalars(sa.select(Mailbox.auth).where(Mailbox.id == grant.mailbox_id)).one()
    return ask(
        provider_of(auth),
        client_of(grant, settings),
        first=False,
        grant_type="refresh_token",
        refresh_token=unseal(settings.secret_key, grant.refresh_token),
    )


def _commit(grant: OAuthGrant, tokens: Tokens, settings: Settings) -> bool:
    """Write the new tokens if the old ones are still there. A database that refuses for a moment is asked again:
    the provider may have ended the old refresh token already."""
    values = token_values(tokens, settings, db.now())
    for pause in (*_COMMIT_AGAIN_SECONDS, None):
        try:
            with db.transaction() as session:
                written = session.execute(
                    sa.update(OAuthGrant)
                    .where(_same_tokens(grant))
                    .values(**values)
                    .execution_options(synchronize_session=False)
                )
                return db.changed_rows(written) == 1
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            if pause is None:
                raise
            time.sleep(pause)
    return False


def _note_failure(grant: OAuthGrant, claim: str, error: SincerelyError, now: datetime) -> None:
    """A refusal is an alarm at once; a provider that cannot be reached is one when the token is about to die."""
    refusal = isinstance(error, PermanentFailure)
    alarm = refusal or grant.access_until is None or grant.access_until - now < FRESH
    values: dict[str, object] = {
        "refreshing_by": "",
        "refreshing_until": now + (AFTER_REFUSAL if refusal else AFTER_SILENCE),
        "last_error": str(error),
    }
    if alarm:
        values["failing_since"] = sa.func.coalesce(OAuthGrant.failing_since, now)
    with db.transaction() as session:
        session.execute(
            sa.update(OAuthGrant)
            .where(OAuthGrant.mailbox_id == grant.mailbox_id, OAuthGrant.refreshing_by == claim)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
