"""An open help centre with two public articles, and how tests ask it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import pytest
from flask import Flask

from app import db
from app.accounts.models import Agent, Role
from app.knowledge import public_settings, service
from app.knowledge.models import Article
from app.knowledge.public_settings import Centre
from app.knowledge.service import Arrangement, ArticleText
from app.mailboxes.models import Mailbox
from app.settings import Settings
from tests.support.web import add_agent

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
RETURNS = """You can send goods back within **14 days**.

## How

1. Pack the goods.
2. Hand them to the courier, who comes free of charge.

See <https://shop.example/returns>."""
RETURNS_RU = "Вы можете вернуть товар в течение **14 дней**. Курьер приедет бесплатно."


@dataclass
class Centre_:
    """An open help centre with two public articles, one of them in both languages."""

    app: Flask
    agent: Agent
    mailbox: Mailbox
    returns: int
    delivery: int

    def ask(self, path: str, **more: object) -> object:
        return self.app.test_client().get(path, headers=BROWSER, **more)  # type: ignore[arg-type]

    def text(self, path: str, status: int = 200) -> str:
        answer = self.ask(path)
        assert answer.status_code == status, path  # type: ignore[attr-defined]
        return answer.get_data(as_text=True)  # type: ignore[attr-defined]

    def write(
        self,
        title: str,
        answer: str,
        *,
        language: str = "en",
        tags: tuple[str, ...] = (),
        public: bool = True,
    ) -> int:
        with db.transaction() as session:
            text = ArticleText(title, answer, language, tags)
            article = service.create(session, text, by=None, now=db.now())
            if public:
                service.arrange(session, article.id, Arrangement("public"), by=None, now=db.now())
            return article.id

    def edit(self, article_id: int, title: str, answer: str, language: str = "en") -> None:
        with db.transaction() as session:
            article = session.get(Article, article_id)
            assert article is not None
            text = ArticleText(title, answer, language, tuple(tag.name for tag in article.tags))
            act = service.edit if language == article.language else service.say_in
            act(session, article_id, text, version=article.version, by=None, now=db.now())

    def post(self, path: str, form: dict[str, str], **more: object) -> object:
        return self.app.test_client().post(path, data=form, headers=BROWSER, **more)  # type: ignore[arg-type]


def open_centre(agent: Agent, **more: object) -> None:
    wanted = {"open": True, "languages": ("en", "ru"), "names": {"en": "Kettle Help", "ru": "Помощь"}, **more}
    with db.transaction() as session:
        public_settings.change(session, Centre(**wanted), by=agent, now=db.now())  # type: ignore[arg-type]


@pytest.fixture(name="centre")
def centre_of_tests(app: Flask, installation: Settings) -> Centre_:
    agent = add_agent("owner@help.example", "Ada", role=Role.ADMIN)
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", name="Kettles", created_at=db.now())
        session.add(mailbox)
    open_centre(agent, form=True, mailbox_id=mailbox.id)
    made = Centre_(app, agent, mailbox, 0, 0)
    made.returns = made.write("How to return goods", RETURNS, tags=("returns",))
    made.edit(made.returns, "Как вернуть товар", RETURNS_RU, "ru")
    made.delivery = made.write(
        "Delivery times", "Delivery takes two to four working days.", tags=("delivery",)
    )
    return made


def links_of(page: str) -> set[str]:
    return {
        unescape(one) for one in re.findall(r'(?:href|src|action|data-read|data-suggest)="(/[^"]*)"', page)
    }
