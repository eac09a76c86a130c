"""What Google and Microsoft want to hear in OAuth 2.0 (RFC 6749, PKCE of RFC 7636), and what their answers mean. Pure.

Each company registers an app of its own at the provider; its client ID and secret come with the mailbox.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from app.errors import InvalidInput, PermanentFailure, TemporaryFailure

CALLBACK = "/mailboxes/oauth/callback"
# What a provider may say to us; tokens of Microsoft have some three thousand characters.
LONGEST_TOKEN = 20_000
LONGEST_LIFE = 10 * 365 * 24 * 3600
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}\Z")
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")


@dataclass(frozen=True)
class Provider:
    """Addresses may hold `{tenant}`. `idle_days`: a permission that is not used for so long ends (0: not said)."""

    name: str
    authorize: str
    token: str
    scopes: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    idle_days: int = 0


@dataclass(frozen=True)
class Tokens:
    """What a provider gave. An empty refresh token means that the one we have goes on."""

    access: str
    access_until: datetime
    refresh: str
    refresh_until: datetime | None


PROVIDERS: dict[str, Provider] = {
    "google": Provider(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        ("https://mail.google.com/",),
        # Without both, a second consent brings no refresh token.
        (("access_type", "offline"), ("prompt", "consent")),
    ),
    "microsoft": Provider(
        "Microsoft",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        (
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
            "offline_access",
        ),
        idle_days=90,
    ),
}


def provider_of(auth: str) -> Provider:
    """Raises InvalidInput for a mailbox that signs in with a password."""
    if auth not in PROVIDERS:
        raise InvalidInput("This mailbox signs in with a password.", "auth")
    return PROVIDERS[auth]


def check_client(client_id: str, tenant: str) -> None:
    """Raises InvalidInput for what cannot be a client ID or a directory."""
    if not client_id or not _TOKEN.match(client_id) or len(client_id) > 300:
        raise InvalidInput("Enter the client ID of the app you registered at the provider.", "client_id")
    if tenant and not _TENANT.match(tenant):
        raise InvalidInput("The directory (tenant) is an ID or a domain name.", "tenant")


def token_address(provider: Provider, tenant: str) -> str:
    return provider.token.format(tenant=tenant or "common")


def consent_address(
    provider: Provider, client_id: str, *, tenant: str, redirect: str, state: str, verifier: str, hint: str
) -> str:
    """Where the admin says yes. `hint` is the mailbox's address, so that the right account is offered."""
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "login_hint": hint,
        **dict(provider.more),
    }
    return f"{provider.authorize.format(tenant=tenant or 'common')}?{urlencode(query)}"


def tokens_of(
    provider: Provider, status: int, answer: Mapping[str, object], *, now: datetime, first: bool
) -> Tokens:
    """Read the answer of the token endpoint; `first`: to a consent, which must bring a refresh token.

    Raises PermanentFailure when a person must act, TemporaryFailure when asking again may help.
    """
    if status >= 500 or status == 429:
        raise TemporaryFailure("The provider cannot renew the sign-in at the moment; we ask again.")
    if status != 200 or "error" in answer:
        raise refusal(str(answer.get("error", "")), str(answer.get("error_description", "")), first=first)
    access, refresh = _token(answer.get("access_token")), _token(answer.get("refresh_token"))
    if not access:
        raise TemporaryFailure("The provider's answer had no token in it; we ask again.")
    if first and not refresh:
        raise PermanentFailure(
            "The provider gave no lasting permission. Remove the app from the account's connected apps there, "
            "then connect again."
        )
    life = _seconds(answer.get("expires_in")) or 3600
    lasting = _seconds(answer.get("refresh_token_expires_in")) or provider.idle_days * 86400
    return Tokens(
        access,
        now + timedelta(seconds=life),
        refresh,
        now + timedelta(seconds=lasting) if lasting else None,
    )


def refusal(code: str, description: str, *, first: bool) -> PermanentFailure | TemporaryFailure:
    """The provider's error (RFC 6749, 4.1.2.1 and 5.2; Microsoft adds a number) in a sentence that says what to do."""
    if code in ("temporarily_unavailable", "server_error"):
        return TemporaryFailure("The provider cannot renew the sign-in at the moment; we ask again.")
    if "AADSTS7000222" in description:
        return PermanentFailure(
            "The client secret of your app has expired. Make a new one at the provider and enter it here."
        )
    if code == "invalid_client" or "AADSTS7000215" in description:
        return PermanentFailure(
            "The provider does not accept the client ID or the client secret. Check both."
        )
    if code == "invalid_grant" and first:
        return PermanentFailure(
            "The provider did not accept the sign-in: it took too long, or was used twice. Begin again."
        )
    if code in ("invalid_grant", "interaction_required", "consent_required", "login_required"):
        return PermanentFailure(
            "The provider no longer accepts our permission for this mailbox: it was withdrawn, it ran out, or the "
            "account's password was changed. Connect the mailbox again."
        )
    return _other_refusal(code)


def _other_refusal(code: str) -> PermanentFailure:
    if code == "access_denied":
        return PermanentFailure("The permission was refused at the provider. Nothing was changed here.")
    if code == "unauthorized_client":
        return PermanentFailure(
            "The provider does not let this app sign in: check the client ID and the directory (tenant)."
        )
    if code == "invalid_scope":
        return PermanentFailure(
            "The app may not read and send mail: give it the mail permissions at the provider."
        )
    name = code if re.fullmatch(r"[a-z_]{1,40}", code) else "no reason given"
    return PermanentFailure(f"The provider refuses to renew the sign-in ({name}).")


def _token(value: object) -> str:
    """'' for what could not stand in a login command."""
    text = value if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_TOKEN and _TOKEN.match(text) else ""


def _seconds(value: object) -> int:
    """Numbers come as text from some servers."""
    try:
        seconds = int(str(value))
    except ValueError:
        return 0
    return min(max(seconds, 0), LONGEST_LIFE)
