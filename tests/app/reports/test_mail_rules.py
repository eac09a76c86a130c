"""What Outlook needs of a letter, by its known rules: tables, widths as attributes, letters named in every cell, no
pictures behind text; and what a reader without pictures needs: words in their place."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from app import db
from app.outgoing import sample
from app.outgoing.looks import Look
from app.ratings.asking import Choice
from app.reports.briefing_mail import as_html
from app.reports.briefing_words import BURNS, Said, Section
from app.settings import Settings

# Word, which draws letters in Outlook, knows none of these.
UNKNOWN = (
    "url(",
    "background-image",
    "position:",
    "display:flex",
    "display:grid",
    "float:",
    "<script",
    "<link",
)
SECTIONS = [
    Section(
        BURNS,
        "What burns",
        [Said("2 late", "/reports/behind/late", is_head=True, tone="bad"), Said("A kettle", "/tickets/1")],
        "",
    ),
    Section("shines", "Who shines", [], "Nobody has enough ratings yet."),
]


def follows_the_rules(html: str) -> HTMLParser:
    tree = HTMLParser(html)
    assert not [word for word in UNKNOWN if word in html.lower().replace(": ", ":")]
    tables = tree.css("table")
    assert tables and "role" in tables[0].attributes and tables[0].attributes["width"] == "100%"
    for table in tables:
        # Laid out, not told as data; and no gaps of its own.
        assert table.attributes.get("role") == "presentation"
        assert {"cellpadding", "cellspacing", "border"} <= set(table.attributes), table.html[:120]
    for cell in tree.css("td"):
        words = bool((cell.text(deep=False) or "").strip())
        linked = [child for child in cell.iter() if child.tag == "a"]
        if words or linked:
            assert "font-family" in _styles(cell, linked), cell.html[:160]
    for box in tree.css("div, p, span"):
        # A width or room inside is known of cells alone.
        assert "width" not in (box.attributes.get("style") or "")
        assert "padding" not in (box.attributes.get("style") or "")
    return tree


def _styles(cell: Node, links: list[Node]) -> str:
    return " ".join(one.attributes.get("style") or "" for one in (cell, *links))


def test_the_briefing_mail_is_drawn_by_outlook_too() -> None:
    tree = follows_the_rules(as_html(SECTIONS, "https://desk.example", "Footer", "Your briefing"))
    assert [one.attributes["width"] for one in tree.css("table")[1:2]] == ["640"]
    assert tree.css("table")[1].attributes["bgcolor"] == "#ffffff"
    # No information in colour alone: it is words that say it; and nothing depends on pictures.
    assert not tree.css("img") and "2 late" in tree.text() and "Nobody has enough" in tree.text()
    for link in tree.css("a"):
        assert (link.attributes["href"] or "").startswith("https://desk.example/") and "color" in (
            link.attributes["style"] or ""
        )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_letter_with_smileys_reads_well_without_pictures(installation: Settings) -> None:
    with db.reading() as session:
        for style in ("card", "line"):
            for language, words in (
                ("en", ("Great", "Okay", "Bad")),
                ("ru", ("Отлично", "Нормально", "Плохо")),
            ):
                html = sample.document(session, Choice(style=style), Look(), language, "light")
                tree = HTMLParser(html)
                pictures = tree.css("img")
                assert len(pictures) == 3
                for picture in pictures:
                    said = picture.attributes
                    assert said["width"] and said["height"] and said["border"] == "0"
                    # The face itself stands in place of the picture, large enough to be one.
                    assert said["alt"] in "🙂😐🙁😀😊☹️😞😕" and "font-size" in (said["style"] or "")
                for word in words[:1]:
                    assert word in tree.text(), (style, language)
                for table in tree.css("table"):
                    assert table.attributes.get("role") == "presentation"
