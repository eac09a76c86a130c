"""Whatever a letter holds, what is shown of it runs nothing, asks for nothing and keeps its words."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tickets.safe_html import (
    clean_letter,
    frame_csp,
    frame_document,
    has_remote_images,
    sanitise_reply,
)
from tests.app.html_payloads import IMAGES, PAYLOADS, PIXEL, Seen, assert_inert, letter_tags


@pytest.mark.parametrize("remote", [False, True], ids=["closed", "remote images"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_inert(payload, remote):
    for html in (payload, f"<p>before {payload} after</p>", f"<table><tr><td>{payload}", payload.upper()):
        assert_inert(letter_tags(html, remote), remote)
        assert_inert(Seen(sanitise_reply(html)).tags)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cleaning_twice_changes_nothing(payload):
    for html in (payload, f"<p>before {payload} after</p>"):
        once = clean_letter(html, images=IMAGES, allow_remote=True)
        assert clean_letter(once, images=IMAGES, allow_remote=True) == once
        reply = sanitise_reply(html)
        assert sanitise_reply(reply) == reply


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<a href='https://ok.example'>", "</a>", "<table>", "<tr>", "<td>", "</td>",
        "</table>", "<svg>", "</svg>", "<math>", "<mtext>", "<style>", "</style>", "<!--", "-->", "<img src=x onerror=y>",
        "<select>", "<li>", "<ul>", "</ul>", "<pre>\n\n", "</pre>", "text", "&lt;", "&amp;lt;", "<", ">", "'", '"', "\n",
        "<div style='color:red;background:url(x)'>", "</div>", "<font color=red>", "<i>", "</i>", "<h1>", "<template>",
        "<noscript>", "<textarea>", "<title>", "]]>", "<form>", "</form>", "<br/>", "<plaintext>", "\x00", "&#0;", "\ud800",
        "<blockquote>", "<caption>", "<col>", "<dd>", "<nobr>", "<option>", "<a\nhref=javascript:x>", "<p title='", "--!>",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mixture_is_inert_and_settled(html):
    html = html.replace("\ud800", "")
    once = clean_letter(html, images=IMAGES, allow_remote=False)
    assert_inert(Seen(once).tags)
    assert clean_letter(once, images=IMAGES, allow_remote=False) == once


def test_a_lone_surrogate_does_no_harm():
    assert "after" in frame_document("before \ud800 after", images={}, allow_remote=False)


def test_an_ordinary_letter_keeps_its_look():
    html = (
        "<div style=\"font-family: Arial, 'Segoe UI'; color: rgb(1, 2, 3); margin: 0 auto; line-height: 1.5\">"
        "<h2>Hello</h2><p align=center>One <strong>two</strong> <a href='https://ok.example/a?b=1&amp;c=2'>three</a></p>"
        "<table width=100% cellpadding=4 bgcolor='#eeeeee'><tr><td colspan=2 valign=top>four</td></tr></table>"
        "<ul><li>five</li></ul><blockquote>six</blockquote></div>"
    )
    cleaned = clean_letter(html, images={}, allow_remote=False)
    for kept in (
        "font-family:Arial, 'Segoe UI'", "color:rgb(1, 2, 3)", "margin:0 auto", "<h2>Hello</h2>", 'colspan="2"',
        'bgcolor="#eeeeee"', 'width="100%"', "<li>five</li>", "<blockquote>six</blockquote>",
        'href="https://ok.example/a?b=1&amp;c=2"',
    ):  # fmt: skip
        assert kept in cleaned


def test_links_open_elsewhere_and_tell_nothing():
    ((tag, attributes),) = letter_tags("<a href='https://ok.example' target=_self rel=opener>x</a>")
    assert tag == "a"
    assert attributes["target"] == "_blank"
    assert set(attributes["rel"].split()) == {"noopener", "noreferrer", "nofollow"}


@pytest.mark.parametrize(
    "source",
    [
        "cid:logo@client.example",
        "CID:logo@client.example",
        "cid:logo%40client.example",
        "cid:<logo@client.example>",
    ],
)
def test_an_inline_picture_is_put_in(source):
    assert letter_tags(f'<img src="{source}" alt="Logo">') == [("img", {"src": PIXEL, "alt": "Logo"})]


def test_a_picture_of_ten_thousand_million_points_stays_hidden():
    bomb = PIXEL[:22] + base64.b64encode(base64.b64decode(PIXEL[22:])[:16] + b"\x00\x01\x86\xa0" * 2).decode()
    assert letter_tags(f"<img src='{bomb}'>") == [("img", {})]
    assert letter_tags(f"<img src='{PIXEL}'>") == [("img", {"src": PIXEL})]


def test_remote_pictures_appear_only_when_asked_for():
    html = "<img src='https://shop.example/a.png'><img src='http://shop.example/b.png'>"
    assert [attributes.get("src") for _, attributes in letter_tags(html)] == [None, None]
    shown = [attributes.get("src") for _, attributes in letter_tags(html, remote=True)]
    assert shown == ["https://shop.example/a.png", "https://shop.example/b.png"]


@pytest.mark.parametrize(
    ("html", "remote"),
    [
        ("<img src='https://shop.example/a.png'>", True),
        ("<IMG alt='a > b' SRC = http://shop.example/a.png>", True),
        ("<img src='&#104;ttps://shop.example/a.png'>", True),
        ("<img src='cid:a'>", False),
        (f"<img src='{PIXEL}'>", False),
        ("<p>https://shop.example/a.png</p>", False),
        ("<!-- <img src='https://shop.example/a.png'> -->", False),
        ("<a href='https://shop.example/a.png'>x</a>", False),
    ],
)
def test_the_page_knows_whether_there_are_remote_pictures(html, remote):
    assert has_remote_images(html) is remote


def test_the_document_is_complete_and_carries_its_policy():
    document = frame_document("<p>Hello</p>", images={}, allow_remote=False)
    assert document.startswith("<!DOCTYPE html>")
    assert document.endswith("</body></html>")
    tags = Seen(document).tags
    policies = [
        a["content"] for t, a in tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
    ]
    assert [tag for tag, _ in tags if tag in {"script", "base", "link"}] == []


def test_the_policy_opens_pictures_only_when_asked():
    closed = {part.strip().split(" ")[0]: part.strip() for part in frame_csp(False).split(";")}
    opened = {part.strip().split(" ")[0]: part.strip() for part in frame_csp(True).split(";")}
    assert closed["img-src"] == "img-src data:"
    assert opened["img-src"] == "img-src data: https:"
    for policy in (closed, opened):
        assert policy["default-src"] == "default-src 'none'"
        assert policy["sandbox"] == "sandbox allow-popups allow-popups-to-escape-sandbox"
        assert policy["frame-ancestors"] == "frame-ancestors 'self'"
        assert "script-src" not in policy
