"""Pure: a frozen `Letter` becomes an EmailMessage.

The same letter always gives the same bytes, so that a second try is the same mail: the date is when it was written,
multipart boundaries come from the Message-ID, and nothing asks a clock or a random source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.outgoing.ids import ascii_domain, mark_of
from app.outgoing.letter import File, Letter
from app.outgoing.recipients import Mailable
from app.outgoing.words import words_in

FACES = ("good", "okay", "bad")
EMOJI = {"good": "🙂", "okay": "😐", "bad": "🙁"}
_TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ID_HEADERS = ("references", "in-reply-to", "content-id")
_STYLES = {
    "p": "margin:0 0 14px",
    "ul": "margin:0 0 14px;padding-left:24px",
    "ol": "margin:0 0 14px;padding-left:24px",
    "li": "margin:0 0 4px",
    "h1": "margin:0 0 14px;font-size:18px;line-height:1.35",
    "blockquote": "margin:0 0 14px;padding-left:12px;border-left:3px solid #c8ced6",
    "pre": "margin:0 0 14px;padding:10px 12px;white-space:pre-wrap;font-family:Consolas,Menlo,monospace;font-size:13px",
    "code": "font-family:Consolas,Menlo,monospace;font-size:13px",
    "a": "color:#0b62c4",
    "img": "max-width:100%;height:auto",
}
# A signature stands closer together.
_CLOSE = {
    name: _STYLES[name].replace("0 0 14px", "0 0 6px")
    for name in ("p", "ul", "ol", "h1", "blockquote", "pre")
}
_OPENING_TAG = re.compile(r"<(p|ul|ol|li|h1|blockquote|pre|code|a|img)(?=[ >])")
_SIGNED_WITH = re.compile(r'<img src="cid:(picture\.[0-9a-f]{64})" alt="([^"]*)">')
_PICTURE_NAME = re.compile(r'src="cid:([^"]{1,300})"')


class _LetterPolicy(EmailPolicy):
    """Folds lists of Message-IDs at their spaces only; the library would wrap a long one in an encoded word."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _ID_HEADERS:
            return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _ID_HEADERS:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


# 7bit: the library then chooses quoted-printable or base64, and no server on the way has to support more.
_ASCII = _LetterPolicy(linesep="\r\n", cte_type="7bit")
_UTF8 = _LetterPolicy(linesep="\r\n", cte_type="7bit", utf8=True)


def load_templates() -> None:
    """Before a fork: else each process that writes a letter translates them to Python for itself."""
    for name in _ENVIRONMENT.list_templates():
        _ENVIRONMENT.get_template(name)


def compose(letter: Letter) -> EmailMessage:
    """The whole mail. Raises ValueError when a header value holds a control character."""
    policy = _UTF8 if needs_utf8(letter) else _ASCII
    mail = EmailMessage(policy=policy)
    for name, value in _headers(letter):
        mail[name] = value
    mail["MIME-Version"] = "1.0"
    bodies = _bodies(letter, policy)
    attached = [one for one in letter.files if not one.content_id]
    if attached:
        alternative = MIMEPart(policy=policy)
        _fill(alternative, "alternative", letter, bodies)
        _fill(mail, "mixed", letter, [alternative, *(_file(one, policy) for one in attached)])
    else:
        _fill(mail, "alternative", letter, bodies)
    return mail


def plain_text(letter: Letter) -> str:
    """The text part of the mail."""
    return _render("reply/body.txt", letter)


def html_of(letter: Letter) -> str:
    """The HTML part of the mail; its pictures are named `cid:<name>.<message id>`."""
    return _render("reply/body.html", letter)


def needs_utf8(letter: Letter) -> bool:
    """True when an address of the headers can only travel with SMTPUTF8 (RFC 6531)."""
    people = (letter.sender, *letter.to, *letter.cc)
    return not all(one.email.rpartition("@")[0].isascii() for one in people)


def _headers(letter: Letter) -> list[tuple[str, object]]:
    headers: list[tuple[str, object]] = [
        ("From", _addresses([letter.sender])),
        ("To", _addresses(letter.to)),
    ]
    if letter.cc:
        headers.append(("Cc", _addresses(letter.cc)))
    headers += [
        ("Subject", _checked(letter.subject)),
        ("Date", format_datetime(letter.written_at)),
        ("Message-ID", _ids([letter.message_id])),
    ]
    if letter.in_reply_to:
        headers.append(("In-Reply-To", _ids([letter.in_reply_to])))
    if letter.references:
        headers.append(("References", _ids(letter.references)))
    if letter.reply_to:
        headers.append(("Reply-To", _addresses([Mailable(letter.sender.name, letter.reply_to)])))
    headers.append(("X-Sincerely-Instance", _checked(letter.instance)))
    if letter.automatic:
        headers += _automatic_headers(letter)
    return headers


def _automatic_headers(letter: Letter) -> list[tuple[str, object]]:
    """RFC 3834, section 5, and what Exchange, old vacation programs and mail filters look for instead."""
    return [
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "auto_reply"),
        ("X-Loop", _checked(letter.sender.email)),
    ]


def _addresses(people: Iterable[Mailable]) -> list[Address]:
    return [_address(one) for one in people]


def _address(one: Mailable) -> Address:
    local, _, domain = _checked(one.email).rpartition("@")
    return Address(display_name=_checked(one.name), username=local, domain=ascii_domain(domain))


def _ids(names: Iterable[str]) -> str:
    checked = [_checked(name) for name in names]
    if any(char in name for name in checked for char in " <>") or not all(name.isascii() for name in checked):
        raise ValueError("a Message-ID holds a space, a bracket or a letter outside ASCII")
    return " ".join(f"<{name}>" for name in checked)


