"""Pictures inside what an agent types: from the editor, to a page, and nothing else on the way."""

from __future__ import annotations

import html
import json

import pytest

from app.tickets.inline_images import for_page, from_editor, shown
from app.tickets.safe_html import reply_to_text, sanitise_reply


def figure(**described: str) -> str:
    told = html.escape(json.dumps(described), quote=True)
    return (
        f'<figure data-trix-attachment="{told}" class="attachment"><img src="x" width="9">'
        '<figcaption class="attachment__caption">a caption</figcaption></figure>'
    )


def test_a_figure_becomes_a_picture_that_the_letter_carries_and_back() -> None:
    typed = f"<div>See {figure(url='/attachments/12/preview', filename='a b.png')} here</div>"
    kept = sanitise_reply(from_editor(typed))
    assert kept == '<div>See <img src="cid:image.12" alt="a b.png"> here</div>'
    assert shown(kept) == {12}
    page = for_page(kept, "/under/attachments/{id}/preview")
    assert 'src="/under/attachments/12/preview"' in page
    assert sanitise_reply(from_editor(page)) == kept
    assert reply_to_text(kept) == "See [a b.png] here"


@pytest.mark.parametrize(
    "typed",
    [
        '<img src="https://spy.example/x.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="cid:image.1x">',
        '<img src="/attachments/1/preview?x" onerror="alert(1)">',
        figure(url="https://spy.example/attachments/1/preview/x"),
        figure(url="javascript:alert(1)"),
        '<figure data-trix-attachment="not json"><img src="x"></figure>',
        '<figure data-trix-attachment="[1]"><img src="x"></figure>',
    ],
)
def test_no_other_picture_passes(typed: str) -> None:
    assert from_editor(f"<div>a{typed}b</div>") == "<div>ab</div>"


def test_what_is_not_closed_keeps_its_words() -> None:
    assert sanitise_reply(from_editor("<div>one <figure>two</div>")) == "<div>one two</div>"


def test_many_unclosed_figures_cost_no_more_than_their_length() -> None:
    assert len(from_editor("<figure " * 100_000)) < 1_000_000
