"""What a bulk action did, and what it left alone and why, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from app.tickets.bulk import Report

# A longer list of numbers tells nobody more.
MOST_NAMED = 5


def report_text(report: Report) -> str:
    """ "3 tickets closed. Left alone: #7 (merged into another one)." """
    number = len(report.done)
    done = _back(number) if report.undone else _done(report.kind, report.value, number)
    skipped = [_skipped(why, ids, report) for why, ids in sorted(report.skipped.items())]
    return " ".join([done if number else _("Nothing was changed."), *skipped])


def _done(kind: str, value: str, number: int) -> str:
    if kind == "status":
        kind = f"status:{value}"
    if kind == "assign" and not value:
        kind = "unassign"
    words = {
        "assign": ngettext("%(num)s ticket assigned.", "%(num)s tickets assigned.", number),
        "unassign": ngettext("%(num)s ticket given to nobody.", "%(num)s tickets given to nobody.", number),
        "team": ngettext("Team of %(num)s ticket changed.", "Team of %(num)s tickets changed.", number),
        "mailbox": ngettext(
            "%(num)s ticket moved to another mailbox.", "%(num)s tickets moved to another mailbox.", number
        ),
        "priority": ngettext(
            "Priority of %(num)s ticket changed.", "Priority of %(num)s tickets changed.", number
        ),
        "status:open": ngettext("%(num)s ticket opened.", "%(num)s tickets opened.", number),
        "status:waiting": ngettext(
            "%(num)s ticket waits for the customer.", "%(num)s tickets wait for the customer.", number
        ),
        "status:closed": ngettext("%(num)s ticket closed.", "%(num)s tickets closed.", number),
        "snooze": ngettext("%(num)s ticket snoozed.", "%(num)s tickets snoozed.", number),
        "spam": ngettext("%(num)s ticket is spam.", "%(num)s tickets are spam.", number),
        "trash": ngettext("%(num)s ticket is in the trash.", "%(num)s tickets are in the trash.", number),
        "tag": ngettext("%(num)s ticket tagged.", "%(num)s tickets tagged.", number),
        "untag": ngettext("Tag taken off %(num)s ticket.", "Tag taken off %(num)s tickets.", number),
        "merge": ngettext(
            "%(num)s ticket merged into another one.", "%(num)s tickets merged into another one.", number
        ),
        "read": ngettext("%(num)s ticket marked as read.", "%(num)s tickets marked as read.", number),
        "unread": ngettext("%(num)s ticket marked as unread.", "%(num)s tickets marked as unread.", number),
    }
    return str(words.get(kind, ""))


def _back(number: int) -> str:
    return str(ngettext("%(num)s ticket is as before.", "%(num)s tickets are as before.", number))


def _skipped(why: str, ids: list[int], report: Report) -> str:
    named = ", ".join(f"#{one}" for one in ids[:MOST_NAMED])
    if len(ids) > MOST_NAMED:
        named = _("%(named)s and %(more)s more", named=named, more=len(ids) - MOST_NAMED)
    words = {
        "same": _("So already: %(named)s.", named=named),
        "merged": _("Merged into another ticket meanwhile: %(named)s.", named=named),
        "gone": _("Not there, or not yours to see: %(named)s.", named=named),
        "changed": _("Changed by somebody since, and left as it is: %(named)s.", named=named),
    }
    if why in words:
        return str(words[why])
    reasons = " ".join(_(text) for text in report.texts)
    return str(_("Left alone: %(named)s. %(reasons)s", named=named, reasons=reasons))