def _checked(value: str) -> str:
    if _UNSAFE.search(value):
        raise ValueError(f"a header value holds a control character: {value!r}")
    return value


def _bodies(letter: Letter, policy: EmailPolicy) -> list[MIMEPart]:
    """The same words twice: plain, and with their looks."""
    plain = MIMEPart(policy=policy)
    plain.set_content(plain_text(letter), subtype="plain", charset="utf-8")
    rich = MIMEPart(policy=policy)
    rich.set_content(html_of(letter), subtype="html", charset="utf-8")
    inside = [one for one in letter.files if one.content_id] + [one.file for one in letter.signed_with]
    pictures = [_shown(letter, one, policy) for one in inside]
    if letter.smileys is not None:
        pictures += [_picture(letter, face, policy) for face in FACES]
    if letter.logo:
        named = letter.look.logo_type.replace("image/", "logo.")
        pictures.append(_shown(letter, File(named, letter.look.logo_type, letter.logo, "logo"), policy))
    if pictures:
        related = MIMEPart(policy=policy)
        _fill(related, "related", letter, [rich, *pictures])
        related.set_param("type", "text/html")
        rich = related
    return [plain, rich]


def _fill(part: MIMEPart, subtype: str, letter: Letter, children: Iterable[MIMEPart]) -> None:
    digest = hashlib.sha256(f"{subtype} {letter.message_id}".encode()).hexdigest()[:32]
    part["Content-Type"] = f'multipart/{subtype}; boundary="=_{digest}"'
    part.set_payload([])
    for child in children:
        part.attach(child)


def _picture(letter: Letter, face: str, policy: EmailPolicy) -> MIMEPart:
    assert letter.smileys is not None
    part = MIMEPart(policy=policy)
    kind = letter.smileys.of(face).kind.removeprefix("image/")
    part.set_content(
        letter.smileys.pictures[face],
        "image",
        kind,
        disposition="inline",
        filename=f"{face}.{kind}",
        cid=f"<{_content_id(letter, face)}>",
    )
    return part


def _shown(letter: Letter, file: File, policy: EmailPolicy) -> MIMEPart:
    """A picture inside the text."""
    part = _file(file, policy, disposition="inline")
    part["Content-ID"] = f"<{_content_id(letter, file.content_id)}>"
    return part


def _content_id(letter: Letter, face: str) -> str:
    return f"{face}.{letter.message_id}"


def _file(file: File, policy: EmailPolicy, *, disposition: str = "attachment") -> MIMEPart:
    main, _, sub = file.content_type.partition("/")
    known = main in ("application", "audio", "font", "image", "text", "video") and re.fullmatch(
        r"[\w.+-]{1,80}", sub
    )
    main, sub = (main, sub) if known else ("application", "octet-stream")
    part = MIMEPart(policy=policy)
    part.set_content(
        file.content, main, sub, disposition=disposition, filename=_checked(file.filename) or "file"
    )
    return part


def _render(template: str, letter: Letter) -> str:
    head, _, lines = letter.quoted.partition("\n\n" if letter.forwarded else "\n")
    words = words_in(letter.smileys.language if letter.smileys else letter.language)
    usual = words.own_question if letter.smileys and letter.smileys.style == "line" else words.question
    rendered: str = _ENVIRONMENT.get_template(template).render(
        letter=letter,
        words=words,
        question=(letter.smileys.question if letter.smileys else "") or usual,
        faces=FACES,
        emoji=EMOJI,
        mark=mark_of(letter.message_id),
        content_id=lambda face: _content_id(letter, face),
        body=Markup(_with_styles(_with_pictures(letter, letter.html))),  # noqa: S704 (sanitised when it was written)
        signature=Markup(_with_styles(_signature(letter), _STYLES | _CLOSE)),  # noqa: S704 (the same)
        quote_head=head.splitlines(),
        quote_html=Markup(_with_pictures(letter, letter.quoted_html)) if letter.quoted_html else "",  # noqa: S704
        quote_lines=lines.splitlines()
        if letter.forwarded
        else [line.removeprefix(">").removeprefix(" ") for line in lines.splitlines()],
    )
    return rendered


def _with_pictures(letter: Letter, html: str) -> str:
    """The pictures that the letter carries, by the names they have in this mail."""
    carried = {file.content_id for file in letter.files if file.content_id}

    def named(match: re.Match[str]) -> str:
        return f'src="cid:{_content_id(letter, match[1])}"' if match[1] in carried else match[0]

    return _PICTURE_NAME.sub(named, html)


def _signature(letter: Letter) -> str:
    """With the pictures that the letter carries, at their size; in place of any other stand its words."""
    carried = {one.file.content_id: one for one in letter.signed_with}

    def named(match: re.Match[str]) -> str:
        one = carried.get(match[1])
        if one is None:
            return match[2]
        name = _content_id(letter, match[1])
        return f'<img src="cid:{name}" alt="{match[2]}" width="{one.width}" height="{one.height}" border="0">'

    return _SIGNED_WITH.sub(named, letter.signature_html)


def _with_styles(html: str, styles: Mapping[str, str] = _STYLES) -> str:
    """Many mail programs drop style sheets: what must look right is said on each element."""
    return _OPENING_TAG.sub(lambda match: f'<{match[1]} style="{styles[match[1]]}"', html)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(enabled_extensions=("html",)),
    )
    environment.globals["lines"] = str.splitlines
    return environment


_ENVIRONMENT = _environment()
