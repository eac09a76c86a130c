"""Part of parsing: a calendar invitation (RFC 5545) in a few readable lines."""

import re

from mail_ingest.charset import decode_bytes

MAX_EVENTS = 20
MAX_SIZE = 200_000

_WHEN = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{0,2}(Z?))?")
_METHODS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Other time",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}
_ESCAPE = re.compile(r"\\([nN,;\\:])")


def read_calendar(content: bytes, charset: str) -> str:
    """The summary of a calendar file. Lines are unfolded as bytes: some programs fold in the middle of a letter."""
    plain = content[:MAX_SIZE].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return calendar_summary(decode_bytes(plain.replace(b"\n ", b"").replace(b"\n\t", b""), charset))


def calendar_summary(calendar: str) -> str:
    """Title, time, place, organiser and description of the first events, '' when there are none."""
    lines = calendar[:MAX_SIZE].replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n")
    method = "Invitation"
    events: list[dict[str, str]] = []
    inside = False
    for line in lines:
        name, _, value = line.partition(":")
        key = name.partition(";")[0].strip().upper()
        if key == "METHOD":
            method = _METHODS.get(value.strip().upper(), "Event")
        elif key in ("BEGIN", "END"):
            kind = value.strip().upper()
            if key == "BEGIN" and kind in ("VEVENT", "VTODO"):
                events.append({})
            inside = kind in ("VEVENT", "VTODO") if key == "BEGIN" else kind == "VALARM"
        elif inside and events and value.strip():
            events[-1].setdefault(key, _value(key, name, value.strip()))
    return "\n\n".join(_event_text(method, event) for event in events[:MAX_EVENTS] if event)


def _value(key: str, name: str, value: str) -> str:
    if key in ("DTSTART", "DTEND", "DUE"):
        return _moment(name, value)
    if key in ("ORGANIZER", "ATTENDEE"):
        return _person(name, value)
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _moment(name: str, value: str) -> str:
    found = _WHEN.match(value)
    if not found:
        return value[:40]
    year, month, day, hour, minute, utc = found.groups()
    zone = re.search(r"TZID=\"?([^;:\"]{1,60})", name, re.I)
    clock = f" {hour}:{minute}" if hour else ""
    return f"{year}-{month}-{day}{clock}" + (" UTC" if utc else f" ({zone[1]})" if zone and hour else "")


def _person(name: str, value: str) -> str:
    shown = re.search(r"CN=\"?([^;:\"]{1,200})", name, re.I)
    answer = re.search(r"PARTSTAT=([A-Z-]{1,20})", name, re.I)
    address = value[7:] if value.lower().startswith("mailto:") else value
    text = (
        f"{shown[1].strip()} <{address}>"
        if shown and shown[1].strip().lower() != address.lower()
        else address
    )
    return text + (f" ({_ANSWERS[answer[1].upper()]})" if answer and answer[1].upper() in _ANSWERS else "")


def _event_text(method: str, event: dict[str, str]) -> str:
    lines = [f"{method}: {event.get('SUMMARY', '(no title)')}"]
    start, end = event.get("DTSTART", ""), event.get("DTEND", "")
    if start:
        lines.append(f"When: {start}" + (f" - {end}" if end else ""))
    if event.get("LOCATION"):
        lines.append(f"Where: {event['LOCATION']}")
    if event.get("ORGANIZER"):
        lines.append(f"Organiser: {event['ORGANIZER']}")
    if method.startswith("Answer") and event.get("ATTENDEE"):
        lines.append(f"From: {event['ATTENDEE']}")
    if event.get("DESCRIPTION", "").strip():
        lines.extend(("", event["DESCRIPTION"].strip()))
    return "\n".join(lines)
