"""The consent of an admin: begun here, given at the provider, and taken back with a state that works once.

The state and the PKCE verifier (RFC 7636) of a consent begun in a browser wait in the grant's row, the one hashed,
the other sealed together with the agent it belongs to. One begun at the command line never leaves that process.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.mailboxes.models import Mailbox, OAuthGrant
from app.mailboxes.oauth_client import Client, ask, client_of, token_values
from app.mailboxes.oauth_providers import CALLBACK, Provider, Tokens, consent_address
from app.security import new_token, seal, token_hash, unseal
from app.settings import Settings

CONSENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Consent:
    """A consent that was begun: where the admin goes, and what the answer is checked against."""

    address: str
    state: str
    verifier: str = field(repr=False)


def redirect_address(settings: Settings) -> str:
    """To be registered at the provider exactly like this. From the settings, never from a request's Host header."""
    return settings.public_url + CALLBACK


def begin(provider: Provider, client: Client, settings: Settings, *, hint: str) -> Consent:
    state, verifier = new_token(), secrets.token_urlsafe(48)
    address = consent_address(
        provider,
        client.id,
        tenant=client.tenant,
        redirect=redirect_address(settings),
        state=state,
        verifier=verifier,
        hint=hint,
    )
    return Consent(address, state, verifier)


def exchange(provider: Provider, client: Client, settings: Settings, *, code: str, verifier: str) -> Tokens:
    """Ask for the first tokens. Network; call it outside a transaction."""
    return ask(
        provider,
        client,
        first=True,
        grant_type="authorization_code",
        code=code,
        redirect_uri=redirect_address(settings),
        code_verifier=verifier,
    )


def save_client(session: Session, mailbox_id: int, client: Client, settings: Settings) -> OAuthGrant:
    """Store the app's names; an empty secret keeps the one we have. Asks the provider anew if it refused before."""
    grant = session.get(OAuthGrant, mailbox_id)
    if grant is None:
        grant = OAuthGrant(mailbox_id=mailbox_id, client_id=client.id)
        session.add(grant)
    if (grant.client_id, grant.tenant or "") != (client.id, client.tenant):
        # Tokens belong to the app they were given to.
        grant.refresh_token = grant.access_token = ""
        grant.refresh_until = grant.access_until = None
    grant.client_id, grant.tenant = client.id, client.tenant
    if client.secret:
        grant.client_secret = seal(settings.secret_key, client.secret)
    grant.refreshing_by, grant.refreshing_until = "", None
    session.flush()
    return grant


def save_tokens(session: Session, mailbox_id: int, tokens: Tokens, settings: Settings, now: datetime) -> None:
    """The permission an admin just gave."""
    grant = session.get_one(OAuthGrant, mailbox_id)
    for name, value in token_values(tokens, settings, now).items():
        setattr(grant, name, value)
    grant.refresh_until = tokens.refresh_until
    grant.pending_state, grant.pending_verifier, grant.pending_until = "", "", None


def note_consent(
    grant: OAuthGrant, consent: Consent, agent_id: int, settings: Settings, now: datetime
) -> None:
    """Remember a consent begun in a browser: it is this agent's, once, for ten minutes."""
    bound = json.dumps({"verifier": consent.verifier, "agent_id": agent_id})
    grant.pending_state = token_hash(consent.state)
    grant.pending_verifier = seal(settings.secret_key, bound)
    grant.pending_until = now + CONSENT


def take_consent(
    session: Session, state: str, agent_id: int, settings: Settings, now: datetime
) -> tuple[Mailbox, Client, str]:
    """(mailbox, client, PKCE verifier) of the consent with this state, which is spent by it.

    Raises InvalidInput when there is none, when it took too long, or when another agent began it.
    """
    grant = session.scalar(
        sa.select(OAuthGrant)
        .where(OAuthGrant.pending_state == token_hash(state), OAuthGrant.pending_state != "")
        .with_for_update()
    )
    if grant is None or grant.pending_until is None:
        raise InvalidInput(
            "This sign-in is not one that was begun here, or it was used already. Begin again."
        )
    bound = json.loads(unseal(settings.secret_key, grant.pending_verifier))
    if bound["agent_id"] != agent_id:
        raise InvalidInput("Another admin began this sign-in. Begin again.")
    late = grant.pending_until < now
    grant.pending_state, grant.pending_verifier, grant.pending_until = "", "", None
    if late:
        raise InvalidInput("The sign-in took longer than ten minutes. Begin again.")
    return grant.mailbox, client_of(grant, settings), str(bound["verifier"])
