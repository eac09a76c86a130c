"""The customer's page: people count once, programs never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.ratings.models import Rating, RatingHit, RatingInvitation
from app.settings import Settings
from app.tickets.models import Change, Event
from tests.app.ratings.conftest import PERSON, Asked, changes, hits, ratings

FACES = ("good", "okay", "bad")
Get = Callable[..., object]
# One test of storing runs on both databases (test_both_databases_keep_the_last_choice); pages are the same on each.
ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def person(app: Flask) -> FlaskClient:
    """A browser with a name, no cookies and no JavaScript; CSRF protection is on, as in life."""
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_USER_AGENT"] = PERSON
    return client


def send(client: FlaskClient, token: str, face: str, comment: str = "", **more: str) -> object:
    return client.post(f"/r/{token}", data={"face": face, "comment": comment, **more})


# People.


@ONE
def test_a_person_without_cookies_or_javascript_is_counted_once(asked: Asked, person: FlaskClient) -> None:
    page = person.get(f"/r/{asked.token}/good")
    assert page.status_code == 200
    assert 'value="good" id="face-good" required checked' in page.text
    assert ratings() == []
    answer = send(person, asked.token, "good", "Быстро!", lang="ru")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/r/{asked.token}/thanks?lang=ru")
    thanks = person.get(answer.headers["Location"])
    assert (thanks.status_code, "Быстро!" in thanks.text) == (200, True)
    [rating] = ratings()
    assert (rating.face, rating.comment, rating.agent_id, rating.ticket_id) == (
        "good",
        "Быстро!",
        asked.ben,
        asked.ticket,
    )
    with db.reading() as session:
        event = session.scalar(sa.select(Event).where(Event.kind == "rated"))
        assert (event.ticket_id, event.detail) == (
            asked.ticket,
            {"message_id": asked.message, "face": "good"},
        )
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(Change).where(Change.kind == "rating")) == 1
        )


@ONE
def test_no_page_sets_a_cookie_or_sends_a_referrer(asked: Asked, person: FlaskClient) -> None:
    for answer in (
        person.get(f"/r/{asked.token}/good"),
        send(person, asked.token, "good"),
        person.get(f"/r/{asked.token}/thanks"),
        person.get("/r/nonsense"),
    ):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


@ONE
def test_a_change_of_mind_keeps_the_last_choice_and_the_history(asked: Asked, person: FlaskClient) -> None:
    send(person, asked.token, "bad", "slow")
    send(person, asked.token, "good", "slow, but kind")
    assert [(one.face, one.comment) for one in ratings()] == [("good", "slow, but kind")]
    assert changes() == [("bad", "slow"), ("good", "slow, but kind")]
    page = person.get(f"/r/{asked.token}")
    assert 'value="good" id="face-good" required checked' in page.text
    assert "slow, but kind" in page.text


@ONE
def test_a_double_click_is_one_rating_with_one_line_of_history(asked: Asked, person: FlaskClient) -> None:
    send(person, asked.token, "okay", "so so")
    send(person, asked.token, "okay", "so so")
    assert (len(ratings()), changes()) == (1, [("okay", "so so")])


@ONE
def test_each_recipient_rates_for_themselves(asked: Asked, person: FlaskClient) -> None:
    send(person, asked.token, "good")
    send(person, asked.other_token, "bad")
    assert [one.face for one in ratings()] == ["good", "bad"]


@ONE
def test_a_person_after_a_scanner_is_counted(asked: Asked, person: FlaskClient) -> None:
    for face in FACES:
        person.get(f"/r/{asked.token}/{face}", headers={"User-Agent": "LinkScanner/1.0"})
    person.get(f"/r/{asked.token}/all")
    person.get(f"/r/{asked.token}/okay")
    send(person, asked.token, "okay")
    assert [one.face for one in ratings()] == ["okay"]


@ONE
def test_the_page_speaks_the_customers_language_and_switches(asked: Asked, person: FlaskClient) -> None:
    assert '<html lang="ru"' in person.get(f"/r/{asked.token}/good").text
    assert '<html lang="en"' in person.get(f"/r/{asked.token}/good?lang=en").text
    assert '<html lang="en"' in person.get(f"/r/{asked.other_token}/good").text
    assert '<html lang="ru"' in person.get(f"/r/{asked.token}/good?lang=xx%0d%0aSet-Cookie:a").text


@ONE
def test_nothing_of_the_ticket_is_on_the_page(asked: Asked, person: FlaskClient) -> None:
    page = person.get(f"/r/{asked.token}/good").text
    assert "Ben" in page
    for secret in ("Falk", "Where?", "Olga", "olga@", "ben@", f"#{asked.ticket}"):
        assert secret not in page


@ONE
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("  x  \n\n", "x"),
        ("a\x00b\x1bc\u202ed", "abcd"),
        ("<b>hi</b>", "<b>hi</b>"),
        ("👍🏽 👨‍👩‍👧", "👍🏽 👨‍👩‍👧"),
        ("y" * 5000, "y" * 2000),
    ],
)
def test_a_comment_is_kept_as_text(asked: Asked, person: FlaskClient, sent: str, kept: str) -> None:
    send(person, asked.token, "good", sent)
    assert ratings()[0].comment == kept
    assert "<b>hi" not in person.get(f"/r/{asked.token}/thanks").text


# Wrong links.


@ONE
@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: "x",
        lambda token: "x" * 5000,
        lambda token: "%00",
        lambda token: "1",
    ],
)
def test_a_changed_token_gets_a_friendly_page_and_stores_nothing(
    asked: Asked, person: FlaskClient, change: Callable[[str], str]
) -> None:
    forged = change(asked.token)
    for answer in (
        person.get(f"/r/{forged}/good"),
        send(person, forged, "good"),
        person.get(f"/r/{forged}/thanks"),
    ):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text or "Ссылка не открывается" in answer.text
    assert (ratings(), hits()) == ([], [])


@ONE
def test_the_stored_hash_is_no_token(asked: Asked, person: FlaskClient) -> None:
    with db.reading() as session:
        row = session.get_one(RatingInvitation, asked.invitation)
    for stolen in (row.token_hash, row.nonce):
        assert send(person, stolen, "good").status_code == 404
    assert ratings() == []


@ONE
def test_an_expired_link_says_so_and_stores_nothing(asked: Asked, person: FlaskClient) -> None:
    with db.transaction() as session:
        session.execute(sa.update(RatingInvitation).values(expires_at=db.now() - timedelta(seconds=1)))
    for answer in (person.get(f"/r/{asked.token}/good"), send(person, asked.token, "good")):
        assert answer.status_code == 410
        # It is still the page of whoever wrote the letter, in the customer's language; and the letter can be answered.
        assert (
            "<title>Срок ссылки истёк · Orbit support</title>" in answer.text
            and "можно ответить" in answer.text
        )
    assert ratings() == []
    assert "· Sincerely</title>" in person.get("/r/no-such-link").text


@ONE
def test_a_rating_cannot_be_changed_after_its_days(
    asked: Asked, person: FlaskClient, installation: Settings
) -> None:
    send(person, asked.token, "bad")
    [rating] = ratings()
    assert rating.changeable_until - rating.created_at == timedelta(days=installation.rating_change_days)
    with db.transaction() as session:
        session.execute(sa.update(Rating).values(changeable_until=db.now() - timedelta(seconds=1)))
    assert send(person, asked.token, "good").status_code == 410
    assert [one.face for one in ratings()] == ["bad"]


@ONE
def test_a_rating_may_be_changed_in_its_days_though_the_link_has_expired(
    asked: Asked, person: FlaskClient
) -> None:
    send(person, asked.token, "bad")
    with db.transaction() as session:
        session.execute(sa.update(RatingInvitation).values(expires_at=db.now() - timedelta(seconds=1)))
    send(person, asked.token, "good")
    assert [one.face for one in ratings()] == ["good"]


@ONE
@pytest.mark.parametrize("face", ["", "great", "GOOD", "good\n", "1"])
def test_an_unknown_face_is_asked_for_again_with_the_words_kept(
    asked: Asked, person: FlaskClient, face: str
) -> None:
    answer = send(person, asked.token, face, "my words")
    assert (answer.status_code, "my words" in answer.text) == (422, True)
    assert ratings() == []


@ONE
def test_a_link_cannot_be_used_to_fill_the_database(asked: Asked, person: FlaskClient) -> None:
    answers = [send(person, asked.token, "good", f"again {number}").status_code for number in range(14)]
    assert answers[:10] == [303] * 10
    assert set(answers[10:]) == {429}
    assert len(changes()) == 10
    for _ in range(60):
        person.get(f"/r/{asked.token}/good")
    assert len(hits()) == 50


@ONE
def test_an_answer_from_another_site_is_refused(asked: Asked, person: FlaskClient) -> None:
    answer = person.post(
        f"/r/{asked.token}", data={"face": "bad"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert ratings() == []


# Programs: what link scanners, mail clients and crawlers do with a letter.


def opens(
    *paths: str, method: str = "GET", agent: str = PERSON, **headers: str
) -> Callable[[FlaskClient, str], None]:
    def run(client: FlaskClient, token: str) -> None:
        for path in paths:
            client.open(f"/r/{token}{path}", method=method, headers={"User-Agent": agent, **headers})

    return run


ALL = tuple(f"/{face}" for face in FACES)
ROBOTS = {
    "opens every link in order": opens(*ALL),
    "opens every link backwards": opens(*reversed(ALL)),
    "opens every link twice": opens(*ALL, *ALL),
    "asks for the heads": opens(*ALL, method="HEAD"),
    "heads first, then all": lambda client, token: (
        opens(*ALL, method="HEAD")(client, token),
        opens(*ALL)(client, token),
    ),
    "names itself a bot": opens("/good", agent="Mozilla/5.0 (compatible; MailBot/2.1)"),
    "a safe-link service": opens("/bad", agent="Mozilla/5.0 BingPreview/1.0b"),
    "a script": opens("/good", agent="python-requests/2.32"),
    "without a name": opens("/good", agent=""),
    "prefetches": opens("/good", **{"Sec-Purpose": "prefetch;prerender"}),
    "previews": opens("/good", **{"X-Purpose": "preview"}),
    "an old browser's prefetch": opens("/okay", **{"X-Moz": "prefetch"}),
    "hammers one link": opens(*["/good"] * 6),
    "follows links on the page too": opens("/good", "/all", "?lang=en", "/thanks"),
    "asks what is allowed": opens(*ALL, method="OPTIONS"),
    "several at once from one network": lambda client, token: [
        opens(path, agent=f"{PERSON} build/{number}")(client, token)
        for number, path in enumerate((*ALL, *ALL))
    ],
    "a gateway that rewrites links": opens(
        *(f"{path}?u=https%3A%2F%2Fgate.example&utm_source=mail" for path in ALL)
    ),
    "a gateway that looks first": lambda client, token: (
        opens(*ALL, method="HEAD")(client, token),
        opens("/good?checked=1")(client, token),
        opens("/bad?checked=1")(client, token),
    ),
    "a mail client that preloads": opens(*ALL, **{"Purpose": "prefetch", "X-Purpose": "preview"}),
    "a crawler that sends the form by GET": opens("/good?face=good&comment=x", "?face=bad&reason=1", "/all"),
    "an old link checker": opens("/bad", agent="Java/1.8.0_292"),
}


@ONE
def test_no_program_is_counted_and_its_hits_are_filtered(asked: Asked, person: FlaskClient) -> None:
    assert len(ROBOTS) >= 12
    for name, robot in ROBOTS.items():
        robot(person, asked.token)
        kept = hits()
        if kept:
            assert kept[-1][2] != "" or any(reason == "trap" for _, _, reason in kept), (name, kept)
            assert len([hit for hit in kept if hit[2] == ""]) <= 1, (name, kept)
        with db.transaction() as session:
            session.execute(sa.delete(RatingHit))
    assert ratings() == []
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Event.kind == "rated")) == 0
    # And a person who comes after all of them is counted.
    send(person, asked.token, "okay")
    assert [one.face for one in ratings()] == ["okay"]


def test_both_databases_keep_the_last_choice(asked: Asked, person: FlaskClient) -> None:
    for face, words in (("bad", "slow"), ("good", "slow, but kind"), ("good", "slow, but kind")):
        send(person, asked.token, face, words, reason="1")
    assert [(one.face, one.comment) for one in ratings()] == [("good", "slow, but kind")]
    assert changes() == [("bad", "slow"), ("good", "slow, but kind")]


@ONE
def test_a_token_of_one_reply_rates_no_other(asked: Asked, person: FlaskClient) -> None:
    """Cross-ticket and replayed: what is sent along says nothing, the token alone does."""
    send(person, asked.token, "good", invitation_id="2", message_id="2", ticket="2", agent_id="2")
    send(person, asked.token, "good")
    kept = ratings()
    assert [(one.invitation_id, one.ticket_id, one.agent_id) for one in kept] == [
        (asked.invitation, asked.ticket, asked.ben)
    ]
    half = asked.token[:20] + asked.other_token[20:]
    assert send(person, half, "bad").status_code == 404
    assert len(ratings()) == 1


@ONE
def test_all_faces_within_a_minute_are_one_program_from_the_first_hit_on(
    asked: Asked, person: FlaskClient
) -> None:
    ROBOTS["opens every link in order"](person, asked.token)
    assert all(reason for _, _, reason in hits())


@ONE
@pytest.mark.parametrize("fields", [{"leave_this_empty": "x"}, {"leave_this_empty": "https://spam.example"}])
def test_a_program_that_fills_every_field_is_not_counted(
    asked: Asked, person: FlaskClient, fields: dict[str, str]
) -> None:
    answer = send(person, asked.token, "good", **fields)
    assert answer.status_code == 200
    assert ratings() == []
    assert hits() == [("POST", "good", "trap")]


@ONE
def test_two_looks_of_a_person_with_time_between_are_both_a_persons(
    asked: Asked, person: FlaskClient
) -> None:
    person.get(f"/r/{asked.token}/good")
    with db.transaction() as session:
        session.execute(sa.update(RatingHit).values(at=db.now() - timedelta(minutes=3)))
    person.get(f"/r/{asked.token}/bad")
    assert hits() == [("GET", "good", ""), ("GET", "bad", "")]


@ONE
def test_a_hit_names_nobody(asked: Asked, person: FlaskClient) -> None:
    columns = {column.name for column in RatingHit.__table__.columns}
    assert columns == {"id", "invitation_id", "face", "method", "filtered", "at"}
