"""/r/<token>: where a customer rates a reply.

The page needs no cookie and no script: whoever has the token may rate that one reply, and nothing else. Opening it
writes no rating, whatever is opened and however often; only its form does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.outgoing.looks import Look, look_from
from app.outgoing.models import WrittenReply
from app.outgoing.words import SEPARATOR, words_in
from app.ratings import asking, reasons, service
from app.ratings.models import Face, Rating, RatingInvitation
from app.tasks import recovery
from app.web.forms import number
from app.web.limits import limiter
from app.web.locale import LANGUAGES

log = logging.getLogger(__name__)

bp = Blueprint("public_ratings", __name__, url_prefix="/r")
FACES = tuple(face.value for face in Face)
POSTS_PER_ADDRESS = "60 per minute"
# A field that people never see: what is in it was put there by a program.
TRAP_FIELD = "leave_this_empty"
MOST_REASONS = 50


@bp.record_once
def _without_csrf(state: BlueprintSetupState) -> None:
    # The token in the address guards the form: nobody else can know it, and the page works without cookies.
    state.app.extensions["csrf"].exempt(give)


@bp.app_template_filter()
def exact_day(at: datetime) -> str:
    """ "29 November"."""
    return format_date(at, "d MMMM")


def face_words() -> dict[str, str]:
    return {"good": _("Great"), "okay": _("Okay"), "bad": _("Not good")}


def by_token(view: Callable[..., Any]) -> Callable[..., Any]:
    """Looks the invitation up and speaks the customer's language; an unknown link gets a friendly page."""

    @wraps(view)
    def looked_up(token: str, **more: Any) -> Any:
        try:
            with reading() as session:
                invitation = service.find_invitation(session, token)
                rating = service.rating_of(session, invitation)
        except NotFound:
            with force_locale(_language("")):
                return _gone(404)
        with force_locale(_language(invitation.language)):
            return view(token, invitation, rating, **more)

    return looked_up


@bp.get("/<token>", defaults={"face": ""})
@bp.get("/<token>/<any(good, okay, bad):face>")
@by_token
def show(token: str, invitation: RatingInvitation, rating: Rating | None, face: str) -> Any:
    """The page, with the face of the link chosen. HEAD and GET write no rating."""
    if "lang" not in request.args:
        _note_hit(invitation, face)
    if not service.is_open(invitation, rating, now()):
        return _gone(410, invitation, rating)
    return _form(token, invitation, rating, face or (rating.face if rating else ""))


@bp.get("/<token>/all")
@by_token
def trap(token: str, invitation: RatingInvitation, rating: Rating | None) -> Any:
    """Behind a link that nobody sees: only a program that follows every link comes here."""
    _note_hit(invitation, "", trap=True)
    return _form(token, invitation, rating, "")


@bp.post("/<token>")
@limiter.limit(POSTS_PER_ADDRESS)
@by_token
def give(token: str, invitation: RatingInvitation, rating: Rating | None) -> Any:
    """The one way to rate: the button of the form."""
    face, comment = request.form.get("face", ""), request.form.get("comment", "")
    if request.form.get(TRAP_FIELD):
        _note_hit(invitation, face if face in FACES else "", trap=True)
        return _form(
            token, invitation, rating, "", error=_("Please choose a face and press the button once more.")
        )
    try:
        with transaction() as session:
            days = current_app.config["SETTINGS"].rating_change_days
            rating = service.give(
                session, invitation, face, comment, now=now(), change_days=days, reason_ids=_ticked()
            )
            recovery.after_rating(session, rating, now=now())
    except service.TooLate:
        return _gone(410, invitation, rating)
    except service.TooOften:
        return _form(
            token, invitation, rating, face, error=_("That was changed very often. Try again in an hour.")
        ), 429
    except InvalidInput:
        return _form(
            token, invitation, rating, "", comment=comment, error=_("Choose one of the three faces.")
        ), 422
    return redirect(url_for(".thanks", token=token, lang=request.form.get("lang") or None), 303)


