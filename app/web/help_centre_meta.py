"""What search engines and browsers ask of the help centre: robots.txt, the sitemap, its colour, structured data."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from markupsafe import Markup

from app.db import reading
from app.errors import NotFound
from app.knowledge import public_pages, public_settings
from app.knowledge.public_models import HelpPage
from app.outgoing import branding
from app.outgoing.looks import USUAL_COLOUR
from app.web.help_centre_page import Desk, absolute, kept
from app.web.limits import limiter

bp = Blueprint("help_meta", __name__)


@bp.get("/robots.txt")
def robots() -> Response:
    """Nothing of ours is for search engines but the help centre, while it is open."""
    with reading() as session:
        centre = public_settings.centre(session)
    lines = ["User-agent: *"]
    if centre.open:
        hidden = [
            f"Disallow: /help/{code}/{part}"
            for code in centre.languages
            for part in ("search", "suggest", "write")
        ]
        lines += ["Allow: /help", "Allow: /static/", "Allow: /brand/", *hidden]
    lines += ["Disallow: /"]
    if centre.open:
        lines += ["", f"Sitemap: {absolute(url_for('.sitemap'))}"]
    return kept("\n".join(lines) + "\n", kind="text/plain")


@bp.get("/help/sitemap.xml")
@limiter.limit("30 per minute")
def sitemap() -> Response:
    """Every page with its languages."""
    with reading() as session:
        centre = public_settings.centre(session)
        if not centre.open:
            raise NotFound("There is nothing here, or it is not yours to see.")
        pages = public_pages.for_sitemap(session, centre.languages)
    articles = [
        {one.language: one for one in group} for _id, group in groupby(pages, key=lambda one: one.article_id)
    ]
    body = render_template("help_centre/sitemap.xml", centre=centre, articles=articles, whole=absolute)
    return kept(body, changed_at=centre.updated_at, kind="application/xml")


@bp.get("/help/look.css")
def look() -> Response:
    """The colour of the company: it was checked to carry white words."""
    with reading() as session:
        if not public_settings.centre(session).open:
            raise NotFound("There is nothing here, or it is not yours to see.")
        colour = branding.look_of(session, None).colour or USUAL_COLOUR
    return kept(f":root {{ --brand: {colour}; }}\n", kind="text/css")


def structured(desk: Desk, article: HelpPage, crumbs: list[tuple[str, str]]) -> Markup:
    """The article and where it stands, as JSON-LD. A block of data: the content policy has nothing to run in it."""
    address = absolute(url_for("help_centre.article", language=desk.language, slug=article.slug))
    places = [(desk.name, absolute(url_for("help_centre.home", language=desk.language)))]
    places += [
        (name, absolute(url_for("help_centre.topic", language=desk.language, slug=slug)))
        for name, slug in crumbs
    ]
    about: dict[str, Any] = {
        "@type": "Article",
        "headline": article.title,
        "inLanguage": article.language,
        "dateModified": article.updated_at.isoformat(),
        "mainEntityOfPage": address,
        "publisher": {"@type": "Organization", "name": desk.look.company or desk.name},
    }
    trail = [
        {"@type": "ListItem", "position": number, "name": name, "item": url}
        for number, (name, url) in enumerate([*places, (article.title, address)], 1)
    ]
    graph = [about, {"@type": "BreadcrumbList", "itemListElement": trail}]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    # Nothing in it can end the element it stands in.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
