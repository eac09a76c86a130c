"""Letters that are pages alone, as editors of mail programs write them: what is shown, what is folded."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

from mail_ingest.body import split_quoted
from mail_ingest.html_text import html_to_text

NEW = "The lamp works."
OLD = "we have shipped the replacement"

# name: page; {new} the person's words, {old} what is quoted
PAGES = {
    "gmail": '<div dir="ltr">{new}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Tue, Nov 3, 2026 at 3:04 PM Orbit &lt;<a href="mailto:help@orbit.example">help@orbit.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">{old}</div></blockquote></div>',
    "gmail, unknown language": '<div dir="ltr">{new}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Kxq 3/11/2026 zor Orbit:<br></div><blockquote class="gmail_quote">{old}</blockquote></div>',
    "gmail, answer below": '<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">On Tue, Nov 3, 2026 at 3:04 PM Orbit &lt;help@orbit.example&gt; wrote:<br></div><blockquote class="gmail_quote">{old}</blockquote><div><br></div><div>{new}</div></div></div>',
    "outlook desktop": '<div class="WordSection1"><p class="MsoNormal">{new}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Orbit &lt;help@orbit.example&gt; <br><b>Sent:</b> Tuesday, November 3, 2026 3:04 PM<br><b>To:</b> Marta<br><b>Subject:</b> RE: Lamp<o:p></o:p></p></div><p class="MsoNormal">{old}<o:p></o:p></p></div>',
    "outlook desktop, labels of an unknown language": '<div class="WordSection1"><p class="MsoNormal">{new}</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b><span lang="EU">Nork:</span></b> Orbit &lt;help@orbit.example&gt; <br><b>Bidalia:</b> 2026ko azaroak 3<br><b>Nori:</b> Marta<br><b>Gaia:</b> RE: Lamp</p></div><p class="MsoNormal">{old}</p></div>',
    "outlook web": '<div style="font-family:Calibri">{new}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Orbit<br><b>Sent:</b> Tuesday<br><b>To:</b> Marta<br><b>Subject:</b> Re: Lamp</font></div><div>{old}</div>',
    "new outlook": '<div class="elementToProof">{new}</div><div id="appendonsend"></div><hr style="display: inline-block; width: 98%;"><div id="divRplyFwdMsg"><div style="direction: ltr;"><b>Von:</b> Orbit<br><b>Gesendet:</b> Dienstag<br><b>An:</b> Marta<br><b>Betreff:</b> AW: Lampe</div></div><div>{old}</div>',
    "outlook phone": '<div dir="auto">{new}</div><div id="ms-outlook-mobile-signature" dir="auto">Get <a href="https://aka.example/x">Outlook for iOS</a></div><div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message"><div><b>From:</b> Orbit<br><b>Date:</b> Tuesday<br></div><div>{old}</div></div>',
    "apple": '<html><body style="overflow-wrap: break-word;">{new}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On 3 Nov 2026, at 15:04, Orbit &lt;help@orbit.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>{old}</div></blockquote></div><br></body></html>',
    "apple phone": '<div dir="ltr">{new}</div><div dir="ltr"><br>Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 3 Nov 2026, at 15:04, Orbit &lt;help@orbit.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff{old}</div></blockquote>',
    "thunderbird": '<p>{new}</p><div class="moz-cite-prefix">Am 03.11.26 um 15:04 schrieb Orbit:<br></div><blockquote type="cite" cite="mid:x@orbit.example"><p>{old}</p></blockquote>',
    "thunderbird, answer below": '<div class="moz-cite-prefix">Am 03.11.26 um 15:04 schrieb Orbit:<br></div><blockquote type="cite" cite="mid:x@orbit.example"><p>{old}</p></blockquote><p>{new}</p><div class="moz-signature">-- <br>Marta</div>',
    "yahoo": '<div class="ydp1yahoo-style-wrap"><div dir="ltr">{new}</div></div><div id="yahoo_quoted_123" class="yahoo_quoted"><div><div>On Tuesday, November 3, 2026 at 03:04:05 PM GMT+1, Orbit &lt;help@orbit.example&gt; wrote:</div><div><br></div><div>{old}</div></div></div>',
    "mail.ru": '<div>{new}</div><div data-signature-widget="container"><div data-signature-widget="content">--<br>Марта</div></div><blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px">Вторник, 3 ноября 2026, 15:04 +03:00 от Orbit &lt;help@orbit.example&gt;:<br><div>{old}</div></blockquote>',
    "yandex": '<div>{new}</div><div> </div><div>03.11.2026, 15:04, "Orbit" &lt;help@orbit.example&gt;:</div><blockquote><div>{old}</div></blockquote>',
    "yandex, new": '<div>{new}</div><div>----------------</div><div>Кому: Марта (m@customer.example);</div><div>Тема: Лампа;</div><div>03.11.2026, 15:04, "Orbit" &lt;help@orbit.example&gt;:</div><blockquote><div>{old}</div></blockquote>',
    "proton": '<div style="font-family: Arial">{new}</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Sent with Proton Mail secure email.</div></div><div class="protonmail_quote">On Tuesday, November 3rd, 2026 at 3:04 PM, Orbit &lt;help@orbit.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
    "zimbra": '<div>{new}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>De: </b>"Orbit"<br><b>Envoyé: </b>Mardi<br></div><div data-marker="__QUOTED_TEXT__">{old}</div>',
    "samsung": '<div dir="auto">{new}</div><div id="composer_signature"><div dir="auto">Sent from my Galaxy</div></div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: Orbit &lt;help@orbit.example&gt; </div><div>Date: 03/11/2026  15:04  (GMT+01:00) </div><div>To: m@customer.example </div><div>Subject: Re: Lamp </div><div><br></div></div>{old}',
    "k-9": '<div dir="auto">{new}</div><br><br><div class="gmail_quote"><div dir="auto">On 3 November 2026 15:04:05 CET, Orbit &lt;help@orbit.example&gt; wrote:</div><blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204);">{old}</blockquote></div>',
    "spark": '<div name="messageBodySection">{new}</div><div name="messageSignatureSection">Sent from Spark</div><div name="messageReplySection">On 3 Nov 2026, 15:04 +0100, Orbit &lt;help@orbit.example&gt;, wrote:<br><blockquote type="cite">{old}</blockquote></div>',
    "gmx": '<div>{new}</div><div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:</b>&nbsp;Dienstag, 03. November 2026 um 15:04 Uhr<br><b>Von:</b>&nbsp;"Orbit"<br><b>An:</b>&nbsp;m@customer.example<br><b>Betreff:</b>&nbsp;Re: Lampe</div><div name="quoted-content">{old}</div></div></div>',
    "roundcube": '<p>{new}</p><p id="reply-intro">Am 03.11.2026 15:04, schrieb Orbit:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0">{old}</blockquote>',
    "em client": '<div>{new}</div><div id="signature_old"></div><div>------ Original Message ------</div><div>From "Orbit" &lt;help@orbit.example&gt;</div><div>Date 03.11.2026 15:04:05</div><div>Subject Re: Lamp</div><div><br></div><div id="x1" class="plain"><blockquote cite="x" type="cite">{old}</blockquote></div>',
    "hey": "<div>{new}<br><br>On November 3, 2026, Orbit &lt;help@orbit.example&gt; wrote:<br></div><blockquote>{old}</blockquote>",
    "front": '<div>{new}</div><br><div class="front-signature">Marta</div><br><div class="front-blockquote"><blockquote type="cite">On November 3, 2026 at 3:04 PM, Orbit wrote:<br>{old}</blockquote></div>',
    "missive": '<div>{new}</div><div class="missive_quote"><div>On November 3, 2026 at 15:04, Orbit (help@orbit.example) wrote:</div><blockquote class="missive_quote">{old}</blockquote></div>',
    "superhuman": '<div>{new}</div><br><div class="gmail_signature">Sent via <a href="https://s.example">Superhuman</a></div><br><div><div class="gmail_quote">On Tue, Nov 03, 2026 at 3:04 PM, Orbit <span dir="ltr">&lt;<a>help@orbit.example</a>&gt;</span> wrote:<br><blockquote class="gmail_quote">{old}</blockquote></div></div>',
    "nested tables": '<table><tr><td>{new}</td></tr></table><table><tr><td style="border-left:2px solid #ccc">On Tue, Nov 3, 2026 at 3:04 PM Orbit &lt;help@orbit.example&gt; wrote:<br>{old}</td></tr></table>',
    "outlook with a warning above": '<div style="background:#ffeb9c"><b>CAUTION:</b> This email originated from outside.</div><p>{new}</p><div id="divRplyFwdMsg"><b>From:</b> Orbit<br><b>Sent:</b> Tuesday<br></div><p>{old}</p>',
}

SHOWN = {
    "the person's own block": "<p>The manual says:</p><blockquote>{old}</blockquote><p>{new}</p>",
    "indented by an editor": '<p>{new}</p><blockquote style="margin: 0 0 0 40px; border: none; padding: 0px;"><div>{old}</div></blockquote>',
    "a box with a line above": '<p>{new}</p><div style="border-top:1px solid #ccc"><p>{old}</p></div>',
    "a table of an order": "<p>{new}</p><table><tr><td><b>From:</b></td><td>Berlin</td></tr><tr><td><b>To:</b></td><td>Paris</td></tr></table><p>{old}</p>",
}


def _visible(page: str) -> str:
    html = page.replace("{new}", NEW).replace("{old}", OLD)
    return split_quoted(html_to_text(html), html).visible


def test_pages_fold_what_their_editors_quote_and_nothing_else() -> None:
    found = {name: _visible(page) for name, page in PAGES.items()}
    assert {name: text for name, text in found.items() if NEW not in text or OLD in text} == {}


def test_pages_that_quote_nothing_are_shown_whole() -> None:
    found = {name: _visible(page) for name, page in SHOWN.items()}
    assert {name: text for name, text in found.items() if NEW not in text or OLD not in text} == {}
