"""Plain text on a page: nothing in it becomes a tag, addresses become links that lead where they say."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.tickets.linkify import linkify


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.links, self.words = [], [], []
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "br":
            self.words.append("")

    def handle_data(self, data):
        self.words.append(data)


LINKS = {
    "see https://orbit.example/a": ["https://orbit.example/a"],
    "see http://orbit.example.": ["http://orbit.example"],
    "(https://orbit.example/a)": ["https://orbit.example/a"],
    "https://orbit.example/a_(b)": ["https://orbit.example/a_(b)"],
    "https://orbit.example/?a=1&b=2": ["https://orbit.example/?a=1&b=2"],
    "<https://orbit.example/a>": ["https://orbit.example/a"],
    '"https://orbit.example/a"': ["https://orbit.example/a"],
    "HTTPS://orbit.example/A": ["HTTPS://orbit.example/A"],
    "https://orbit.example/a,https": ["https://orbit.example/a,https"],
    "write to marta@client.example.": ["mailto:marta@client.example"],
    "mailto:marta@client.example": ["mailto:marta@client.example"],
    "https://orbit.example/страница": ["https://orbit.example/страница"],
    "https://one.example https://two.example": ["https://one.example", "https://two.example"],
    "https://one.example\nhttps://two.example": ["https://one.example", "https://two.example"],
    "javascript:alert(1)": [],
    "JAVASCRIPT:https": [],
    "ftp://orbit.example": [],
    "data:text/html,x": [],
    "xhttps://orbit.example": [],
    "vbscript:x file:///etc": [],
    "@orbit marta@ 5@6": [],
    "https://": [],
    "https://orbit.example/\u202egnp.exe": ["https://orbit.example/"],
    "https://orbit.example/'onmouseover='alert(1)": ["https://orbit.example/"],
    "https://user@orbit.example/x": ["https://user@orbit.example/x"],
}


@pytest.mark.parametrize(("text", "links"), LINKS.items())
def test_addresses_become_links(text, links):
    assert Seen(linkify(text)).links == links


@pytest.mark.parametrize("text", LINKS)
def test_no_character_is_lost(text):
    assert "".join(Seen(linkify(text)).words).replace("\n", "") == text.replace("\n", "")


@given(st.text(alphabet="<>&\"' /=:.@abhtpsmilo\n\r()[]\u202e\u2066й", max_size=120))
def test_text_stays_text(text):
    seen = Seen(linkify(text))
    assert set(seen.tags) <= {"p", "br", "a", "bdi"}
    assert re.sub(r"\s", "", "".join(seen.words)) == re.sub(r"\s", "", text)
    assert all(link.casefold().startswith(("http://", "https://", "mailto:")) for link in seen.links)


def test_paragraphs_and_lines_are_kept():
    assert str(linkify("one\ntwo\r\n\r\nthree\n\n\n\nfour\n")) == (
        '<p dir="auto">one<br>\ntwo</p>\n<p dir="auto">three</p>\n<p dir="auto">four</p>'
    )


def test_the_result_is_markup_and_the_input_is_escaped():
    result = linkify("<script>alert('x')</script> & <b>")
    assert isinstance(result, Markup)
    assert "<script" not in result
    assert "&lt;b&gt;" in result


def test_a_link_tells_nobody_where_the_click_came_from():
    assert 'rel="noopener noreferrer nofollow"' in linkify("https://orbit.example")


def test_a_host_in_other_letters_is_spelled_out():
    assert 'title="xn--80ak6aa92e.example"' in linkify("see https://аррӏе.example/login")
    assert "title=" not in linkify("see https://apple.example/login")


def test_a_link_is_isolated_from_the_direction_of_the_text_around_it():
    assert '<bdi><a href="https://orbit.example/"' in linkify("\u202ehttps://orbit.example/")


def test_empty_text_is_nothing():
    assert str(linkify(" \n \n")) == ""
    assert "lone" in linkify("lone \ud800").encode("utf-8").decode("utf-8")
