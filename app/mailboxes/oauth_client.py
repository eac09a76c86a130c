"""The app that a company registered at its provider, and what it asks there. Secrets are sealed at rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app import db
from app.mailboxes import oauth_http
from app.mailboxes.models import OAuthGrant
from app.mailboxes.oauth_providers import Provider, Tokens, token_address, tokens_of
from app.security import seal, unseal
from app.settings import Settings


@dataclass(frozen=True)
class Client:
    """The app that a company registered at its provider."""

    id: str
    secret: str = field(repr=False)
    tenant: str = ""


def client_of(grant: OAuthGrant, settings: Settings) -> Client:
    secret = unseal(settings.secret_key, grant.client_secret) if grant.client_secret else ""
    return Client(grant.client_id, secret, grant.tenant)


def ask(provider: Provider, client: Client, *, first: bool, **form: str) -> Tokens:
    """One question to the token endpoint. Network: call it outside a transaction."""
    form["client_id"] = client.id
    if client.secret:
        form["client_secret"] = client.secret
    if provider.idle_days:  # Microsoft wants to hear the scopes each time
        form["scope"] = " ".join(provider.scopes)
    status, answer = oauth_http.post_form(token_address(provider, client.tenant), form)
    return tokens_of(provider, status, answer, now=db.now(), first=first)


def token_values(tokens: Tokens, settings: Settings, now: datetime) -> dict[str, object]:
    """Columns of the grant after a good answer."""
    values: dict[str, object] = {
        "access_token": seal(settings.secret_key, tokens.access),
        "access_until": tokens.access_until,
        "refreshed_at": now,
        "last_error": "",
        "failing_since": None,
        "refreshing_by": "",
        "refreshing_until": None,
    }
    if tokens.refresh:
        values["refresh_token"] = seal(settings.secret_key, tokens.refresh)
    if tokens.refresh_until is not None:
        values["refresh_until"] = tokens.refresh_until
    return values
