"""Marks of a quotation: those of other programs than ">", and ">" that marks none."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import pytest

from mail_ingest.body import split_quoted

MARKED = {
    "bars": "Orbit Support wrote:\n| Is it plugged in?\n| Which colour?",
    "colons": "help@orbit.example (Orbit Support) writes:\n: Is it plugged in?\n: Which colour?",
    "braces": "On Nov 3, 2026, Orbit Support wrote:\n} Is it plugged in?\n} Which colour?",
    "hashes": "On Nov 3, 2026, Orbit Support wrote:\n# Is it plugged in?\n# Which colour?",
    "a name": "Orbit Support writes:\nOrbit> Is it plugged in?\nOrbit> Which colour?",
    "arrows around a name": ">>> Orbit Support <help@orbit.example> 11/3/2026 3:04 PM >>>\n> Is it plugged in?\n> Which colour?",
    "ends of wrapped lines": (
        "Orbit Support wrote:\n> Is the lamp plugged into the socket on the wall that is behind the\nold sofa?\n"
        "> Which colour has the light when the button on the upper side of the\nlamp is pressed?\n> Orbit"
    ),
}


@pytest.mark.parametrize("quotation", MARKED.values(), ids=MARKED.keys())
def test_it_is_folded_and_the_answer_is_not(quotation):
    body = split_quoted(f"Hello,\n\n{quotation}\n\nIt is blue.")
    assert body.visible == "Hello,\n\nIt is blue."
    assert body.folded == quotation


def test_answers_between_bars_are_shown():
    text = "Orbit Support wrote:\n | Is it plugged in?\nYes.\n | Which colour?\nBlue."
    assert split_quoted(text).visible == "Yes.\n\nBlue."


UNMARKED = {
    "python": "I typed\n>>> import lamp\n>>> lamp.on()\nLampError: dark\nand now?",
    "shell": "$ lamp --on \\\n> --bright\nnothing happened",
    "difference": "3c3\n< old lamp\n---\n> new lamp\n5a6\n> one more\nPlease apply.",
    "prompts of a database": "SQL> select lamp;\nSQL> quit\nWhat is wrong?",
    "router": "Router> enable\nRouter> show\nIt stops there.",
    "table": "| lamp | 1 |\n| cable | 2 |\nPlease order.",
    "one long line and a short word": (
        "This is what I see on the page:\n> the text is cut where the window ends although there is room f\nor me\nbut why?"
    ),
}


@pytest.mark.parametrize("text", [*UNMARKED.values()][:-1], ids=[*UNMARKED][:-1])
def test_it_is_no_quotation(text):
    letter = f"Good morning,\n\n{text}"
    assert split_quoted(letter).visible == letter


def test_one_short_line_below_a_long_marked_one_may_be_an_answer():
    assert "or me" in split_quoted(UNMARKED["one long line and a short word"]).visible


def test_python_is_shown_also_where_something_is_quoted():
    text = f"{UNMARKED['python']}\n\nOn 11/3/26 3:04 PM, Orbit wrote:\n> What did you type?"
    assert split_quoted(text).visible == UNMARKED["python"]


HEADER = "From: Orbit <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta\nSubject: Lamp"


def test_a_letter_pasted_below_a_colon_is_shown_with_the_question_below_it():
    text = f"Hello, is this letter from you:\n\n{HEADER}\n\nPlease pay.\n\nI do not believe it."
    assert split_quoted(text).visible == text


@pytest.mark.parametrize(
    "note",
    ["See my answers in red.", "My comments are inline.", "Ответы ниже красным.", "Antworten im Text."],
)
def test_answers_announced_inside_the_letter_below_are_shown(note):
    text = f"Hello,\n{note}\n\n{HEADER}\n\nIs it plugged in? Yes.\nWhich colour? Blue."
    assert split_quoted(text).visible == text


def test_a_header_above_marked_lines_lets_the_answer_below_them_be_seen():
    body = split_quoted(f"Hi,\n\n{HEADER}\n\n> Is it plugged in?\n\nYes, it is.")
    assert body.visible == "Hi,\n\nYes, it is."


def test_a_name_and_a_date_above_to_and_subject_are_a_header():
    head = "\tOrbit Support\n\t11/03/2026 03:04 PM\n\t\t \n\t\t To: Marta Client/Lamps/Client@Client\n\t\t cc: \n\t\t Subject: Lamp"
    body = split_quoted(f"It works.\n\n{head}\n\nIs it better?")
    assert body.visible == "It works."
    assert "Orbit Support" in body.folded


def test_an_attribution_at_the_top_of_a_letter_with_marks_further_down_folds_the_marked_lines_only():
    text = "On 3 November 2026 at 15:04, Orbit <help@orbit.example> wrote:\n\nHello Orbit,\n\n> Which colour?\n\nBlue."
    assert split_quoted(text).visible == "Hello Orbit,\n\nBlue."


def test_a_story_with_a_date_and_an_address_is_no_attribution():
    text = "Hello,\n\nSince 3 November 2026 15:04 letters to marta@client.example bounce, the server wrote:\n550 nobody here\nPlease correct it."
    assert split_quoted(text).visible == text


def test_a_forwarded_letter_whose_marker_is_quoted_with_it_is_shown():
    text = "Can you help?\n\n> Begin forwarded message:\n>\n> From: Paula <paula@other.example>\n> Subject: Lamp\n> Date: 3 November 2026\n>\n> It is dark."
    html = '<div>Can you help?</div><blockquote type="cite"><div>Begin forwarded message:</div><div>It is dark.</div></blockquote>'
    assert split_quoted(text, html).visible == text


def test_the_armour_of_a_signed_letter_is_folded():
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe lamp is dark.\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----"
    assert split_quoted(text).visible == "The lamp is dark."
