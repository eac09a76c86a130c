"""What mail programs mark in HTML is folded, and what a person wrote around or between it is not."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import pytest

from mail_ingest.body import split_quoted
from mail_ingest.html_text import html_to_text

NEW = "The lamp works now, thank you."
OLD = "please hold the small button for ten seconds"

LETTERS = {
    "gmail": (
        f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        "On Tue, Nov 3, 2026 at 3:04 PM Orbit &lt;<a href='mailto:help@orbit.example'>help@orbit.example</a>&gt; wrote:"
        f'<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
        f"<div>Dear Marta,<br><br>{OLD}</div></blockquote></div>"
    ),
    "gmail, a language nobody listed": (
        f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        "Zzz 3 qqq 2026 xyz Orbit abcde<br></div>"
        f'<blockquote class="gmail_quote"><div>Dear Marta,<br><br>{OLD}</div></blockquote></div>'
    ),
    "outlook desktop": (
        f'<div class="WordSection1"><p class="MsoNormal">{NEW}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:'
        "</b> Orbit &lt;help@orbit.example&gt; <br><b>Sent:</b> Tuesday, November 3, 2026 3:04 PM<br><b>To:</b> Marta"
        f"<br><b>Subject:</b> Re: Lamp</p></div></div><p class=MsoNormal>Dear Marta,</p><p class=MsoNormal>{OLD}</p></div>"
    ),
    "outlook web": (
        f'<div class="elementToProof">{NEW}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>Qqq:</b> Orbit<br><b>Zzz:</b> 3.11.2026</font></div>'
        f"<div><p>Dear Marta,</p><p>{OLD}</p></div>"
    ),
    "outlook mobile": (
        f'<div dir="ltr">{NEW}</div><div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/x">Outlook for iOS</a>'
        '</div><div id="mail-editor-reference-message-container"><div><b>Od:</b> Orbit</div>'
        f"<div>Dear Marta, {OLD}</div></div>"
    ),
    "apple": (
        f'<html><body style="word-wrap: break-word;">{NEW}<br><div><br><blockquote type="cite"><div>On 3 Nov 2026, at 15:04,'
        ' Orbit &lt;<a href="mailto:help@orbit.example">help@orbit.example</a>&gt; wrote:</div><br>'
        f"<div>Dear Marta,<div><br></div><div>{OLD}</div></div></blockquote></div></body></html>"
    ),
    "thunderbird": (
        f'<p>{NEW}</p><div class="moz-cite-prefix">Am 03.11.26 um 15:04 schrieb Orbit:<br></div>'
        f'<blockquote type="cite" cite="mid:1@orbit.example"><p>Dear Marta,</p><p>{OLD}</p></blockquote>'
    ),
    "yahoo": (
        f'<div class="ydp1yahoo-style-wrap"><div>{NEW}</div><div><br></div></div><div id="yahoo_quoted_12" '
        'class="yahoo_quoted"><div><div>Qqq Tuesday, November 3, 2026, Orbit zzz:</div><div><br></div>'
        f"<div>Dear Marta,<br>{OLD}</div></div></div>"
    ),
    "proton": (
        f'<div style="font-family: Arial;">{NEW}</div><div class="protonmail_quote">On Tuesday, November 3rd, 2026 at 3:04 PM,'
        f' Orbit &lt;help@orbit.example&gt; wrote:<br><br><blockquote class="protonmail_quote" type="cite">Dear Marta,<br>{OLD}'
        "<br></blockquote><br></div>"
    ),
    "mail.ru": (
        f'<div>{NEW}</div><div>&nbsp;</div><blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">'
        f"Вторник, 3 ноября 2026, 15:04 +03:00 от Orbit &lt;help@orbit.example&gt;:<br><div>Dear Marta,<br>{OLD}</div></blockquote>"
    ),
    "yandex": (
        f'<div>{NEW}</div><div>&nbsp;</div><div>03.11.2026, 15:04, "Orbit" &lt;help@orbit.example&gt;:</div>'
        f"<blockquote><p>Dear Marta,</p><p>{OLD}</p></blockquote>"
    ),
    "roundcube": (
        f'<p>{NEW}</p><p id="reply-intro">Zzz Qqq 2026-11-03:</p><blockquote type="cite"><div>Dear Marta,<br>{OLD}</div></blockquote>'
    ),
    "zimbra": (
        f'<div>{NEW}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>Qqq: </b>Orbit<br></div>'
        f'<div data-marker="__QUOTED_TEXT__">Dear Marta,<br>{OLD}</div>'
    ),
    "k-9": (
        f'{NEW}<br><br><div class="gmail_quote">On 3 November 2026 15:04:05 CET, Orbit &lt;help@orbit.example&gt; wrote:'
        f'<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex;">Dear Marta,<br>{OLD}</blockquote></div>'
    ),
    "fastmail": (
        f'<div>{NEW}</div><div><br></div><div>On Tue, Nov 3, 2026, at 3:04 PM, Orbit wrote:</div><blockquote type="cite" id="qt">'
        f"<div>Dear Marta,</div><div>{OLD}</div></blockquote>"
    ),
}


@pytest.mark.parametrize("html", LETTERS.values(), ids=LETTERS.keys())
def test_an_html_letter_shows_what_is_new(html):
    for text in ("", html_to_text(html)):
        body = split_quoted(text, html)
        assert body.visible == NEW
        assert "ten seconds" in body.folded


def test_answers_between_the_pieces_of_a_gmail_quotation_are_shown():
    html = (
        '<div dir="ltr">Hello</div><div class="gmail_quote"><div class="gmail_attr">On Tue, Nov 3, 2026 at 3:04 PM Orbit '
        '&lt;help@orbit.example&gt; wrote:<br></div><blockquote class="gmail_quote">Is it plugged in?</blockquote>'
        '<div>Yes it is plugged in.</div><blockquote class="gmail_quote">Which colour is it?</blockquote><div>It is blue.</div></div>'
    )
    text = (
        "Hello\n\nOn Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n\n> Is it plugged in?\n"
        "Yes it is plugged in.\n\n> Which colour is it?\n\nIt is blue.\n"
    )
    assert split_quoted(text, html).visible == "Hello\n\nYes it is plugged in.\n\nIt is blue."
    assert split_quoted("", html).visible == "Hello\n\nYes it is plugged in.\n\nIt is blue."


def test_text_below_a_quotation_that_ends_in_the_html_is_shown_even_without_marks():
    html = (
        "<p>Hello</p><div class='moz-cite-prefix'>On 11/3/26 3:04 PM, Orbit wrote:</div>"
        "<blockquote type='cite'><p>Is the lamp plugged in now?</p></blockquote><p>Yes, it has been all day long.</p>"
    )
    text = "Hello\n\nOn 11/3/26 3:04 PM, Orbit wrote:\n\nIs the lamp plugged in now?\n\nYes, it has been all day long.\n"
    assert split_quoted(text, html).visible == "Hello\n\nYes, it has been all day long."


def test_an_indented_paragraph_is_not_a_quotation():
    html = (
        "<div>My address is</div><blockquote style='margin: 0 0 0 40px; border: none; padding: 0px;'>"
        "<div>Long street 5</div><div>12345 Town</div></blockquote><div>Please send it there.</div>"
    )
    body = split_quoted(html_to_text(html), html)
    assert "Long street 5" in body.visible
    assert "12345 Town" in body.visible
    assert body.folded == ""


def test_a_signature_marked_by_the_program_is_folded_apart():
    html = (
        '<div dir="ltr">It is blue.<div><br></div>-- <br><div class="gmail_signature" data-smartmail="gmail_signature">'
        "Marta Client<br>Head of lamps, Client Ltd</div></div>"
    )
    body = split_quoted("It is blue.\n\n-- \nMarta Client\nHead of lamps, Client Ltd\n", html)
    assert body.visible == "It is blue."
    assert "Head of lamps" in body.signature


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote type=cite>" * 20000,
        "<div class='gmail_quote'" * 20000,
        "<!--" * 50000,
        "<style>" * 50000,
        '<a "' * 100000,
        "<" * 300000,
        "</div>" * 100000,
        "<div>" * 50000 + "x" + "</span>" * 50000,
    ],
    ids=["quotes", "unclosed", "comments", "styles", "quote marks", "signs", "ends", "crossed"],
)
def test_hostile_html_changes_nothing_about_the_text(html):
    assert split_quoted("The lamp is broken.", html).visible == "The lamp is broken."


def test_a_border_of_the_persons_own_cuts_nothing():
    html = (
        "<div>Dear team,</div><div style='border-top:solid 1px #ccc;padding:3pt'><p><b>Order:</b> lamp</p><p>Two pieces, please.</p>"
        "</div>"
    )
    assert split_quoted("", html).visible == "Dear team,\n\nOrder: lamp\n\nTwo pieces, please."


def test_words_about_quotes_and_signatures_in_class_names_do_not_hide_a_letter():
    html = '<div class="signature-form"><div>Please sign the form and return it.</div></div>'
    assert split_quoted("", html).visible == "Please sign the form and return it."


def test_short_answers_below_a_quotation_that_ends_in_the_html_are_shown():
    html = (
        "<div class='moz-cite-prefix'>On 11/3/26 3:04 PM, Orbit wrote:</div><blockquote type='cite'><p>Is the lamp plugged in now?</p>"
        "</blockquote><p>Yes.</p><p>It has been all day long.</p><p>Marta</p>"
    )
    text = "Hi\n\nOn 11/3/26 3:04 PM, Orbit wrote:\n\nIs the lamp plugged in now?\n\nYes.\n\nIt has been all day long.\n\nMarta"
    assert split_quoted(text, html).visible == "Hi\n\nYes.\n\nIt has been all day long.\n\nMarta"
