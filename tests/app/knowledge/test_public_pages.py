"""What the help centre keeps and reads, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.knowledge import (
    public_finding,
    public_pages,
    public_publishing,
    public_settings,
    public_votes,
    service,
)
from app.knowledge.models import Article
from app.knowledge.public_models import HelpCentre, HelpPage
from app.knowledge.public_settings import Centre, Topic
from app.knowledge.service import Arrangement, ArticleText
from app.mailboxes import form_letters
from app.mailboxes.form_letters import FormLetter
from app.mailboxes.models import Mailbox, RawMail
from app.tags.models import Tag

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def centre(session: Session) -> Session:
    nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
    session.add(nora)
    session.flush()
    public_settings.change(session, Centre(open=True, languages=("en", "ru")), by=nora, now=NOW)
    return session


def publish(session: Session, title: str, answer: str = "Words.", *tags: str) -> Article:
    article = service.create(session, ArticleText(title, answer, "en", tags), by=None, now=NOW)
    return service.arrange(session, article.id, Arrangement("public"), by=None, now=NOW)


def test_lists_go_on_where_they_ended(centre: Session) -> None:
    """Also with twins of title, and with a mark whose page is gone meanwhile."""
    for number in range(7):
        publish(centre, f"Title {number // 2}", "Words.", "chosen" if number % 2 else "other")
    tag = centre.scalars(sa.select(Tag.id).where(Tag.name == "chosen")).one()
    seen: list[int] = []
    after = ""
    while True:
        listed = public_pages.listed(centre, "en", after=after, limit=3)
        seen += [one.article_id for one in listed.pages]
        if not (after := listed.next):
            break
    every = centre.scalars(sa.select(HelpPage).order_by(HelpPage.title, HelpPage.article_id)).all()
    assert seen == [one.article_id for one in every] and len(set(seen)) == 7
    assert [one.article_id % 2 for one in public_pages.listed(centre, "en", tag_id=tag).pages] == [0, 0, 0]
    assert public_pages.counts(centre, "en", [tag]) == {tag: 3}
    assert len(public_pages.listed(centre, "en", after="gone").pages) == 7
    assert public_pages.listed(centre, "ru").pages == []
    assert [name for _id, name in public_pages.public_tags(centre)] == ["chosen", "other"]


def test_reads_and_votes_are_counted(centre: Session) -> None:
    first, second = publish(centre, "First"), publish(centre, "Second")
    pages = {page.article_id: page for page in centre.scalars(sa.select(HelpPage))}
    for days in (0, 0, 1, 200):
        public_votes.count_read(centre, pages[first.id], now=NOW - timedelta(days=days))
    public_votes.count_read(centre, pages[second.id], now=NOW)
    assert [one.title for one in public_pages.most_read(centre, "en", today=NOW.date())] == [
        "First",
        "Second",
    ]
    for visitor, helped in (("a", True), ("b", True), ("a", False)):
        public_votes.vote(centre, pages[first.id], helped, words=visitor, visitor=visitor, now=NOW)
    figures = public_votes.figures(centre, {first.id: 1, second.id: 1})
    assert (figures[first.id].yes, figures[first.id].no, figures[first.id].reads) == (1, 1, 4)
    assert (figures[first.id].version_yes, figures[second.id].yes, figures[second.id].reads) == (1, 0, 1)
    service.edit(centre, first.id, ArticleText("First", "Better words.", "en"), version=1, by=None, now=NOW)
    after = public_votes.figures(centre, {first.id: 2})[first.id]
    assert (after.yes, after.version_yes, after.version_no) == (1, 0, 0)


def test_what_changed_behind_the_service_is_caught_up(centre: Session) -> None:
    articles = [publish(centre, f"Article {number}", f"Words {number} courier.") for number in range(5)]
    edition = public_settings.centre(centre).edition
    assert public_publishing.catch_up(centre, now=NOW) == 0
    centre.execute(sa.delete(HelpPage).where(HelpPage.article_id == articles[0].id))
    centre.execute(sa.update(Article).where(Article.id == articles[1].id).values(version=9))
    centre.execute(sa.update(Article).where(Article.id == articles[2].id).values(archived=True))
    assert public_publishing.is_late(centre)
    found = public_finding.search(centre, edition, "courier", "en")
    assert {hit.page.article_id for hit in found} == {articles[3].id, articles[4].id}
    assert public_publishing.catch_up(centre, now=NOW) == 3 and not public_publishing.is_late(centre)
    edition = public_settings.centre(centre).edition
    found = public_finding.search(centre, edition, "courier", "en")
    assert {hit.page.article_id for hit in found} == {articles[number].id for number in (0, 1, 3, 4)}
    publish(centre, "Nameless", "Hello {{customer.name}}")
    assert not public_publishing.is_late(centre) and public_publishing.refused(centre)[0][3] == [
        "customer.name"
    ]


def test_a_form_letter_is_journalled_once(centre: Session) -> None:
    mailbox = Mailbox(address="support@help.example", created_at=NOW)
    centre.add(mailbox)
    centre.flush()
    letter = FormLetter(
        "nonce", "olga@buyer.example", 'Ольга "О"\r\nBcc: x', "Тема\n", "Текст \ud83d\ude00 \udc00"
    )
    raw = form_letters.as_mail(letter, to=mailbox.address, now=NOW)
    assert b"\nBcc:" not in raw and raw.count(b"\nSubject:") == 1
    stored = ("0" * 64, len(raw))
    assert form_letters.journal(centre, mailbox.id, letter, stored, now=NOW)
    assert not form_letters.journal(centre, mailbox.id, letter, stored, now=NOW)
    other = FormLetter("nonce", letter.sender, letter.name, letter.subject, "Other words")
    assert form_letters.journal(centre, mailbox.id, other, stored, now=NOW)
    assert all(form_letters.is_by_form(row) for row in centre.scalars(sa.select(RawMail)))
    assert form_letters.lately(centre, mailbox.id, since=NOW - timedelta(hours=1)) == 2
    assert form_letters.lately(centre, mailbox.id, since=NOW + timedelta(hours=1)) == 0
    assert form_letters.is_ours(centre, "Support+x@help.example") and not form_letters.is_ours(
        centre, "a@b.example"
    )


def test_settings_are_checked_and_written_down(centre: Session) -> None:
    nora = centre.scalars(sa.select(Agent)).one()
    for wrong, field in (
        (Centre(open=True, languages=()), "languages"),
        (Centre(form=True), "mailbox_id"),
        (Centre(names={"en": "x" * 81}), "name_en"),
        (Centre(topics=tuple(Topic(number, {}) for number in range(25))), "topics"),
    ):
        with pytest.raises(InvalidInput) as error:
            public_settings.checked(wrong)
        assert error.value.field == field
    tidy = public_settings.checked(Centre(open=True, names={"en": "  Kettle \u202e\n Help "}))
    assert tidy.names["en"] == "Kettle Help"
    assert public_settings.change(centre, tidy, by=nora, now=NOW)
    assert not public_settings.change(centre, tidy, by=nora, now=NOW)
    assert centre.scalar(sa.select(sa.func.count()).select_from(HelpCentre)) == 1
