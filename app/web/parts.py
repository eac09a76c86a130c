"""The small parts every page is made of, as functions that templates call: `icon('send')`, `avatar(name)`, `csrf()`.

They are functions and no macros because a page calls them hundreds of times; what two calls have in common is
remembered. Each returns markup in which everything given to it is escaped.

    icon(name, label='', class='')     an icon of the sprite; decorative unless `label` is given
    avatar(name, size='', key='')      initials on a tone of their own ('sm', 'lg')
    face(face, size='', label='')      our smiley: 'good', 'okay' or 'bad' ('lg')
    reltime(at, class='')              "5 min", exact time on hover, kept fresh by times.js
    chip(text, tone='', icon_name='')
    notice(text, tone='', icon_name='info-circle')
    csrf()                             the hidden field every form needs
    empty(icon_name, title, text='')   a designed empty state; takes a call block
    logo()
    fixed(template)                    a template that is the same for all readers of a language
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Flask, current_app, g
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.web.static_files import static_url
from app.web.tones import initials, tone
from app.web.words import Words, words

_LOGO = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="#3f4bc4"/>'
    '<path d="M7 12.2 16 18l9-5.8" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"'
    ' stroke-linejoin="round"/><path d="M9 20.5c2 3 4.4 4.3 7 4.3s5-1.3 7-4.3" fill="none" stroke="#ffd66b"'
    ' stroke-width="2.4" stroke-linecap="round"/></svg>'
)
_SMILEY_ID = "smiley-{}-0"


def init_app(app: Flask) -> None:
    parts = (icon, avatar, face, chip, notice, csrf, empty, logo, csrf_token, unique_id, fixed)
    app.jinja_env.globals.update({part.__name__: part for part in parts})


def fixed(name: str) -> Markup:
    """A template that has nothing of the request in it but the language, drawn once."""
    return _fixed(name, words(), static_url("vendor/icons.svg"))


@lru_cache(maxsize=200)
def _fixed(name: str, reader: Words, _sprite: str) -> Markup:
    drawn = current_app.jinja_env.get_template(name).render(_=reader.text)
    return Markup(drawn)  # noqa: S704 (a template of ours, which escapes)


def icon(name: str, label: str = "", **more: str) -> Markup:
    return _icon(static_url("vendor/icons.svg"), name, label, more.get("class", "") if more else "")


@lru_cache(maxsize=2000)
def _icon(sprite: str, name: str, label: str, css: str) -> Markup:
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon{}" {}><use href="{}#{}"/></svg>').format(
        f" {css}" if css else "", meaning, sprite, name
    )


@lru_cache(maxsize=8000)
def avatar(name: str, size: str = "", key: str = "") -> Markup:
    return Markup('<span class="avatar{} tone-{}" aria-hidden="true">{}</span>').format(
        f" avatar-{size}" if size else "", tone(key or name), initials(name)
    )


def face(face: str, size: str = "", label: str = "") -> Markup:
    """Every drawing has a gradient with an id of its own: one that two share vanishes with the one that is folded."""
    drawn = _drawn(current_app.jinja_env.get_template, face, 56 if size == "lg" else 22, label)
    return Markup(drawn.replace(_SMILEY_ID.format(face), unique_id("smiley")))  # noqa: S704 (our own template)


@lru_cache(maxsize=100)
def _drawn(template: Callable[[str], object], face: str, size: int, label: str) -> str:
    return str(template("ratings/_smiley.html").module.smiley(face, size, label))  # type: ignore[attr-defined]


def chip(text: str, tone: str = "", icon_name: str = "") -> Markup:
    return Markup('<span class="chip{}">{}<bdi class="truncate">{}</bdi></span>').format(
        f" chip-{tone}" if tone else "", icon(icon_name) if icon_name else "", text
    )


def notice(text: str, tone: str = "", icon_name: str = "info-circle") -> Markup:
    return Markup('<div class="notice{}" role="{}">{}<div>{}</div></div>').format(
        f" notice-{tone}" if tone else "", "alert" if tone == "bad" else "status", icon(icon_name), text
    )


def csrf() -> Markup:
    field: Markup | None = g._get_current_object().__dict__.get("csrf_field")  # type: ignore[attr-defined]
    if field is None:
        field = g.csrf_field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(
            generate_csrf()
        )
    return field


def csrf_token() -> str:
    """For the few places that are no field of a form."""
    token: str | None = g.get("csrf_text")
    if token is None:
        token = g.csrf_text = generate_csrf()
    return token


def empty(icon_name: str, title: str, text: str = "", caller: Callable[[], str] | None = None) -> Markup:
    more = Markup("<p>{}</p>").format(text) if text else ""
    inside = caller() if caller is not None else ""
    return Markup('<div class="empty">{}<h2>{}</h2>{}{}</div>').format(icon(icon_name), title, more, inside)


def logo() -> Markup:
    return _LOGO


def unique_id(prefix: str) -> str:
    """An element id used once on this page."""
    g.last_id = g.get("last_id", 0) + 1
    return f"{prefix}-{g.last_id}"
