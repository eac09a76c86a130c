"""The owner of an article is told when its day has come: once, of what they see, and the line leads to it."""

from __future__ import annotations

from datetime import timedelta

from app import db
from app.accounts.rights import rights_of
from app.knowledge import arrangement, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.texts import ArticleText
from app.together import notices, reviews
from app.together.wording import Line, sentence
from tests.app.web.conftest import Desk
from tests.app.web.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.support.web import add_agent


class _Words:
    def ugettext(self, message: str) -> str:
        return message

    def ungettext(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many


def test_the_owner_is_told_once_for_each_day(desk: Desk) -> None:
    nora = add_agent("nora@help.example", "Nora Lind")
    today = db.now().date()
    with db.transaction() as session:
        article = service.create(session, ArticleText("Kettles", "Words.", "en"), by=None, now=db.now())
        wanted = Arrangement("agents", None, nora.id, today)
        arrangement.arrange(session, article.id, wanted, by=None, now=db.now())
        assert reviews.tell_owners(session, today, now=db.now()) == 0, (
            "there is no ticket for a line to stand beside"
        )
    desk.letter()
    with db.transaction() as session:
        assert reviews.tell_owners(session, today - timedelta(days=1), now=db.now()) == 0
        assert reviews.tell_owners(session, today, now=db.now()) == 1
        assert reviews.tell_owners(session, today, now=db.now()) == 0
        (row,) = notices.page(session, rights_of(session, nora.id)).rows
        line = Line(row.notice.kind, row.notice.count, "", row.notice.detail)
        assert sentence(line, _Words()) == "Look at your article again: “Kettles”"
        later = Arrangement("agents", None, nora.id, today + timedelta(days=1))
        arrangement.arrange(session, article.id, later, by=None, now=db.now())
        assert reviews.tell_owners(session, today, now=db.now()) == 0
        assert reviews.tell_owners(session, today + timedelta(days=1), now=db.now()) == 1
