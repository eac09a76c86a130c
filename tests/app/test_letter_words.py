"""Words survive whatever form a letter has: nested without end, hidden in odd elements, typed in our editor."""

import pytest

from app.tickets.safe_html import (
    clean_letter,
    reply_to_text,
    sanitise_reply,
)
from tests.app.html_payloads import Seen

BOMBS = {
    "div": "<div>x" * 50_000,
    "b": "<b>x" * 30_000,
    "formatting of every paragraph": "".join(f"<b id={n}><p>x" for n in range(20_000)),
    "ends in comments": "<div>x<!--</div>-->" * 20_000,
    "ends in attributes": "<div>x<p title='</div>'>" * 20_000,
    "ends in tables": "<div>x<table></div></table>" * 10_000,
    "ends in formatting": "<b><div>x</b>" * 20_000,
    "ends in selects": "<div>x<select></div></select>" * 10_000,
    "ends in scripts": "<div>x<script><!--<script></script></div>--></script>" * 10_000,
    "ends in svg": "<svg><div>x<style></div></style></svg>" * 10_000,
    "font in font": "<font color=red><p>x" * 20_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_what_nests_without_end_is_shown_as_text(bomb):
    cleaned = clean_letter(bomb, images={}, allow_remote=False)
    depth = deepest = 0
    for piece in cleaned.split("<")[1:]:
        depth += -1 if piece.startswith("/") else 0 if piece.startswith(("br", "img", "hr")) else 1
        deepest = max(deepest, depth)
    assert deepest <= 220
    assert len(cleaned) < 12 * len(bomb)
    assert "x" in cleaned


@pytest.mark.parametrize(
    "html",
    [
        "<style><!-- p { color: red } </style>the lamp is broken",
        "<style><!-- p { color: red } --></style>the lamp is broken",
        "<svg>the lamp is broken",
        "<select><option>the lamp is broken",
        "<template>the lamp is broken",
        "<noscript>the lamp is broken</noscript>",
        "<textarea>the lamp is broken</textarea>",
        "<form><button>the lamp is broken</button></form>",
        "<unknown>the lamp is broken</unknown>",
        "the < lamp > is broken <3".replace("< lamp >", "lamp"),
        "<![endif]-->the lamp is broken",
    ],
)
def test_words_inside_unwanted_elements_are_kept(html):
    assert "the lamp is broken" in "".join(Seen(clean_letter(html, images={}, allow_remote=False)).words)


def test_styles_and_scripts_are_not_words():
    html = "<title>T</title><style>p > b { color: red }</style><script>if (a < b) c()</script><p>seen</p>"
    assert clean_letter(html, images={}, allow_remote=False) == "<p>seen</p>"


def test_words_survive_when_the_form_is_given_up():
    html = "<p>Dear team,</p>" + "<div>" * 500 + "the &lt;lamp&gt; is <b>broken</b>" + "</div>" * 500
    words = "".join(Seen(clean_letter(html, images={}, allow_remote=False)).words)
    assert "Dear team," in words
    assert "the <lamp> is broken" in words


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><p>cell</p></td></tr></table>" * 400,
        "<p>unclosed paragraph" * 1000,
        "<ul>" + "<li>unclosed item" * 1000 + "</ul>",
        "<table>" + "<tr><td>unclosed cell<td>and another" * 500 + "</table>",
        "<table>" + "<tr><td><font color=red>unclosed font</td></tr>" * 500 + "</table>",
        "<!--[if mso]><table><tr><td><![endif]--><p>x</p><!--[if mso]></td></tr></table><![endif]-->" * 300,
        "<p><font color=red>unclosed font</p>" * 500,
        "<blockquote>" * 60 + "long thread" + "</blockquote>" * 60,
        "line<br>" * 5000,
    ],
)
def test_long_but_flat_letters_keep_their_form(html):
    cleaned = clean_letter(html, images={}, allow_remote=False)
    assert any(tag in cleaned for tag in ("<p>", "<li>", "<td>", "<blockquote>", "<br>"))
    assert not cleaned.startswith("<div>")


REPLY_TEXTS = {
    "paragraphs": (
        "<div>Hello Anna,<br><br>it is <strong>done</strong>.</div>",
        "Hello Anna,\n\nit is done.",
    ),
    "two blocks": ("<div>one</div><div>two</div>", "one\ntwo"),
    "real paragraphs": ("<p>one</p><p>two</p>", "one\n\ntwo"),
    "link": (
        '<div>See <a href="https://x.example/a">our page</a>.</div>',
        "See our page <https://x.example/a>.",
    ),
    "link shown as it is": ('<a href="https://x.example/a">https://x.example/a</a>', "https://x.example/a"),
    "mail link": ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
    "bold link": ('<a href="https://x.example/"><strong>page</strong></a>', "page <https://x.example/>"),
    "list": ("<div>Do:</div><ul><li>one</li><li>two</li></ul><div>Bye</div>", "Do:\n- one\n- two\n\nBye"),
    "numbered": ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
    "list in list": (
        "<ul><li>one<ol><li>a</li><li>b</li></ol></li><li>two</li></ul>",
        "- one\n  1. a\n  2. b\n- two",
    ),
    "quote": ("<blockquote>one<br>two</blockquote><div>three</div>", "> one\n> two\n\nthree"),
    "quote in quote": ("<blockquote><blockquote>a</blockquote>b</blockquote>", "> > a\n>\n> b"),
    "code": ("<pre>if x:\n    y</pre><div>z</div>", "if x:\n    y\n\nz"),
    "heading": ("<h1>Title</h1><div>text</div>", "Title\n\ntext"),
    "spaces": ("<div>a   b\n c</div>", "a b c"),
    "entities": ("<div>1 &lt; 2 &amp;&nbsp;3</div>", "1 < 2 & 3"),
    "script": ("<div>a<script>b</script></div>", "a"),
    "russian": ("<div>Здравствуйте, Анна!<br>Готово.</div>", "Здравствуйте, Анна!\nГотово."),
    "empty": ("", ""),
    "no tags": ("just text", "just text"),
}


@pytest.mark.parametrize(("html", "text"), REPLY_TEXTS.values(), ids=REPLY_TEXTS.keys())
def test_a_reply_as_plain_text(html, text):
    assert reply_to_text(html) == text


def test_a_reply_keeps_the_marks_of_the_editor_and_no_others():
    html = '<div class="x" style="color:red">a <em>b</em> <del>c</del> <u>d</u><figure><img src="x"></figure></div>'
    assert sanitise_reply(html) == "<div>a <em>b</em> <del>c</del> d</div>"
