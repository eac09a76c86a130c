"""Six digits that change every half minute (TOTP, RFC 6238), and the picture from which an app on a phone learns them.

One step of drift either way is allowed for (RFC 6238, section 5.2), and a step whose code was used counts no more.
"""

from __future__ import annotations

import re
from datetime import datetime

import pyotp
import segno

SECONDS = 30
DIGITS = 6
DRIFT = 1
_NOT_DIGITS = re.compile(r"[^0-9]")


def new_secret() -> str:
    """160 random bits in letters and digits (base32), as RFC 4226 asks."""
    return pyotp.random_base32(32)


def step_at(now: datetime) -> int:
    """The number of the half minute."""
    return int(now.timestamp()) // SECONDS


def step_of(secret: str, typed: str, *, now: datetime) -> int | None:
    """The newest half minute within the drift whose code this is; None when it is of none."""
    digits = _NOT_DIGITS.sub("", typed[:20])
    # Without a secret everybody could work out the code.
    if not secret or len(digits) != DIGITS:
        return None
    here, codes = step_at(now), pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS)
    found = None
    # Every one is looked at, whichever it is: the time this takes says nothing.
    for step in range(here - DRIFT, here + DRIFT + 1):
        if pyotp.utils.strings_equal(digits, codes.generate_otp(step)):
            found = step
    return found


def code_at(secret: str, step: int) -> str:
    """What the app shows in that half minute."""
    return str(pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).generate_otp(step))


def address_of(secret: str, email: str, issuer: str) -> str:
    """The otpauth: address in the picture; `issuer` is what the app shows above the code."""
    return str(
        pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(name=email, issuer_name=issuer)
    )


def picture_of(address: str) -> str:
    """The QR code as an inline SVG of pure shapes, black on white in every theme: cameras need it so."""
    code = segno.make(address, error="m", micro=False)
    return str(
        code.svg_inline(
            border=4, dark="#000", light="#fff", svgclass="qr-code", lineclass=None, omitsize=True
        )
    )


def in_groups(secret: str) -> str:
    """For typing it in by hand."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
