"""Whatever comes in: no line is lost, none is doubled, and the work grows with the size only."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import sys
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail_ingest.body import split_quoted

LINES = st.sampled_from(
    [
        "Hello Anna,", "it works", "Yes.", "", "", " ", "-- ", "--", "---", "________________________________",
        "> quoted words of ours", ">> deeper", ">", "> ", "AB> initials", "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example>",
        "wrote:", "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:", "3 ноября 2026 г., 15:04, Орбита пишет:",
        "-----Original Message-----", "-----Исходное сообщение-----", "From: Orbit <help@orbit.example>", "Sent: 3 Nov 2026 15:04",
        "To: Anna", "Subject: lamp", "От: Орбита", "Кому: Анна", "Тема: лампа", "---------- Forwarded message ---------",
        "Sent from my iPhone", "Отправлено с iPhone", "Best regards,", "С уважением,", "Anna", "+7 495 123-45-67", "FYI",
        "please restart the router twice in a row", "and tell us the number of your order", "our letter ends here",
        "\u200b", "\x0c", "\u2028", "x\u2028y", "Reply above this line", ">From me", "> please restart the router twice in a row",
        "> and tell us the number of your order 123", "+", "👍", "\t> tabbed", "a" * 1200,
    ]
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
SENT = "Hello Anna,\n\nplease restart the router twice in a row\nand tell us the number of your order\n\nour letter ends here"
WRAPPERS = [
    "{}",
    "<div>{}</div>",
    '<blockquote type="cite">{}</blockquote>',
    '<div class="gmail_quote">{}</div>',
]


def lines_of(text):
    return Counter(line for line in text.splitlines() if line.strip())


def assert_nothing_lost(text, body):
    sorted_lines = lines_of(body.visible) + lines_of(body.folded) + lines_of(body.signature)
    assert sorted_lines == lines_of(text)
    assert lines_of("\n".join(part.text for part in body.parts)) == lines_of(text)
    if text.strip():
        assert body.visible


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=25), ENDS, st.booleans(), st.lists(st.sampled_from(WRAPPERS), max_size=25))
@example(["Hello Anna,", "", "> quoted words of ours"], "\n", True, [])
def test_every_line_is_in_exactly_one_place(lines, end, with_sent, wrappers):
    text = end.join(lines)
    marks = wrappers + ["{}"] * (len(lines) - len(wrappers))
    html = "<br>".join(
        mark.format(line.replace("<", "&lt;")) for mark, line in zip(marks, lines, strict=False)
    )
    for markup in (None, html) if text.strip() else (None,):  # without a text, that of the HTML is taken
        assert_nothing_lost(text, split_quoted(text, markup, [SENT] if with_sent else []))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=100), max_size=3))
def test_any_text_is_taken(text, html, sent):
    if text.strip():
        assert_nothing_lost(text, split_quoted(text, html, sent))
    else:
        split_quoted(text, html, sent)


def test_a_letter_of_more_lines_than_are_read_closely_is_whole():
    text = "\n".join(f"line {n}" for n in range(30_000))
    assert split_quoted(text).visible == text
    history = f"mine\n\n-----Original Message-----\n{text}"
    body = split_quoted(history)
    assert body.visible == "mine"
    assert_nothing_lost(history, body)


PUMPS = {
    "colons": ":\n",
    "verbs": "wrote:\n",
    "dates": "On 3 Nov 2026 at 15:04\n",
    "attributions": "On Tue, Nov 3, 2026 at 3:04 PM X <a@b.example> wrote:\n",
    "labels": "From: a\n",
    "headers": "From: a@b.example\nSent: 3 Nov 2026\nTo: c\nSubject: d\n",
    "rules": "---\n",
    "signatures": "-- \n",
    "closings": "Best regards,\n",
    "marks": "> a\nb\n",
    "depths": ">>> a\n>> b\n> c\n",
    "blank": "\n",
    "one word": "a a a a\n",
    "one line": "a ",
    "combining": "\u0301\u0316",
    "addresses": "a@b.",
    "links": "<http://",
    "brackets": "[cid:",
    "footers": "To unsubscribe from this list\n--\n",
    "notices": "This message is for the recipient, confidential\n",
    "armour": "-----BEGIN PGP SIGNED MESSAGE-----\n",
    "armour ends": "-----END PGP SIGNATURE-----\n",
    "bars": "Anna wrote:\n| a\n",
    "names": "Anna wrote:\nAnna> a\nb\n",
    "arrows": ">>> Anna 3/11/2026 3:04 PM >>>\n",
    "prompts": ">>> a(\n",
    "hunks": "3c3\n> a\n",
    "wrapped": "> " + "a" * 66 + "\nb\n",
    "articles": "In article <a@b> writes:\n> a\n",
    "notes": "03/11/2026 03:04 PM\nTo: a\nSubject: b\n",
    "recipients": "To: a\nb,\nc,\nd;\n",
    "forwards": "---------- Forwarded message ---------\n",
    "shown": "a:\nFrom: a@b.example\nSubject: c\nTo: d\n",
    "devices": "Sent from my iPhone\n",
    "cards": "Anna Berta\nTel. 1234567\na@b.example\n\n",
    "borders": "<div style='border-top:solid'><b>",
    "marked pages": "<div>Anna wrote:</div><blockquote>a</blockquote>",
    "signs": "<",
}


def operations(text):
    """Calls of Python and C functions: what the work costs, whatever the machine does meanwhile."""
    count = 0

    def tick(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        split_quoted(text, text, [text])
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("pump", PUMPS.values(), ids=PUMPS.keys())
def test_twice_the_letter_is_twice_the_work(pump):
    small = pump * (6_000 // len(pump))
    assert operations(small * 2) <= 2.2 * operations(small) + 500
