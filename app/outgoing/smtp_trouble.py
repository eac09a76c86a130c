"""What can be wrong between us and a mail server, in one sentence each. Nothing here speaks to a server."""

from __future__ import annotations

import socket
import ssl

import aiosmtplib

from app.mailboxes.models import Security
from app.outgoing.smtp_account import Account, root_cause
from app.outgoing.smtp_answers import LONGEST_WORDS, NotConnected, words_of


def silence(account: Account, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{account.host} did not answer in time."
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return words_of(error.code, error.message)
    return f"{account.host} closed the connection."


def connection_trouble(account: Account, error: Exception) -> NotConnected:
    """One sentence per thing that can be wrong between us and a mail server. All may be put right later."""
    where = f"{account.host}, port {account.port}"
    cause = root_cause(error)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return NotConnected(
            f"{account.host} refused the login as {account.user}: {words_of(error.code, error.message)}"
        )
    if isinstance(error, aiosmtplib.SMTPConnectResponseError):
        return NotConnected(f"{where} turned us away: {words_of(error.code, error.message)}")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NotConnected(f"The certificate of {account.host} cannot be trusted: {cause.verify_message}.")
    if isinstance(cause, ssl.SSLError):
        return NotConnected(
            f"No encrypted connection to {where}: it does not speak TLS there. Try another port or STARTTLS."
        )
    if isinstance(cause, socket.gaierror):
        return NotConnected(f"There is no server called {account.host}: check the name.")
    if isinstance(cause, ConnectionRefusedError):
        return NotConnected(f"Nothing answers at {where}: check the port.")
    if isinstance(error, TimeoutError):
        return NotConnected(f"{where} did not answer within {account.timeout:.0f} seconds.")
    return NotConnected(_other_trouble(account, where, error))


def _other_trouble(account: Account, where: str, error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{where}: {words_of(error.code, error.message)}"
    text = str(error)
    if account.security == Security.STARTTLS and "STARTTLS" in text:
        return f"{where} does not offer STARTTLS, so the password was not sent. Try TLS on port 465."
    if "AUTH" in text or "authentication" in text:
        return f"{where} offers no way to log in that we know. Leave the user empty, or try another port."
    return f"The connection to {where} failed: {text or type(error).__name__}"[:LONGEST_WORDS]
