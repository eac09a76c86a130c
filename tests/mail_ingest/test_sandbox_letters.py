"""The sample letters and articles: what a newcomer sees first must be readable, complete and plausible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.knowledge import variables
from app.knowledge.seed import learnt_questions, seed_articles
from mail_ingest.parse import parse_mail
from mail_ingest.sandbox_letters import SeedLetter, letters

NOW = datetime(2026, 11, 22, 17, 40, tzinfo=UTC)
HOURS = [NOW.replace(hour=hour, minute=5) for hour in (0, 6, 12, 18, 23)]


@pytest.fixture(scope="module")
def by_key() -> dict[str, SeedLetter]:
    return {letter.key: letter for letter in letters(NOW)}


def test_same_moment_gives_the_same_letters_and_another_moment_other_ones():
    assert letters(NOW) == letters(NOW)
    assert {one.digest for one in letters(NOW)}.isdisjoint(
        one.digest for one in letters(NOW + timedelta(days=1))
    )


@pytest.mark.parametrize("now", HOURS)
def test_letters_lie_in_the_last_ten_days_and_answers_come_after_what_they_answer(now):
    sample = letters(now)
    assert now - timedelta(days=10) < sample[0].arrives_at < now - timedelta(days=8)
    assert now - timedelta(hours=3) < sample[-1].arrives_at <= now
    parsed = [parse_mail(letter.raw) for letter in sample]
    places = {mail.message_id: place for place, mail in enumerate(parsed)}
    assert len(places) == len(sample)
    followed = [
        (places[mail.in_reply_to], place) for place, mail in enumerate(parsed) if mail.in_reply_to in places
    ]
    assert len(followed) == 4
    assert all(parent < place for parent, place in followed)


def test_every_letter_is_sent_as_lines_that_smtp_leaves_alone(by_key):
    for letter in by_key.values():
        assert letter.raw.endswith(b"\r\n"), letter.key
        assert b"\n" not in letter.raw.replace(b"\r\n", b""), letter.key


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ru-washer-1251", "барабан полный"),
        ("ru-delivery-koi8", "посёлок Дальние Пруды"),
        ("ru-address-unlabelled", "она на Садовой 8"),
        ("en-broken-mail", "beeps every forty seconds"),
        ("en-dented-oven", "😭😭 see pic"),
        ("ru-thanks", "розетку подкрутил, хотя не обязан был 🙂"),
        ("en-table-layout", "mornings only"),
    ],
)
def test_words_of_every_charset_and_form_arrive(by_key, key, words):
    mail = parse_mail(by_key[key].raw)
    assert words in " ".join(mail.text.split())


def test_robots_are_robots_and_people_are_people(by_key):
    automatic = {key for key, letter in by_key.items() if parse_mail(letter.raw).automatic}
    assert automatic - {"en-newsletter"} == {"en-kestrel-away", "en-bounce", "ru-away"}
    assert {key for key, letter in by_key.items() if parse_mail(letter.raw).bounce} == {"en-bounce"}
    assert {key for key, letter in by_key.items() if not letter.envelope_from} == {
        "en-kestrel-away",
        "en-bounce",
        "ru-away",
    }


def test_attachments_are_what_their_names_say(by_key):
    starts = {
        "png": b"\x89PNG",
        "pdf": b"%PDF-",
        "docx": b"PK\x03\x04",
        "txt": b"",
        "ics": b"BEGIN:VCALENDAR",
    }
    found = [
        part for letter in by_key.values() for part in parse_mail(letter.raw).attachments if part.filename
    ]
    named = [part for part in found if part.filename.rpartition(".")[2] in starts]
    assert {part.filename.rpartition(".")[2] for part in named} >= {"png", "pdf", "docx", "txt"}
    assert all(part.content.startswith(starts[part.filename.rpartition(".")[2]]) for part in named)
    assert [part.inline for part in parse_mail(by_key["en-blender-colour"].raw).attachments] == [True]


def test_some_three_quarters_of_the_letters_have_an_article_in_their_language(by_key):
    languages = {article.key: article.language for article in seed_articles()}
    answered = [letter for letter in by_key.values() if letter.answer]
    assert 0.7 <= len(answered) / len(by_key) <= 0.85
    assert all(languages[letter.answer] == letter.key[:2] for letter in answered)
    assert {letter.answer for letter in answered} == {one.key for one in seed_articles() if one.public}


def test_articles_are_eleven_in_each_language_and_fit_to_send_and_to_read_by_anybody():
    articles = seed_articles()
    assert sorted(article.language for article in articles) == ["en"] * 11 + ["ru"] * 11
    # Each of them in both.
    said = {of: {one.language for one in articles if one.of == of} for of in {one.of for one in articles}}
    assert len(said) == 11 and all(languages == {"en", "ru"} for languages in said.values())
    hidden = {article.key: article.tags for article in articles if not article.public}
    assert hidden == {"en-apology": ("apology",), "ru-apology": ("извинение",)}
    for article in articles:
        assert variables.unknown(article.answer) == [], article.key
        # Nobody knows anything of a reader of the help centre.
        assert variables.fill(article.answer, {}).missing == (), article.key
        assert 60 <= len([word for word in article.answer.split() if any(map(str.isalnum, word))]) <= 150
        assert article.title
        assert article.tags


def test_learnt_questions_know_every_article_and_repeat_no_letter(by_key):
    pairs = learnt_questions()
    keys = [article.key for article in seed_articles() if article.public]
    assert all(sum(key == one for _, one in pairs) >= 6 for key in keys)
    assert {key for _, key in pairs} == set(keys)
    assert len({question.lower() for question, _ in pairs}) == len(pairs)
    texts = [" ".join(parse_mail(letter.raw).text.lower().split()) for letter in by_key.values()]
    assert not [question for question, _ in pairs if any(question.lower() in text for text in texts)]
