"""/settings: the hub that names every page of administration; the log; and the state of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts import audit
from app.accounts.queries import agent_names
from app.accounts.rights import Rights
from app.automation import trouble
from app.db import now, reading
from app.mailboxes.queries import mailbox_names
from app.reports import state
from app.settings import Settings
from app.web.audit_words import audit_detail, audit_title
from app.web.auth import audit_required, login_required
from app.web.forms import number
from app.web.health_words import figures, process_name, process_note

bp = Blueprint("administration", __name__, url_prefix="/settings")
# Enough to notice a change behind our back soon; the command looks at all of them.
CHECKED = 1000


@dataclass(frozen=True)
class Place:
    """One page of administration and what it is for. `who`: the right it needs, a property of Rights."""

    text: str
    about: str
    icon: str
    endpoint: str
    who: str = ""

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


@bp.get("")
@login_required
def index() -> Any:
    groups = [(title, [one for one in places if _open_to(one, g.rights)]) for title, places in _groups()]
    with reading() as session:
        # Who may open the page of rules is told here that one of them needs an eye.
        troubled = trouble.in_trouble(session) if g.rights.may_audit else []
    marks = (
        {"rules.index": ngettext("%(num)s is broken", "%(num)s are broken", len(troubled))}
        if troubled
        else {}
    )
    return render_template("settings/index.html", groups=[group for group in groups if group[1]], marks=marks)


@bp.get("/log")
@audit_required
def log() -> Any:
    """Newest first; by kind and by who did it."""
    kind, agent_id = request.args.get("kind", ""), number(request.args.get("agent", ""))
    with reading() as session:
        page = audit.page(session, kind=kind, agent_id=agent_id, after=request.args.get("after", ""))
        return render_template(
            "settings/log.html",
            page=page,
            kind=kind,
            agent_id=agent_id,
            kinds=[(one, audit_title(one)) for one in audit.kinds(session)],
            agents=agent_names(session),
            mailboxes=mailbox_names(session),
            title_of=audit_title,
            detail_of=audit_detail,
        )


@bp.get("/health")
@audit_required
def health() -> Any:
    """Everything is read from the database and the disk; nobody else is asked."""
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as session:
        found = state.gather(session, settings, now=now())
        broken = audit.first_broken(session, newest=CHECKED)
        return render_template(
            "settings/health.html",
            state=found,
            groups=figures(found),
            broken=broken,
            troubled=trouble.in_trouble(session),
            process_name=process_name,
            process_note=process_note,
        )


def _open_to(place: Place, rights: Rights) -> bool:
    if place.endpoint not in current_app.view_functions:
        return False
    # Auditors read every page of administration but the one that connects a mailbox.
    reads = rights.may_audit and place.endpoint != "assistant.new"
    return not place.who or reads or bool(getattr(rights, place.who))


def _groups() -> list[tuple[str, list[Place]]]:
    return [
        (_("You"), _own()),
        (_("Mail"), _mail()),
        (_("People"), _people()),
        (_("This installation"), _installation()),
        (_("Working"), _working()),
    ]


def _own() -> list[Place]:
    return [
        Place(
            _("Your profile"),
            _("Name, language, time zone, signature, password and where you are signed in."),
            "gear",
            "profile.show",
        ),
        Place(
            _("Your notices"),
            _("Of what you are told on the screen and by e-mail, at once or once a day."),
            "bell",
            "notices.settings",
        ),
    ]


def _people() -> list[Place]:
    return [
        Place(
            _("Agents"),
            _("Who signs in, with which role and for which mailboxes; leaving, and handing over."),
            "person-plus",
            "agents.index",
            "may_audit",
        ),
        Place(
            _("Teams"),
            _("Who answers together, and how new tickets find their agent."),
            "people",
            "teams.index",
            "may_lead",
        ),
    ]


def _mail() -> list[Place]:
    return [
        Place(
            _("Mailboxes"),
            _("What was fetched, what became of it, and the settings of each mailbox."),
            "mailbox",
            "mailboxes.index",
        ),
        Place(
            _("Connect a mailbox"),
            _("Three steps: address, servers, which mail comes along."),
            "plus-lg",
            "assistant.new",
            "may_administer",
        ),
        Place(
            _("How mails look"),
            _("Company name, logo, colour and footer of mails and of the rating page."),
            "image",
            "branding.show",
            "may_administer",
        ),
        Place(
            _("Asking for ratings"),
            _(
                "When replies ask how they were, in which words, with which faces; and winning back the unhappy."
            ),
            "emoji-smile",
            "ratings_asking.show",
            "may_administer",
        ),
        Place(
            _("Reasons beside a rating"),
            _("What customers may name: politeness, speed and whatever matters to you."),
            "check2-all",
            "ratings_reasons.index",
            "may_administer",
        ),
        Place(
            _("Parked mail"), _("Letters that could not be filed by themselves."), "archive", "parked.index"
        ),
    ]


def _working() -> list[Place]:
    return [
        Place(
            _("Your views"),
            _("Searches you keep, your own or for everybody."),
            "bookmark",
            "saved_views.index",
        ),
        Place(_("Macros"), _("Several actions on one key."), "lightning", "macros.index"),
        Place(
            _("Rules"),
            _("What happens by itself, tried out before it counts."),
            "arrow-repeat",
            "rules.index",
            "may_administer",
        ),
        Place(
            _("Receipts"),
            _("The short answer a client gets at once, and when there is none."),
            "check2-all",
            "receipts.index",
            "may_administer",
        ),
        Place(
            _("Business hours"),
            _("When you answer, and on which days you do not."),
            "clock-history",
            "hours.index",
            "may_administer",
        ),
        Place(
            _("Service levels"),
            _("How soon whom is answered, and what happens when it is late."),
            "hourglass-split",
            "service_levels.index",
            "may_administer",
        ),
        Place(
            _("Help centre"),
            _("Public articles for everybody to read and search, and a form to write to you."),
            "book",
            "help_settings.show",
            "may_administer",
        ),
        Place(
            _("Tags"), _("Names for kinds of tickets; rename, join, remove."), "tag", "tags.index", "may_lead"
        ),
        Place(
            _("Fields"),
            _("What else you want to know of a ticket or a client."),
            "list-ul",
            "fields.index",
            "may_lead",
        ),
        Place(
            _("Spam"),
            _("Senders whose letters go to spam by themselves, and why."),
            "shield-exclamation",
            "spam_list.index",
            "may_lead",
        ),
    ]


def _installation() -> list[Place]:
    return [
        Place(
            _("Health"),
            _("What runs, what waits, how much room there is."),
            "heart",
            "administration.health",
            "may_audit",
        ),
        Place(
            _("Log"),
            _("Who changed which setting, role, grant or mailbox, and when."),
            "file-text",
            "administration.log",
            "may_audit",
        ),
    ]
