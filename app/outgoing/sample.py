"""A made-up letter, composed as every other is, as a document that a page can show in a frame.

Mail programs decide by themselves what they show: the same letter in the dark, and with pictures off.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.outgoing.branding import logo_of
from app.outgoing.compose import html_of
from app.outgoing.letter import Letter
from app.outgoing.letter_rows import smileys_of
from app.outgoing.looks import Look
from app.outgoing.recipients import Mailable
from app.ratings.asking import Choice

_SAID = {
    "en": (
        "<p>Hello Olga,</p><p>your parcel is on its way and will be with you on Friday.</p>",
        "Ben, support",
    ),
    "ru": (
        "<p>Здравствуйте, Ольга!</p><p>Посылка уже в пути, в пятницу она будет у вас.</p>",
        "Борис, поддержка",
    ),
}
_DARK = "@media (prefers-color-scheme: dark)"
_GROUND = {"light": "#ffffff", "dark": "#16181c", "bare": "#ffffff"}


def document(session: Session, choice: Choice, look: Look, language: str, way: str) -> str:
    """`way`: light, dark or bare (with pictures off)."""
    html, signature = _SAID.get(language, _SAID["en"])
    smileys = smileys_of(session, choice, "#", language, anonymous=choice.anonymous == "yes")
    logo = logo_of(session, look.logo)
    letter = Letter(
        message_id="sample@sample.invalid",
        sender=Mailable("Ben", "ben@sample.invalid"),
        to=(Mailable("Olga", "olga@sample.invalid"),),
        cc=(),
        subject="",
        written_at=datetime(2026, 1, 1, tzinfo=UTC),
        in_reply_to="",
        references=(),
        reply_to="",
        instance="",
        language=language,
        html=html,
        text="",
        signature=signature,
        quoted="",
        smileys=smileys,
        files=(),
        look=look,
        logo=logo.content if logo is not None else b"",
    )
    pictures = {face: (smileys.of(face).kind, content) for face, content in smileys.pictures.items()}
    if logo is not None:
        pictures["logo"] = (logo.kind, logo.content)
    shown = html_of(letter)
    for name, (kind, content) in pictures.items():
        data = "" if way == "bare" else f"data:{kind};base64,{base64.b64encode(content).decode()}"
        shown = shown.replace(f"cid:{name}.{letter.message_id}", data)
    # The frame does not know what the reader's mail program prefers: here it is said.
    shown = shown.replace(_DARK, "@media all" if way == "dark" else "@media not all")
    ground = f'<body style="margin:0;padding:8px;background-color:{_GROUND[way]}"'
    return shown.replace('<body style="margin:0;padding:0"', ground)