@bp.get("/<token>/thanks")
@by_token
def thanks(token: str, invitation: RatingInvitation, rating: Rating | None) -> Any:
    if rating is None:
        return redirect(url_for(".show", token=token))
    return _page(
        "ratings/thanks.html",
        token=token,
        invitation=invitation,
        rating=rating,
        open=service.is_open(invitation, rating, now()),
    )


def _ticked() -> list[int]:
    """Ids of the reasons whose boxes were ticked."""
    found = (number(one) for one in request.form.getlist("reason")[:MOST_REASONS])
    return [one for one in found if one is not None]


def _form(
    token: str,
    invitation: RatingInvitation,
    rating: Rating | None,
    face: str,
    *,
    comment: str | None = None,
    error: str = "",
) -> Any:
    written = comment if comment is not None else (rating.comment if rating else "")
    with reading() as session:
        offered = reasons.offered(session)
        ticked = reasons.chosen(session, [rating.id]).get(rating.id, []) if rating else []
    return _page(
        "ratings/rate.html",
        token=token,
        invitation=invitation,
        rating=rating,
        chosen=face,
        comment=written,
        error=error,
        trap_field=TRAP_FIELD,
        longest=service.LONGEST_COMMENT,
        reasons=offered,
        ticked=_ticked() if request.method == "POST" else ticked,
    )


def _gone(status: int, invitation: RatingInvitation | None = None, rating: Rating | None = None) -> Any:
    """Of a link that is ours it keeps the look of the letter; one that is not names nobody."""
    return _page("ratings/gone.html", invitation=invitation, rating=rating, expired=status == 410), status


def _page(template: str, **values: Any) -> str:
    invitation = values.get("invitation")
    name = invitation.message.sender_name if invitation else ""
    agent, _dash, mailbox = name.partition(SEPARATOR)
    look, choice = _look(invitation)
    language = _language(invitation.language if invitation else "")
    return render_template(
        template,
        faces=FACES,
        face_words=face_words(),
        agent_name=agent,
        mailbox_name=mailbox,
        look=look,
        pictures={face: picture.sha256 for face, picture in choice.pictures.items()},
        question=choice.question.get(language) or _usual_question(choice.style, language),
        words_of=lambda reason: reasons.words_of(reason, language),
        languages=_languages(values.get("token"), values.get("chosen")),
        **values,
    )


def _usual_question(style: str, language: str) -> str:
    """As in the letter: the page goes on with what the customer clicked."""
    words = words_in(language)
    return words.own_question if style == asking.LINE else words.question


def _look(invitation: RatingInvitation | None) -> tuple[Look, asking.Choice]:
    """As the letter that asks looked: a customer should know the page again."""
    if invitation is None:
        return Look(), asking.USUAL
    with reading() as session:
        written = session.get(WrittenReply, invitation.message_id)
    if written is None:
        return Look(), asking.USUAL
    return look_from(written.look), asking.from_letter(written.look.get("asking") or {})


def _languages(token: str | None, chosen: str | None) -> list[tuple[str, str, str]]:
    """Code, name and address of this page in each language; nothing for a link that is not one of ours."""
    if token is None:
        return []
    endpoint = request.endpoint if request.endpoint == "public_ratings.thanks" else "public_ratings.show"
    face = {"face": chosen} if chosen in FACES else {}
    return [
        (code, name, url_for(endpoint, token=token, lang=code, **face))
        for code, name in (("en", "English"), ("ru", "Русский"))
    ]


def _language(preferred: str) -> str:
    """The one asked for with the switch, else the customer's, else the browser's."""
    wishes = (request.values.get("lang", ""), preferred, request.accept_languages.best_match(LANGUAGES) or "")
    return next((wish for wish in wishes if wish in LANGUAGES), current_app.config["SETTINGS"].language)


def _note_hit(invitation: RatingInvitation, face: str, *, trap: bool = False) -> None:
    """A count that cannot be written never keeps a customer from the page."""
    purpose = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    )
    signs = service.Signs(
        request.method, request.user_agent.string, "prefetch" in purpose or "preview" in purpose, trap
    )
    try:
        with transaction() as session:
            service.note_hit(session, invitation, face, signs, now())
    except OperationalError:
        log.warning("a hit on a rating link could not be counted")
