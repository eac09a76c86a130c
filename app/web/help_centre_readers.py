"""/knowledge/<id>/readers: where an article stands in the help centre, how often it was read, and what readers said."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from app.db import reading
from app.knowledge import public_pages, public_settings, public_votes, queries
from app.knowledge.public_text import public_text
from app.web.auth import login_required
from app.web.help_centre_page import NAMES

bp = Blueprint("help_readers", __name__)


@bp.get("/knowledge/<int:article_id>/readers")
@login_required
def show(article_id: int) -> Any:
    """For agents who see the article."""
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        centre = public_settings.centre(session)
        page = public_votes.words_about(session, article_id, after=request.args.get("after", ""))
        texts = [article, *article.variants]
        return render_template(
            "help_centre/readers.html",
            article=article,
            centre=centre,
            names=NAMES,
            slugs=public_pages.languages_of(session, article_id, centre.languages) if centre.open else {},
            missing={text.language: public_text(text.answer).missing for text in texts},
            figures=public_votes.figures(session, {article_id: article.version})[article_id],
            page=page,
        )
