"""/help: the public help centre. Home, topics, articles, search, "did this help?". GET changes nothing.

Only app.knowledge.public_* is read here, and which article took the place of a merged one: what is not public has no
way onto these pages.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale, format_date
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import NotFound
from app.knowledge import public_finding, public_pages, public_settings, public_votes
from app.knowledge.public_models import HelpPage
from app.knowledge.public_settings import Topic
from app.knowledge.public_slugs import slug_of
from app.knowledge.public_text import description
from app.ratings import robots
from app.upkeep import twins
from app.web.attachments import as_download
from app.web.help_centre_meta import structured
from app.web.help_centre_page import (
    Desk,
    fresh,
    kept,
    not_here,
    open_desk,
    page,
    preferred,
    public_page,
    too_many,
)
from app.web.limits import limiter

bp = Blueprint("help_centre", __name__, url_prefix="/help")
LONGEST_TYPED = 200
SEARCHES_PER_ADDRESS = "120 per minute"
VOTES_PER_ADDRESS = "20 per minute; 200 per day"
READS_PER_ADDRESS = "60 per minute"
# A field that people never see: what is in it was put there by a program.
TRAP_FIELD = "leave_this_empty"
# What a page says thank you for.
VOTED = ("yes", "no", "words")


@bp.record_once
def _no_cookies(state: BlueprintSetupState) -> None:
    # Readers have no session, so there is nothing of theirs that a page elsewhere could use: app.web.headers refuses
    # forms from other sites.
    for view in (vote, read):
        state.app.extensions["csrf"].exempt(view)


@bp.errorhandler(429)
def _too_often(_error: HTTPException) -> Response:
    desk = open_desk(str((request.view_args or {}).get("language", "")))
    with force_locale(desk.language):
        return too_many(desk)


@bp.app_template_filter()
def long_day(at: Any) -> str:
    """ "29 November 2026"."""
    return format_date(at, "d MMMM y")


@bp.get("")
def front() -> Response:
    """To the front page in the reader's language."""
    with reading() as session:
        centre = public_settings.centre(session)
    if not centre.open:
        raise NotFound("There is nothing here, or it is not yours to see.")
    response = redirect(url_for(".home", language=preferred(centre)))
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get("/<any(en, ru):language>")
@public_page
def home(desk: Desk) -> Response:
    """Topics and what is read most; where there are no topics yet, every article."""
    topics = desk.centre.topics
    with reading() as session:
        counted = public_pages.counts(session, desk.language, [one.tag_id for one in topics])
        most_read = public_pages.most_read(session, desk.language, today=now().date())
        everything = None if counted else public_pages.listed(session, desk.language, after=_after())
    shown = [
        (topic_name(one, desk), topic_slug(one, desk), counted[one.tag_id])
        for one in topics
        if one.tag_id in counted
    ]
    return kept(
        page(desk, "help_centre/home.html", topics=shown, most_read=most_read, everything=everything),
        changed_at=desk.centre.updated_at,
    )


@bp.get("/<any(en, ru):language>/topics/<slug>")
@public_page
def topic(desk: Desk, slug: str) -> Response:
    found = next((one for one in desk.centre.topics if topic_slug(one, desk) == slug), None)
    if found is None:
        return not_here(desk)
    with reading() as session:
        listed = public_pages.listed(session, desk.language, tag_id=found.tag_id, after=_after())
        # Where a language has nothing on it the switch leads to its front page.
        spoken = [one for one in desk.centre.languages if public_pages.counts(session, one, [found.tag_id])]
    if not listed.pages:
        return not_here(desk)
    here = {code: ("help_centre.topic", {"slug": topic_slug(found, desk, code)}) for code in spoken}
    return kept(
        page(
            desk, "help_centre/topic.html", name=topic_name(found, desk), slug=slug, listed=listed, here=here
        ),
        changed_at=desk.centre.updated_at,
    )


@bp.get("/<any(en, ru):language>/search")
@limiter.limit(SEARCHES_PER_ADDRESS)
@public_page
def search(desk: Desk) -> Response:
    typed = _typed()
    hits, found_in = [], desk.language
    with reading() as session:
        # Where nothing is said in this language, perhaps it is in another one.
        for code in sorted(desk.centre.languages, key=lambda code: code != desk.language) if typed else ():
            hits, found_in = public_finding.search(session, desk.centre.edition, typed, code), code
            if hits:
                break
    here = {code: ("help_centre.search", {"q": typed} if typed else {}) for code in desk.centre.languages}
    return fresh(page(desk, "help_centre/search.html", typed=typed, hits=hits, found_in=found_in, here=here))


@bp.get("/<any(en, ru):language>/suggest")
@limiter.limit(SEARCHES_PER_ADDRESS)
@public_page
def suggest(desk: Desk) -> Response:
    """The few pages that may answer what somebody is typing: a fragment, empty when none does."""
    typed = request.args.get("q", "")[:1000].strip()
    with reading() as session:
        offered = public_finding.offered(session, desk.centre.edition, typed, desk.language) if typed else []
    return fresh(page(desk, "help_centre/_offered.html", offered=offered))


