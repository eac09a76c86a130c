"""The alarms in the reader's language, for the banner above the inbox and on the page of mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.blobs import BlobStore
from app.db import now, reading
from app.mailboxes.alarms import Alarm, AlarmKind, alarms
from app.outgoing.unfinished import unfinished
from app.settings import Settings


@dataclass(frozen=True)
class AlarmLine:
    """One sentence, and where to do something about it; '' when this agent cannot."""

    kind: str
    text: str
    url: str
    grave: bool


def alarm_lines() -> list[AlarmLine]:
    """Everything that is wrong now, the gravest first; for templates."""
    settings: Settings = current_app.config["SETTINGS"]
    blobs: BlobStore = current_app.extensions["blobs"]
    free = blobs.free_mb()
    at = now()
    with reading() as session:
        found = alarms(
            session,
            now=at,
            silence=timedelta(minutes=settings.silence_alarm_minutes),
            low_disk_mb=free if free < settings.disk_floor_mb else None,
            counts=[unfinished(at)],
        )
    return [
        AlarmLine(alarm.kind, alarm_words(alarm), _where(alarm), alarm.kind != AlarmKind.PARKED)
        for alarm in found
        if alarm.mailbox_id is None or g.rights is None or g.rights.sees(alarm.mailbox_id)
    ]


def alarm_words(alarm: Alarm) -> str:
    return _WORDINGS[alarm.kind](alarm)


def _silent(alarm: Alarm) -> str:
    if alarm.words:
        return _(
            "No mail can be fetched from %(mailbox)s: %(error)s", mailbox=alarm.mailbox, error=_(alarm.words)
        )
    return _(
        "Nobody has looked for mail in %(mailbox)s for a while. Is the poller running?", mailbox=alarm.mailbox
    )


def _token(alarm: Alarm) -> str:
    if alarm.words or alarm.since is not None:
        return _(
            "The permission to use %(mailbox)s is refused: %(error)s",
            mailbox=alarm.mailbox,
            error=_(alarm.words) if alarm.words else "?",
        )
    return ngettext(
        "The permission to use %(mailbox)s ends in %(num)d day.",
        "The permission to use %(mailbox)s ends in %(num)d days.",
        alarm.number,
        mailbox=alarm.mailbox,
    )


_WORDINGS: dict[str, Callable[[Alarm], str]] = {
    AlarmKind.DISK: lambda alarm: _(
        "The disk is almost full (%(n)s MB free): no mail is fetched until there is room.", n=alarm.number
    ),
    AlarmKind.DAMAGED: lambda alarm: ngettext(
        "The stored bytes of %(num)d mail of %(mailbox)s are damaged. Look at the disk, and at your backup.",
        "The stored bytes of %(num)d mails of %(mailbox)s are damaged. Look at the disk, and at your backup.",
        alarm.number,
        mailbox=alarm.mailbox,
    ),
    AlarmKind.SILENT: _silent,
    AlarmKind.TOKEN: _token,
    AlarmKind.UNDECIDED: lambda alarm: ngettext(
        "%(num)d mail to %(mailbox)s has waited more than ten minutes for a decision.",
        "%(num)d mails to %(mailbox)s have waited more than ten minutes for a decision.",
        alarm.number,
        mailbox=alarm.mailbox,
    ),
    AlarmKind.WITHHELD: lambda alarm: ngettext(
        "The server lists %(num)d mail in %(mailbox)s that it does not hand over.",
        "The server lists %(num)d mails in %(mailbox)s that it does not hand over.",
        alarm.number,
        mailbox=alarm.mailbox,
    ),
    AlarmKind.AUTOMATIC: lambda alarm: _(
        "Too many automatic answers left %(mailbox)s within an hour: no more are sent for now.",
        mailbox=alarm.mailbox,
    ),
    AlarmKind.DELIVERY: lambda alarm: ngettext(
        "%(num)d reply from %(mailbox)s did not arrive, or may not have.",
        "%(num)d replies from %(mailbox)s did not arrive, or may not have.",
        alarm.number,
        mailbox=alarm.mailbox,
    ),
    AlarmKind.PARKED: lambda alarm: ngettext(
        "%(num)d letter to %(mailbox)s is parked and waits for you.",
        "%(num)d letters to %(mailbox)s are parked and wait for you.",
        alarm.number,
        mailbox=alarm.mailbox,
    ),
}


def _where(alarm: Alarm) -> str:
    if alarm.kind == AlarmKind.PARKED:
        return url_for("parked.index")
    if alarm.kind == AlarmKind.DELIVERY:
        return url_for("inbox.view", view="open")
    return url_for("mailboxes.index") if g.agent is not None and g.agent.is_admin else ""
