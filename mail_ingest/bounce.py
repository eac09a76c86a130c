"""Pure: does this mail report that another mail was not delivered, to whom, and why?

Reports in the standard form are read field by field (RFC 3464, in other scripts RFC 6533). Many servers still write
prose, in bounce_prose.
"""

import re
from dataclasses import dataclass

from mail_ingest.bounce_prose import (
    ADDRESS,
    MAX_DIAGNOSTIC,
    STATUS,
    Prose,
    above_copy,
    diagnostic_in,
    failed_header,
    is_from_server,
    read_prose,
    recipients_in,
    status_in,
)
from mail_ingest.bounce_subjects import PREFIXED, SUBJECT
from mail_ingest.header_address import Address
from mail_ingest.header_ids import first_id, read_ids
from mail_ingest.mime_report import (
    Fields,
    delivery_status,
    fields_in_text,
    original_id,
    quoted_id,
    returned_to,
)
from mail_ingest.mime_tree import Part

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
# What servers write instead of the five words (RFC 3464, section 2.3.3).
_OTHER_ACTIONS = (
    (re.compile(r"fail|undeliver|reject|error|bounce|denied|return|expire"), "failed"),
    (re.compile(r"delay|defer|warn|retr|temp|queue"), "delayed"),
    (re.compile(r"relay|forward|transfer"), "relayed"),
    (re.compile(r"deliver|success"), "delivered"),
    (re.compile(r"expan"), "expanded"),
)
_UNICODE = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_XTEXT = re.compile(r"\+(2B|3D)")


def find_bounce(root: Part, subject: str, sender: Address, text: str) -> Bounce | None:
    """The bounce in this mail; `text` is its readable text. None for any other mail, receipts included."""
    if root.params.get("report-type", "").lower() in ("disposition-notification", "feedback-report"):
        return None
    groups = delivery_status(root)
    if groups is not None and _is_report(root, subject, sender):
        return _from_status(root, groups, text)
    prose = read_prose(root, subject, sender, text)
    if prose is None:
        return None
    groups = fields_in_text(text)
    if groups:
        return _from_status(root, groups, text)
    return _from_prose(root, prose, text)


def _is_report(root: Part, subject: str, sender: Address) -> bool:
    """A status part elsewhere than in a report may be what somebody passes on."""
    if root.content_type == "multipart/report" or is_from_server(root, sender) or failed_header(root):
        return True
    by_hand = root.headers.has("user-agent") or root.headers.has("x-mailer") or bool(PREFIXED.match(subject))
    return bool(SUBJECT.match(subject)) and not by_hand


def _from_prose(root: Part, prose: Prose, text: str) -> Bounce:
    recipients = prose.recipients or returned_to(root, text)
    return Bounce(
        tuple(dict.fromkeys(item.lower() for item in recipients))[:MAX_RECIPIENTS],
        prose.status,
        prose.diagnostic,
        original_id(root) or quoted_id(text) or _by_headers(root),
        "delayed" if prose.delayed else "failed",
    )


def _from_status(root: Part, groups: list[Fields], text: str) -> Bounce:
    reports = [group for group in groups if "final-recipient" in group or "original-recipient" in group]
    # Some servers forget the empty line between the two kinds of groups, or name nobody.
    reports = reports or [group for group in groups if "action" in group or "status" in group] or [{}]
    action = min((_action(group) for group in reports), key=_ACTIONS.index)
    grave = [group for group in reports if _action(group) == action]
    diagnostic = _diagnostic(grave) or (
        diagnostic_in(above_copy(text)) if action in ("failed", "delayed") else ""
    )
    return Bounce(
        tuple(dict.fromkeys(_named(root, grave, text, action)))[:MAX_RECIPIENTS],
        _status(grave, diagnostic),
        diagnostic[:MAX_DIAGNOSTIC],
        original_id(root)
        or first_id(groups[0].get("x-original-message-id", "") if groups else "")
        or quoted_id(text)
        or _by_headers(root),
        action,
    )


def _named(root: Part, grave: list[Fields], text: str, action: str) -> list[str]:
    values = [
        _typed(group.get(name, "")) for group in grave for name in ("original-recipient", "final-recipient")
    ]
    found = [address[0].lower() for address in map(ADDRESS.findall, values) if address]
    if found or action not in ("failed", "delayed"):
        return found
    others = failed_header(root) or recipients_in(above_copy(text)) or returned_to(root, text)
    return [item.lower() for item in others]


def _diagnostic(grave: list[Fields]) -> str:
    stated = next((group["diagnostic-code"] for group in grave if group.get("diagnostic-code")), "")
    return " ".join(_typed(stated).split())


def _status(grave: list[Fields], diagnostic: str) -> str:
    """The status field; a server that says x.0.0 there often says more in its words."""
    stated = next(
        (found[1] for found in (_ANY_STATUS.search(group.get("status", "")) for group in grave) if found), ""
    )
    told = STATUS.search(diagnostic)
    if told and (not stated or (stated[1:] == ".0.0" and told[1][0] == stated[0])):
        return told[1]
    return stated or status_in(diagnostic)


_ANY_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def _action(group: Fields) -> str:
    stated = group.get("action", "").strip().lower()
    word = re.split(r"[\s(;]", stated, maxsplit=1)[0]
    if word in _ACTIONS:
        return word
    other = next((action for pattern, action in _OTHER_ACTIONS if pattern.search(stated[:40])), "")
    return other or {"2": "delivered", "4": "delayed"}.get(group.get("status", "").strip()[:1], "failed")


def _typed(value: str) -> str:
    """ "rfc822; a@b" without its type; "utf-8; \\x{43E}@b" as it reads (RFC 6533, section 3)."""
    kind, semicolon, rest = value.partition(";")
    plain = rest.strip() if semicolon and len(kind) < 20 else value.strip()
    plain = _UNICODE.sub(lambda match: _letter(match[1]), plain)
    return _XTEXT.sub(lambda match: chr(int(match[1], 16)), plain)


def _letter(code: str) -> str:
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\N{REPLACEMENT CHARACTER}"


def _by_headers(root: Part) -> str:
    headers = root.headers
    answered = first_id(headers.ascii("in-reply-to"))
    return answered or next(iter(reversed(read_ids(headers.ascii("references")))), "")