@bp.get("/<any(en, ru):language>/<slug>")
@public_page
def article(desk: Desk, slug: str) -> Response:
    with reading() as session:
        found = public_pages.page_at(session, desk.language, slug)
        if found is None:
            return _moved(desk, _place_now(session, desk.language, slug))
        key = (found.article_id, found.language)
        related = public_finding.related(session, desk.centre.edition, key)
        files = public_pages.files_of(session, found.article_id)
        tags = public_pages.tags_of(session, found.article_id)
        slugs = public_pages.languages_of(session, found.article_id, desk.centre.languages)
    crumb = next((one for one in desk.centre.topics if one.tag_id in tags), None)
    crumbs = [(topic_name(crumb, desk), topic_slug(crumb, desk))] if crumb is not None else []
    voted = request.args.get("voted", "")
    values = {
        "article": found,
        "related": related,
        "files": files,
        "crumbs": crumbs,
        "description": description(found.plain),
        "trap_field": TRAP_FIELD,
        "voted": voted if voted in VOTED else "",
        "longest": public_votes.LONGEST_WORDS,
        "structured": structured(desk, found, crumbs),
        "here": {code: ("help_centre.article", {"slug": other}) for code, other in slugs.items()},
    }
    changed = max(filter(None, (found.updated_at, desk.centre.updated_at)))
    return kept(page(desk, "help_centre/article.html", **values), changed_at=changed)


@bp.get("/<any(en, ru):language>/<slug>/files/<int:file_id>")
@public_page
def file(desk: Desk, slug: str, file_id: int) -> Response:
    """A file of a page that is there."""
    with reading() as session:
        found = _page(public_pages.page_at(session, desk.language, slug))
        files = public_pages.files_of(session, found.article_id)
    wanted = next((one for one in files if one.id == file_id), None)
    if wanted is None:
        return not_here(desk)
    blobs: BlobStore = current_app.extensions["blobs"]
    return as_download(blobs.get(wanted.sha256), wanted.filename)


@bp.post("/<any(en, ru):language>/<slug>/vote")
@limiter.limit(VOTES_PER_ADDRESS)
@public_page
def vote(desk: Desk, slug: str) -> Response:
    """ "Did this help?" Once for each reader; what a program sends is thanked for and not counted."""
    helped, words = request.form.get("helped", ""), request.form.get("words", "")
    with transaction() as session:
        found = _page(public_pages.page_at(session, desk.language, slug))
        if helped in ("yes", "no") and not _is_program():
            public_votes.vote(session, found, helped == "yes", words=words, visitor=_visitor(), now=now())
    said = "words" if words.strip() else helped
    voted = said if said in VOTED else None
    return redirect(
        url_for(".article", language=desk.language, slug=slug, voted=voted, _anchor="helped"), 303
    )


@bp.post("/<any(en, ru):language>/<slug>/read")
@limiter.limit(READS_PER_ADDRESS)
@public_page
def read(desk: Desk, slug: str) -> Response:
    """Sent by the page itself once it was on a screen for a while."""
    with transaction() as session:
        found = _page(public_pages.page_at(session, desk.language, slug))
        if not _is_program():
            public_votes.count_read(session, found, now=now())
    return Response(status=204)


@bp.get("/<path:anything>")
def nothing(anything: str) -> Response:
    """Whatever else is below /help."""
    desk = open_desk(anything.partition("/")[0])
    with force_locale(desk.language):
        return not_here(desk)


def topic_name(topic: Topic, desk: Desk, language: str = "") -> str:
    code = language or desk.language
    return topic.names.get(code) or next(filter(None, topic.names.values()), "")


def topic_slug(topic: Topic, desk: Desk, language: str = "") -> str:
    return slug_of(topic_name(topic, desk, language))


def _place_now(session: Session, language: str, slug: str) -> str | None:
    """Where the page went: it was renamed, or its article became part of another one that is public."""
    moved = public_pages.moved_to(session, language, slug)
    article_id = None if moved else public_pages.article_once_at(session, language, slug)
    kept_id = twins.kept_instead(session, article_id) if article_id is not None else None
    return public_pages.address_of(session, language, kept_id) if kept_id is not None else moved


def _moved(desk: Desk, slug: str | None) -> Response:
    if slug is None:
        return not_here(desk)
    return redirect(url_for(".article", language=desk.language, slug=slug), 301)


def _page(found: HelpPage | None) -> HelpPage:
    if found is None:
        raise NotFound("There is no such page.")
    return found


def _typed() -> str:
    return " ".join(request.args.get("q", "")[:LONGEST_TYPED].split())


def _after() -> str:
    return request.args.get("after", "")[:120]


def _is_program() -> bool:
    return bool(request.form.get(TRAP_FIELD)) or robots.names_itself(request.user_agent.string)


def _visitor() -> str:
    """What tells readers apart for a day; only a digest of it is stored, and the salt of that digest is thrown away."""
    return f"{request.remote_addr} {request.user_agent.string[:300]}"
