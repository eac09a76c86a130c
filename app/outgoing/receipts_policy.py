"""Pure: may this letter be answered by a program? Every no has a reason that can be read.

Whoever answers by himself is answered by programs that do the same, and can be made to write to people who never
wrote to us. So a receipt goes only to somebody who seems to be a person, who wrote just now, and whose address is
not one that programs use (RFC 3834, section 2).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.outgoing.ids import ascii_domain
from app.outgoing.recipients import is_mailable

# A receipt that comes a day after the letter tells nobody anything.
TOO_LATE = timedelta(hours=24)
# Only a word for "unknown" and two for what the checking server said (RFC 8601).
UNCHECKED, ALIGNED, NOT_ALIGNED = "", "aligned", "not aligned"

_SEPARATORS = re.compile(r"[-_.]+")
_ROLES = frozenset(
    "noreply noreplay donotreply dontreply nepasrepondre noresponder naoresponda nichtantworten nonrispondere"
    " neotvechat mailerdaemon maildaemon daemon postmaster hostmaster bounce bounces bouncing returns returnpath"
    " doublebounce autoreply autoresponder autoresponse automail automated automatic robot bot nobody null"
    " devnull listserv majordomo mailman sympa root cron wwwdata apache nagios zabbix monitoring monitor alert"
    " alerts notification notifications notify newsletter newsletters mailing mailings news unsubscribe"
    " subscribe dmarc dmarcreport feedbackloop fbl abusereport system mdaemon mailsystem verify verification"
    " unknownsender".split()
)
# support-bounces@, owner-list@, list-request@, bounce+x=y@, no-reply-17@ and their kin.
_ROLE_PART = re.compile(
    r"(?:^|[-_.+=])(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|dont[-_.]?reply|bounces?|owner|errors|mailer[-_.]?daemon"
    r"|auto[-_.]?(?:reply|responder|response)|listserv)(?:[-_.+=]|$)"
    r"|^owner-|-(?:owner|request|return|bounces?|errors|admin|confirm|unsubscribe)$|^return-|^(?:srs[01]|prvs|msprvs1|btv1)[=+]",
)


@dataclass(frozen=True)
class Opening:
    """What is known of the letter that opened a ticket. `sender` is its From; times are aware UTC.

    `automatic` says why a program wrote it, None for a person. `from_an_instance`: it carries the header of a
    helpdesk like this one. `again`: it was set aside before, or put somewhere by hand. `known`: one of us has
    written to this address before. `passed_on`: a colleague forwarded what its sender wrote to somebody else.
    """

    sender: str
    arrived_at: datetime
    automatic: str | None = None
    null_sender: bool = False
    from_an_instance: bool = False
    history: bool = False
    again: bool = False
    held: bool = False
    known: bool = False
    passed_on: bool = False
    authentication: str = UNCHECKED


def why_no_receipt(opening: Opening, *, ours: Collection[str], checked: bool, now: datetime) -> str:
    """Why no receipt may go to the sender of this letter, '' when it may.

    `ours`: the addresses of our mailboxes. `checked`: the mailbox names a server whose verdict on senders we
    believe, so an unproven sender is a stranger's word.
    """
    return _by_letter(opening, now) or _by_address(opening.sender, ours) or _by_proof(opening, checked)


def _by_letter(opening: Opening, now: datetime) -> str:
    if opening.automatic is not None:
        return "automatic mail is never answered automatically"
    if opening.null_sender:
        return "its envelope has no sender"
    if opening.from_an_instance:
        return "it comes from a helpdesk"
    if opening.history:
        return "it is from before this mailbox was connected"
    if opening.again:
        return "it was set aside before"
    if opening.held or opening.passed_on:
        return "it is held" if opening.held else "its sender did not write to us"
    if now - opening.arrived_at > TOO_LATE:
        return "it arrived long ago"
    return ""


def _by_address(sender: str, ours: Collection[str]) -> str:
    if not is_mailable(sender):
        return "its sender has no address that can be written to"
    if bare_address(sender) in {bare_address(address) for address in ours}:
        return "it comes from one of our own addresses"
    if is_role(sender):
        return "nobody reads what is sent to its sender"
    return ""


def _by_proof(opening: Opening, checked: bool) -> str:
    if checked and opening.authentication != ALIGNED and not opening.known:
        return "its sender is not proven"
    return ""


def is_role(email: str) -> bool:
    """True for addresses that programs use: no-reply@, mailer-daemon@, list-owner@, bounce+x@."""
    local = email.rpartition("@")[0].lower()
    plain = local.partition("+")[0]
    bare = _SEPARATORS.sub("", plain.rstrip("0123456789"))
    return not plain or bare in _ROLES or bool(_ROLE_PART.search(local))


def bare_address(email: str) -> str:
    """The address as one person has it: without case, without a sub-address, its domain as it travels."""
    local, _, domain = email.strip().lower().rpartition("@")
    plain = local.partition("+")[0] or local
    return f"{plain}@{ascii_domain(domain)}"
