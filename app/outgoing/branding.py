"""The looks of this installation and of its mailboxes: read for a letter or a page, and changed by admins."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent
from app.mailboxes.setup_models import Brand, BrandLogo
from app.outgoing.logo import Logo
from app.outgoing.looks import Look, check_colour, check_company, check_footer

FIELDS = ("company", "colour", "footer")
_LOOKS = sa.select(Brand.__table__).where(
    sa.or_(Brand.mailbox_id == sa.bindparam("mailbox", type_=sa.BigInteger), Brand.mailbox_id.is_(None))
)


def look_of(session: Session, mailbox_id: int | None) -> Look:
    """What a letter from this mailbox looks like: its own, and the installation's where it says nothing. One query."""
    session.flush()
    rows = session.connection().execute(_LOOKS, {"mailbox": mailbox_id})
    found = {row.mailbox_id: _look(row) for row in rows}
    return found.get(mailbox_id, Look()).over(found.get(None, Look()))


def own_look(session: Session, mailbox_id: int | None) -> Look:
    """What was said for this mailbox alone, or for the installation (None)."""
    brand = _brand(session, mailbox_id)
    return _look(brand) if brand is not None else Look()


def customised(session: Session) -> set[int]:
    """Mailboxes with a look of their own."""
    return {one for one in session.scalars(sa.select(Brand.mailbox_id)) if one is not None}


def logo_of(session: Session, sha256: str) -> BrandLogo | None:
    """Once uploaded a picture stays: letters that were written with it are sent again with it."""
    return session.get(BrandLogo, sha256) if sha256 else None


def keep(session: Session, logo: Logo) -> str:
    """Store a picture that was cleaned; its name. The same again is stored once."""
    digest = hashlib.sha256(logo.content).hexdigest()
    if session.get(BrandLogo, digest) is None:
        session.add(BrandLogo(sha256=digest, kind=logo.kind, content=logo.content))
        session.flush()
    return digest


def change_look(
    session: Session,
    mailbox_id: int | None,
    form: Mapping[str, str],
    logo: Logo | None,
    *,
    by: Agent,
    now: datetime,
    subject: str = "",
) -> bool:
    """`form`: company, colour, footer, drop_logo="on". Concerns letters written from now on. Raises InvalidInput."""
    before = own_look(session, mailbox_id)
    after = _changed(before, form, logo)
    if after == before:
        return False
    if logo is not None and session.get(BrandLogo, after.logo) is None:
        session.add(BrandLogo(sha256=after.logo, kind=logo.kind, content=logo.content))
        session.flush()
    brand = _brand(session, mailbox_id)
    if brand is None:
        brand = Brand(mailbox_id=mailbox_id)
        session.add(brand)
    brand.company, brand.colour, brand.footer = after.company, after.colour, after.footer
    brand.logo_sha256, brand.logo_type = after.logo, after.logo_type
    brand.logo_width, brand.logo_height = after.logo_width, after.logo_height
    audit.note(
        session, "brand", subject, by=by, now=now, changed=audit.changes(asdict(before), asdict(after))
    )
    return True


def _changed(before: Look, form: Mapping[str, str], logo: Logo | None) -> Look:
    words = (
        check_company(form.get("company", "")),
        check_colour(form.get("colour", "")),
        check_footer(form.get("footer", "")),
    )
    if logo is not None:
        digest = hashlib.sha256(logo.content).hexdigest()
        return Look(*words, digest, logo.kind, logo.width, logo.height)
    if form.get("drop_logo") == "on":
        return Look(*words)
    return Look(*words, before.logo, before.logo_type, before.logo_width, before.logo_height)


def _brand(session: Session, mailbox_id: int | None) -> Brand | None:
    here = Brand.mailbox_id.is_(None) if mailbox_id is None else Brand.mailbox_id == mailbox_id
    return session.scalar(sa.select(Brand).where(here).order_by(Brand.id).limit(1))


def _look(brand: Any) -> Look:
    return Look(
        brand.company,
        brand.colour,
        brand.footer,
        brand.logo_sha256,
        brand.logo_type,
        brand.logo_width,
        brand.logo_height,
    )
