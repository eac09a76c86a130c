"""Drafts of articles out of answers that were sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.knowledge.gap_drafts import Answer, draft, marked, marks, ranked
from app.knowledge.own_words import own_words

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def answer(number: int, text: str, face: str = "") -> Answer:
    return Answer(number, number, "Nora Lind", NOW + timedelta(hours=number), text, face)


def test_the_best_rated_answer_is_the_draft_and_the_others_are_quoted() -> None:
    usual = "You find the invoice in your account under Documents."
    made = draft(
        "Hello,\n\nwhere do I find my invoice of order #10432? I need it.\n\nBest,\nOlga Petrova",
        [
            answer(1, f"Hello Olga,\n\n{usual}\n\nKind regards,\nNora Lind"),
            answer(2, "Look yourself.", "bad"),
            answer(3, f"Dear Olga,\n\n{usual} Call me at +7 921 555-12-12, Olga.\n\nRegards,\nNora", "good"),
            answer(4, "Ask the accountant.", "okay"),
        ],
        {"Olga Petrova", "Nora Lind"},
    )
    assert [one.reply_id for one in made.quoted] == [3, 1, 4]
    assert made.answer == f"{usual} Call me at ⟦+7 921 555-12-12⟧, ⟦Olga⟧."
    assert made.title == "Where do I find my invoice of order ⟦#10432⟧?"
    assert marks(made.answer) == ["+7 921 555-12-12", "Olga"]
    assert draft("What?", [], set()).answer == ""


def test_without_ratings_the_most_usual_answer_comes_first() -> None:
    same = "The invoice is in your account under Documents."
    found = ranked(
        [answer(1, "Please wait."), answer(2, same), answer(3, same + " Have a look."), answer(4, same)]
    )
    assert found[0].reply_id in (2, 4)
    assert found[-1].reply_id == 1


def test_what_belongs_to_one_customer_is_marked() -> None:
    text = (
        "Вернуть чайник можно в течение 14 дней. Ольге Петровой позвонят 12.03.2026.\n"
        "Адрес: ул. Ленина, 5. Заказ №4412, договор AB-12345, https://shop.example/o/77, olga@buyer.example"
    )
    assert marked(text, {"Ольга Петрова"}) == (
        "Вернуть чайник можно в течение 14 дней. ⟦Ольге Петровой⟧ позвонят ⟦12.03.2026⟧.\n"
        "Адрес: ⟦ул. Ленина, 5⟧. Заказ ⟦№4412⟧, договор ⟦AB-12345⟧, ⟦https://shop.example/o/77,⟧ ⟦olga@buyer.example⟧"
    ).replace("77,⟧ ⟦olga", "77, olga")
    assert marked("It lives at 12 Baker Street. {{customer.name|you}}", set()) == (
        "It lives at ⟦12 Baker Street⟧. {{customer.name|you}}"
    )
    assert marks("half ⟦ a mark") == ["⟦"]


def test_own_words_keep_their_lines() -> None:
    text = (
        "Hello Olga, your parcel is on its way.\n\n- first\n- second\n\nKind regards,\nNora\n\n> Where is it?"
    )
    assert own_words(text) == "Your parcel is on its way.\n\n- first\n- second"
    assert own_words("Thanks!") == "Thanks!"
