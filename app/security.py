"""Passwords, random and signed tokens, and encryption of stored secrets.

Random tokens carry at least 128 bits and are stored only as SHA-256. Stored mail passwords are sealed with a key
derived from the installation's secret, which lives outside the database; a wrong key fails closed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from app.errors import InvalidInput, PermanentFailure

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
# The parameters security.md measured: 19 MiB, 2 passes, 1 lane (OWASP password storage).
_NORMAL = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_LOW = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_DUMMY = _NORMAL.hash("nobody has this password")


def hash_password(password: str, *, cost: str = "normal") -> str:
    """argon2id hash. Raises InvalidInput when the password is too short or absurdly long."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("A password needs at least 12 characters.", "password")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput("A password has at most 200 characters.", "password")
    return (_LOW if cost == "low" else _NORMAL).hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Constant work: an unknown account costs as much as a known one."""
    try:
        return _NORMAL.verify(stored or _DUMMY, password[:LONGEST_PASSWORD]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """160 random bits, safe in an address."""
    return secrets.token_urlsafe(20)


def token_hash(token: str) -> str:
    """What is stored of a token: hex SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def derive_key(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose, so that a value made for one use is worthless in another (RFC 5869, one block)."""
    return hmac.new(secret.encode(), b"sincerely/" + purpose.encode(), hashlib.sha256).digest()


def derived_token(secret: str, purpose: str, nonce: str) -> str:
    """160-bit token that can be made again from a stored nonce by whoever has the secret, and by nobody else."""
    mac = hmac.new(derive_key(secret, purpose), nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:20]).decode().rstrip("=")


def seal(secret: str, text: str) -> str:
    """Encrypt a stored secret (Fernet: AES-CBC with HMAC)."""
    return _fernet(secret).encrypt(text.encode()).decode()


def unseal(secret: str, sealed: str) -> str:
    """Decrypt; raises PermanentFailure when the key is not the one that sealed it."""
    try:
        return _fernet(secret).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise PermanentFailure(
            "A stored password cannot be read: SECRET_KEY differs from the one that saved it."
        ) from None


def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive_key(secret, "stored secrets")))
