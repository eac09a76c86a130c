"""Pure: does this mail report that another mail was not delivered, to whom, and why?

Reports in the standard form are read field by field (RFC 3464). Many servers still write prose: it counts only when
the mail comes from a mail server and says in known words that something was not delivered.
"""

import re
from dataclasses import dataclass

from mail_ingest.header_address import Address
from mail_ingest.header_ids import first_id, read_ids
from mail_ingest.mime_report import Fields, delivery_status, original_id, quoted_id
from mail_ingest.mime_tree import Part

MAX_PROSE = 60_000
MAX_DIAGNOSTIC = 500
MAX_RECIPIENTS = 100


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about a mail of ours.

    `recipients` in lower case; `status` is an enhanced code such as "5.1.1" (RFC 3463) or ''; `diagnostic` the words
    of the server; `original_message_id` stands without brackets, '' when unknown; `action` is failed, delayed,
    delivered, relayed or expanded: only "failed" means that the letter did not arrive.
    """

    recipients: tuple[str, ...]
    status: str
    diagnostic: str
    original_message_id: str
    action: str = "failed"


_ACTIONS = ("failed", "delayed", "expanded", "relayed", "delivered")  # the gravest first
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,250}\w")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:#-])([45])[0-5]\d(?=[ \-:;,)]|$)", re.M)

_SERVER_NAMES = re.compile(
    r"mailer-?daemon|mail-daemon|postmaster|double-?bounce|mail delivery (?:sub)?system|mail delivery service"
    r"|mail administrator|microsoft outlook|system administrator|^bounces?$|daemon$",
    re.I,
)
_SUBJECT = re.compile(
    r"undeliver|un?deliverable|delivery (?:status|failure|has failed|failed|problem|report|delayed"
    r"|incomplete|error)"
    r"|mail delivery|returned mail|return(?:ed)? to sender|failure notice|could not be delivered"
    r"|non[- ]?delivery"
    r"|message (?:status|delayed|not delivered)|warning: |mail system error|delayed mail|rejected|bounce"
    r"|не ?достав|ошибка доставки|возвращен|возврат|задерж|unzustellbar|nicht zugestellt|zustellung"
    r"|non remis|échec"
    r"|no se (?:ha )?(?:puede|pudo|podido)|no entregad|mancata consegna|non recapitabile|não entregue|não foi"
    r"|onbestelbaar|niet bezorgd|niedostarcz|nie dostarczono|nedoruč|kunde inte|olevererbart|не"
    r" доставлено|не доставлен",
    re.I,
)
_FAILED = re.compile(
    r"could(?: not|n't) be delivered|cannot be delivered|can't be delivered|was(?: not|n't) delivered"
    r"|(?:not|n't) able to deliver|unable to deliver|couldn't deliver|failed to deliver|did not"
    r" reach|not be reached"
    r"|delivery (?:has )?failed|delivery to the following|delivery failure|permanent (?:fatal"
    r" )?error|undeliverable"
    r"|undelivered|address(?:\(es\)|es)? failed|had (?:permanent|transient)|message (?:was"
    r" )?blocked|address not found"
    r"|user unknown|unknown user|no such user|mailbox (?:is )?(?:full|unavailable)|recipient"
    r" rejected|returned to sender"
    r"|has been rejected|delivery error|giving up|не может быть доставлен|не (?:было|был|удалось"
    r"|может быть) ?доставл"
    r"|не удалось доставить|не доставлен|невозможно доставить|недоставлен|konnte nicht zugestellt"
    r"|nicht zugestellt werden|n'a pas (?:pu|été)|n’a pas (?:pu|été)|no se (?:ha )?(?:pudo|podido"
    r"|puede)|non (?:è|e') stat"
    r"|impossibile (?:recapitare|consegnare)|não (?:pôde|foi)|kon niet worden|nie (?:mógł|mogła"
    r"|udało)|nelze doručit"
    r"|kunde inte levereras|has not been delivered|not yet been delivered|delayed|temporary problem"
    r"|delivery incomplete",
    re.I,
)
_DELAYED = re.compile(
    r"will (?:be )?(?:retr|keep trying|continue|try)|retried|retrying|continue to (?:be )?(?:try"
    r"|attempt)|still being"
    r"|(?:has )?(?:not yet been|been delayed)|delivery (?:is |has been )?delayed|delayed \d|warning"
    r" message only"
    r"|need(?: to)? (?:not )?do (?:anything|nothing)|do not (?:need to )?resend|no action is required"
    r"|will be attempted|attempts will|temporary problem|попытки (?:доставки|отправки)|повторн"
    r"|задерж|ещё не доставлен"
    r"|еще не доставлен|verzögert|weitere (?:zustell)?versuche|retard[ée]|nouvelles tentatives"
    r"|retras|ritard|opóźni",
    re.I,
)
_FINAL = re.compile(
    r"giving up|gave up|given up|permanent(?:ly)? (?:fatal |delivery )?(?:error|failure|rejected)"
    r"|failed permanently"
    r"|error is permanent|retry timeout exceeded|been (?:in the queue|queued) too long|(?:will not"
    r"|won't) be retried"
    r"|expired|окончательно|прекращен|endgültig|définitivement|(?<![\d.])5\.\d\.\d",
    re.I,
)
_DELAY_SUBJECT = re.compile(r"delay|warning|still|задерж|verzöger|retard|retras|ritard|opóźni", re.I)
_COPY_BELOW = re.compile(
    r"^.{0,20}(?:below this line is a copy|this is a copy of|the header of the original|original"
    r" message|copy of the message"
    r"|returned message|message header|исходное (?:письмо|сообщение)|текст (?:письма|сообщения)|заголовк"
    r"|received: (?:from|by)|return-path: )",
    re.I | re.M,
)
_LISTED = re.compile(
    r"^[ \t>*•-]{0,12}(?:<|mailto:|to: |rfc822; ?)?([^\s<>:;,()]{1,64}@[^\s<>:;,()]{1,250})>?(?:[ \t:;,(]|$)",
    re.M,
)
_NEAR = re.compile(
    r"(?:deliver|to|recipient|address|for|адрес\w*|получател\w*|an|à|a)[ \t\n"
    r":'\"<]{1,8}([^\s<>:;,()'\"]{1,64}@[^\s<>:;,()'\"]{1,250})",
    re.I,
)


def find_bounce(root: Part, subject: str, sender: Address, text: str) -> Bounce | None:
    """The bounce in this mail; `text` is its readable text. None for any other mail, receipts included."""
    status = delivery_status(root)
    if status is not None:
        return _from_status(root, status, text)
    if root.params.get("report-type", "").lower() in ("disposition-notification", "feedback-report"):
        return None
    return _from_prose(root, subject, sender, text[:MAX_PROSE])


def _from_status(root: Part, groups: list[Fields], text: str) -> Bounce:
    reports = [group for group in groups if "final-recipient" in group or "original-recipient" in group]
    # Some servers forget the empty line between the two kinds of groups, or name nobody.
    reports = reports or [group for group in groups if "action" in group or "status" in group] or [{}]
    action = min((_action(group) for group in reports), key=_ACTIONS.index)
    grave = [group for group in reports if _action(group) == action]
    recipients = [
        _typed(group.get(name, "")) for group in grave for name in ("original-recipient", "final-recipient")
    ]
    found = [address[0].lower() for address in (_ADDRESS.findall(item) for item in recipients) if address]
    named = (
        found
        or [item.lower() for item in _failed_recipients(root)]
        or (_recipients(text, "") if action == "failed" else [])
    )
    diagnostic = next(
        (_typed(group["diagnostic-code"]) for group in grave if group.get("diagnostic-code")), ""
    )
    status = next(
        (match[1] for match in (_STATUS.search(group.get("status", "")) for group in grave) if match), ""
    )
    return Bounce(
        tuple(dict.fromkeys(named))[:MAX_RECIPIENTS],
        status or _status_in(diagnostic),
        " ".join(diagnostic.split())[:MAX_DIAGNOSTIC],
        original_id(root)
        or first_id(groups[0].get("x-original-message-id", "") if groups else "")
        or _by_headers(root),
        action,
    )


def _action(group: Fields) -> str:
    stated = re.split(r"[\s(;]", group.get("action", "").strip().lower(), maxsplit=1)[0]
    if stated in _ACTIONS:
        return stated
    return {"2": "delivered", "4": "delayed"}.get(group.get("status", "").strip()[:1], "failed")


def _typed(value: str) -> str:
    """ "rfc822; a@b" without its type."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and len(kind) < 20 else value.strip()


