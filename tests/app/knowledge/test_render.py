"""An answer becomes HTML for the editor and the same text without marks; neither ever holds anything alive."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app.knowledge.render import render

ALIVE = re.compile(
    r"<\s*(?:script|img|svg|iframe|style|form|input|object|embed|math|base|meta|link)\b", re.IGNORECASE
)
PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))", "![x](https://tracker.example/p.png)", "![x](javascript:alert(1))",
    "<iframe src=//evil.example>", "<https://evil.example/\" onmouseover=alert(1)>",
    "[x](https://e.example \"' onclick=alert(1)\")",
    "`<script>`", "```html\n<script>alert(1)</script>\n```", "<!-- --><b onclick=alert(1)>x</b>", "&lt;script&gt;",
    "[a]: javascript:alert(1)\n\n[a]", "[x](//evil.example)", "[x](\\\\evil.example)", "<style>*{display:none}</style>",
    "https://e.example/\"><script>alert(1)</script>", "https://e.example/'onmouseover='alert(1)", "[x](file:///etc/passwd)",
    "<math><mi//xlink:href=\"data:x,<script>\">", "[x](&#106;avascript:alert(1))", "\x00<scr\x00ipt>alert(1)</script>",
]  # fmt: skip


def attributes(html: str) -> set[tuple[str, str]]:
    found = set()
    for node in HTMLParser(html).css("body *"):
        found |= {(node.tag or "", name) for name in node.attributes}
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", ["answer", "value", "link text", "link address"])
def test_nothing_alive_comes_out(payload: str, place: str) -> None:
    answers = {
        "answer": payload,
        "value": "Hello {{customer.name}}!",
        "link text": "[{{customer.name}}](https://shop.example)",
        "link address": "[x](https://shop.example/?q={{customer.name}})",
    }
    html = render(answers[place], {"customer.name": payload}).html
    assert not ALIVE.search(html)
    assert attributes(html) <= {("a", "href"), ("a", "rel")}
    for node in HTMLParser(html).css("a[href]"):
        assert re.match(r"https?://|mailto:|tel:", node.attributes["href"] or "")


def test_markdown_lists_links_and_line_breaks() -> None:
    shown = render(
        "Hi **you**\nsecond *line*\n\n1. one\n2. two\n   - deep\n\n[site](https://a.example) <b@a.example>",
        {},
    )
    assert "<strong>you</strong><br>" in shown.html
    assert "<em>line</em>" in shown.html
    assert shown.html.count("<li>") == 3
    assert shown.text == (
        "Hi you\nsecond line\n\n1. one\n2. two\n  - deep\n\nsite (https://a.example) b@a.example"
    )


def test_bare_addresses_become_links_without_the_full_stop_behind() -> None:
    shown = render("See https://a.example/x?y=1&z=2, or (http://b.example).", {})
    links = [node.attributes["href"] for node in HTMLParser(shown.html).css("a")]
    assert links == ["https://a.example/x?y=1&z=2", "http://b.example"]
    assert shown.text == "See https://a.example/x?y=1&z=2, or (http://b.example)."


def test_an_address_inside_a_link_is_not_linked_again() -> None:
    shown = render("[https://a.example](https://a.example)", {})
    assert shown.html.count("<a ") == 1
    assert shown.text == "https://a.example"


def test_a_name_full_of_markdown_stays_a_name() -> None:
    shown = render(
        "Hello {{customer.first_name}},", {"customer.first_name": "**[Eve](https://evil.example)** _x_"}
    )
    assert "<a" not in shown.html
    assert "<strong>" not in shown.html
    assert shown.text == "Hello **[Eve](https://evil.example)** _x_,"


def test_a_value_in_an_address_is_encoded() -> None:
    shown = render("[x](https://a.example/?n={{ticket.subject}})", {"ticket.subject": "a&b=c #d"})
    assert "https://a.example/?n=a%26b%3Dc%20%23d" in shown.html
    assert shown.text == "x (https://a.example/?n=a%26b%3Dc%20%23d)"


def test_missing_variables_are_named_and_stay_visible() -> None:
    shown = render("Hi {{customer.first_name}} {{agent.name|us}}", {})
    assert shown.missing == ("customer.first_name",)
    assert "{{customer.first_name}} us" in shown.html


def test_a_reserved_character_in_the_text_does_no_harm() -> None:
    shown = render("\ue0000\ue001 \ue00099\ue001 {{agent.name}}", {"agent.name": "Nora"})
    assert shown.text == "0 99 Nora"


def test_headings_of_any_depth_fit_the_editor() -> None:
    assert render("### Title", {}).html == "<h1>Title</h1>"
