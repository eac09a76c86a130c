"""We know what we sent: our words are folded in any client and language, the customer's among them are shown."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import textwrap

import pytest

from mail_ingest.body import split_quoted

SENT = """Hello Marta,

thank you for writing to us. Please answer three questions, then we can help:

1. Have you restarted the router twice in a row?
2. What is your order number?
3. Which colour does the light have?

Have a nice day!
Ben
Orbit support"""

SENT_RU = """Здравствуйте, Марта!

Спасибо за обращение. Ответьте, пожалуйста, на вопросы:
Вы перезагружали роутер два раза подряд?
Какой номер заказа?

С уважением,
Борис, поддержка «Орбиты»"""

HEAD = "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:"


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def rewrapped(text: str, width: int, mark: str = "> ") -> str:
    paragraphs = text.split("\n\n")
    return f"\n{mark.rstrip()}\n".join(
        textwrap.fill(p, width, initial_indent=mark, subsequent_indent=mark) for p in paragraphs
    )


FORMS = {
    "marks": quoted(SENT),
    "double marks": quoted(SENT, ">> "),
    "no marks": SENT,
    "wrapped": rewrapped(SENT, 40),
    "wrapped, no marks": rewrapped(SENT, 40, ""),
    "spaces": SENT.replace(" ", "  ").replace("\n", "  \n"),
    "no-break spaces": SENT.replace(" ", "\u00a0"),
    "curly": SENT.replace("?", " ?").replace(",", " ,"),
    "unnumbered": SENT.replace("1. ", "").replace("2. ", "").replace("3. ", ""),
    "blank lines between all": SENT.replace("\n", "\n\n"),
    "one line": " ".join(SENT.split()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize(
    "head", [HEAD, "Zzz 3 qqq Orbit xyz", ""], ids=["known head", "unknown head", "no head"]
)
def test_our_text_is_folded_whatever_became_of_it(form, head):
    body = split_quoted(f"All three are fine.\n\n{head}\n\n{form}", sent_texts=[SENT])
    assert "All three are fine." in body.visible
    assert "order number" not in " ".join(body.visible.split())
    assert "your order" in " ".join(body.folded.split())
    assert body.visible in {"All three are fine.", f"All three are fine.\n\n{head}"}


@pytest.mark.parametrize("mark", ["> ", "", ">> ", "    "], ids=["marked", "plain", "twice", "indented"])
@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        "From: Orbit <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta\nSubject: Re: Lamp",
        "-----Original Message-----",
    ],
    ids=["gmail", "outlook", "separator"],
)
def test_words_written_between_our_lines_are_shown(mark, head):
    answered = SENT.replace("in a row?", "in a row?\nYes, twice, it did not help.").replace(
        "order number?", "order number?\nOR-7788"
    )
    answered = answered.replace("have?", "have?\nred")
    body = split_quoted(f"See my answers.\n\n{head}\n\n{quoted(answered, mark)}", sent_texts=[SENT])
    shown = [line.strip("> ") for line in body.visible.split("\n") if line.strip("> ")]
    assert shown == ["See my answers.", "Yes, twice, it did not help.", "OR-7788", "red"]


def test_words_at_the_end_of_our_lines_are_shown():
    answered = SENT.replace("in a row?", "in a row? Yes, twice.").replace("number?", "number? OR-7788")
    body = split_quoted(f"{HEAD}\n\n{quoted(answered)}", sent_texts=[SENT])
    assert "Yes, twice." in body.visible
    assert "OR-7788" in body.visible
    assert "thank you for writing" not in body.visible


def test_words_below_our_text_are_shown():
    body = split_quoted(
        f"-----Original Message-----\n{SENT}\nThe lamp is red and the order OR-7788.", sent_texts=[SENT]
    )
    assert body.visible == "The lamp is red and the order OR-7788."


def test_words_above_our_text_inside_the_marks_are_shown():
    body = split_quoted(f"{HEAD}\n> The lamp is red.\n{quoted(SENT)}", sent_texts=[SENT])
    assert body.visible == "> The lamp is red."


def test_russian_answers_inside_the_quotation_are_shown():
    answered = SENT_RU.replace("подряд?", "подряд? ДА, не помогло").replace("заказа?", "заказа?\n77-88")
    text = (
        f"-----Исходное сообщение-----\nОт: Орбита\nОтправлено: 3 ноября 2026\nТема: Re: Лампа\n\n{answered}"
    )
    body = split_quoted(text, sent_texts=["unrelated letter", SENT_RU])
    assert "ДА, не помогло" in body.visible
    assert "77-88" in body.visible
    assert "Спасибо за обращение" in body.folded


@pytest.mark.parametrize("sign", ["+", "👍", "?!", "✔"])
def test_a_sign_between_our_lines_is_an_answer(sign):
    answered = quoted(SENT).replace("in a row?", f"in a row?\n> {sign}")
    assert sign in split_quoted(f"{HEAD}\n\n{answered}", sent_texts=[SENT]).visible


def test_history_under_our_text_stays_folded():
    history = "On Mon, Nov 2, 2026 at 9:00 AM Marta <marta@client.example> wrote:\n> The router is broken, please help me."
    text = f"All fine.\n\n{HEAD}\n\n{quoted(SENT)}\n{quoted(history)}"
    body = split_quoted(text, sent_texts=[SENT])
    assert body.visible == "All fine."


def test_unmarked_history_under_our_text_stays_folded():
    older = "From: Marta <marta@client.example>\nSent: Monday, November 2, 2026 9:00\nTo: Orbit\nSubject: Lamp\n\nIt is broken."
    head = "From: Orbit <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta\nSubject: Re: Lamp"
    body = split_quoted(f"All fine.\n\n{head}\n\n{SENT}\n\n{older}", sent_texts=[SENT])
    assert body.visible == "All fine."


def test_courtesies_a_customer_shares_with_us_are_not_folded():
    text = "Hello Marta,\n\nHave a nice day!\n\nthe lamp is broken.\nBen"
    assert split_quoted(text, sent_texts=[SENT]).visible == text


def test_an_unknown_quotation_stays_folded_when_we_never_sent_it():
    text = f"All fine.\n\n{HEAD}\n\n> Something a third person wrote.\n> More of it."
    assert split_quoted(text, sent_texts=[SENT]).visible == "All fine."


def test_links_rewritten_on_the_way_do_not_count_as_new_words():
    sent = "Please read our page about lamps first:\nhttps://orbit.example/lamps\nIt answers most questions."
    back = (
        "> Please read our page about lamps\n> first: <https://links.example/safe?url=orbit>\n"
        "> https://orbit.example/lamps<https://links.example/?u=1>\n> It answers most questions."
    )
    assert split_quoted(f"Read it.\n\n{HEAD}\n{back}", sent_texts=[sent]).visible == "Read it."


def test_a_link_written_between_our_lines_is_an_answer():
    answered = quoted(SENT).replace(
        "order number?", "order number?\n> https://shop.client.example/orders/7788"
    )
    body = split_quoted(f"{HEAD}\n\n{answered}", sent_texts=[SENT])
    assert body.visible == "> https://shop.client.example/orders/7788"


def test_a_link_written_behind_our_words_is_an_answer():
    answered = quoted(SENT).replace("order number?", "order number? https://shop.client.example/orders/7788")
    assert "orders/7788" in split_quoted(f"{HEAD}\n\n{answered}", sent_texts=[SENT]).visible


def test_our_links_are_known_when_a_gateway_wraps_them():
    sent = "Please read our page about lamps first:\nhttps://orbit.example/help/lamps\nIt answers most questions."
    back = sent.replace(
        "https://orbit.example/help/lamps",
        "https://gate.example/?url=https%3A%2F%2Forbit.example%2Fhelp%2Flamps&x=1",
    )
    assert split_quoted(f"Read it.\n\n{HEAD}\n{quoted(back)}", sent_texts=[sent]).visible == "Read it."


def test_short_lines_of_ours_fold_with_the_passage_they_stand_in():
    body = split_quoted(f"All fine.\n\nZzz 3 qqq Orbit xyz\n{SENT}\n\nSee you", sent_texts=[SENT])
    assert body.visible == "All fine.\n\nZzz 3 qqq Orbit xyz\n\nSee you"


def test_signs_that_a_program_wrote_as_entities_are_our_words_still():
    sent = SENT.replace("a nice day", 'a "nice" day & evening')
    back = sent.replace('"', "&quot;").replace("&", "&amp;", 0).replace(" & ", " &amp; ")
    assert split_quoted(f"Fine.\n\n{HEAD}\n{quoted(back)}", sent_texts=[sent]).visible == "Fine."


def test_our_letter_sent_back_alone_is_shown():
    assert split_quoted(quoted(SENT), sent_texts=[SENT]).visible == quoted(SENT)


def test_our_line_wrapped_without_its_mark_is_folded():
    text = f"Fine.\n\n{HEAD}\n> thank you for writing to us. Please answer three\nquestions, then\n> we can help:"
    assert split_quoted(text, sent_texts=[SENT]).visible == "Fine."