def _from_prose(root: Part, subject: str, sender: Address, text: str) -> Bounce | None:
    failed = _failed_recipients(root)
    if not failed and not _from_server(root, sender):
        return None
    prose = _above_copy(text)
    flat = " ".join(prose.split())
    says_so = bool(_FAILED.search(flat[:6000]))
    known_subject = bool(_SUBJECT.search(subject))
    if not failed and not (says_so and (known_subject or _status_in(prose))):
        return None
    recipients = failed or _recipients(prose, sender.email)
    if not recipients and not known_subject:
        return None
    return Bounce(
        tuple(dict.fromkeys(item.lower() for item in recipients))[:MAX_RECIPIENTS],
        _status_in(prose),
        _diagnostic(prose),
        original_id(root) or quoted_id(text) or _by_headers(root),
        "delayed" if _is_delay(subject, flat) else "failed",
    )


def _from_server(root: Part, sender: Address) -> bool:
    local = sender.email.partition("@")[0]
    null_sender = root.headers.ascii("return-path").replace(" ", "") == "<>"
    return null_sender or bool(_SERVER_NAMES.search(local) or _SERVER_NAMES.search(sender.name))


def _failed_recipients(root: Part) -> list[str]:
    return _ADDRESS.findall(root.headers.ascii("x-failed-recipients"))


def _above_copy(text: str) -> str:
    """The server's own words, without the returned mail below them."""
    copy = _COPY_BELOW.search(text, 1)
    return text[: copy.start()] if copy and copy.start() > 40 else text


def _recipients(prose: str, sender: str) -> list[str]:
    listed = _LISTED.findall(prose) or _NEAR.findall(prose)
    cleaned = (match[0] for match in (_ADDRESS.findall(item) for item in listed) if match)
    own = {sender} if sender else set()
    return [item for item in dict.fromkeys(address.lower() for address in cleaned) if item not in own]


def _is_delay(subject: str, prose: str) -> bool:
    if _DELAY_SUBJECT.search(subject) and not _FINAL.search(prose):
        return True
    return bool(_DELAYED.search(prose)) and not _FINAL.search(prose)


def _status_in(text: str) -> str:
    exact = _STATUS.search(text)
    if exact:
        return exact[1]
    reply = _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else ""


def _diagnostic(prose: str) -> str:
    """The line with the server's code and the one behind it, else the first line that says what happened."""
    lines = [line.strip() for line in prose.split("\n")]
    for pattern in (_REPLY, _STATUS, _FAILED):
        for index, line in enumerate(lines):
            if pattern.search(line):
                return " ".join((line + " " + (lines[index + 1] if index + 1 < len(lines) else "")).split())[
                    :MAX_DIAGNOSTIC
                ]
    return ""


def _by_headers(root: Part) -> str:
    headers = root.headers
    answered = first_id(headers.ascii("in-reply-to")) or next(
        iter(reversed(read_ids(headers.ascii("references")))), ""
    )
    return answered
