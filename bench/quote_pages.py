"""HTML letters of known truth: clients × what they hold, with and without a plain part beside the HTML."""

# ruff: noqa: E501 - HTML as programs write it

from __future__ import annotations

import html as html_lib
import re
from collections.abc import Iterator, Sequence

from bench.quote_letters import QUOTED, SIGNATURE, WRITTEN, Letter, Piece
from bench.quote_people import SPEECH, Speech

_MAIL = "otto@quill.example"
_NAME = "Otto Older"

# {own}, {card}, {old}: the paragraphs, each made by the tag of PARAGRAPH; {head}: the attribution's words.
PAGES: dict[str, str] = {
    "gmail": '<div dir="ltr">{own}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{head}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{old}</blockquote></div>',
    "gmail old": '<div dir="ltr">{own}</div><div class="gmail_extra"><br><div class="gmail_quote">{head}<br><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">{old}</blockquote></div><br></div>',
    "gmail signed": '<div dir="ltr">{own}<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">{card}</div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{head}<br></div><blockquote class="gmail_quote">{old}</blockquote></div>',
    "outlook desktop": '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {{margin:0}} --></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head><body lang=EN-US><div class=WordSection1>{own}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style=\'border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\'><p class=MsoNormal><b>From:</b> Otto Older &lt;otto@quill.example&gt; <br><b>Sent:</b> Monday, January 4, 2027 9:05 AM<br><b>To:</b> x@y.example<br><b>Subject:</b> Re: pump<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{old}</div></body></html>',
    "outlook desktop unknown labels": "<div class=WordSection1>{own}<div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Aaa:</b> Otto Older <br><b>Bbb:</b> Monday<br><b>Ccc:</b> x@y.example<br><b>Ddd:</b> Re: pump</p></div></div>{old}</div>",
    "outlook web": '<div style="font-family:Calibri">{own}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000"><b>From:</b> Otto Older &lt;otto@quill.example&gt;<br><b>Sent:</b> Monday, January 4, 2027 9:05 AM<br><b>To:</b> x@y.example<br><b>Subject:</b> Re: pump</font><div>&nbsp;</div></div><div class="BodyFragment">{old}</div>',
    "outlook web x_": '<div>{own}</div><div id="x_appendonsend"></div><hr style="display:inline-block; width:98%"><div id="x_divRplyFwdMsg" dir="ltr"><b>Aaa:</b> Otto Older<br><b>Bbb:</b> Monday</div><div>{old}</div>',
    "outlook mobile": '<div dir="ltr">{own}</div><div id="ms-outlook-mobile-signature">{card}</div><div id="mail-editor-reference-message-container"><div class="ms-outlook-mobile-reference-message skipProofing"><meta name="x"><div style="border-top: solid #B5C4DF 1.0pt"><b>From:</b> Otto Older &lt;otto@quill.example&gt;<br><b>Date:</b> Monday, January 4, 2027 at 9:05<br><b>To:</b> x@y.example<br><b>Subject:</b> Re: pump</div>{old}</div></div>',
    "outlook mac": '<html><body><div class="WordSection1">{own}<div id="mail-editor-reference-message-container"><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From: </b>Otto Older &lt;otto@quill.example&gt;<br><b>Date: </b>Monday, January 4, 2027 at 9:05 AM<br><b>To: </b>x@y.example<br><b>Subject: </b>Re: pump</p></div>{old}</div></div></body></html>',
    "hotmail": '<div dir="ltr">{own}<br><br><div><hr id="stopSpelling">Aaa: otto@quill.example<br>Bbb: Re: pump<br>{old}</div></div>',
    "windows mail": '<div>{own}</div><div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal" style="border:none;padding:0cm"><b>From: </b>Otto Older<br><b>Sent: </b>Monday, January 4, 2027 9:05 AM<br><b>To: </b>x@y.example<br><b>Subject: </b>Re: pump</p></div>{old}',
    "apple": '<html><body style="overflow-wrap: break-word;">{own}<br><div><br><blockquote type="cite"><div>{head}</div><br class="Apple-interchange-newline"><div>{old}</div></blockquote></div><br></body></html>',
    "apple ios": '<html><body dir="auto">{own}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr"><br><blockquote type="cite">{head}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{old}</div></blockquote></body></html>',
    "thunderbird": '<html><body>{own}<br><div class="moz-cite-prefix">{head}<br></div><blockquote type="cite" cite="mid:1@quill.example">{old}</blockquote><br></body></html>',
    "thunderbird bottom": '<html><body><div class="moz-cite-prefix">{head}<br></div><blockquote type="cite" cite="mid:1@quill.example">{old}</blockquote>{own}<div class="moz-signature">-- <br>{card}</div></body></html>',
    "yahoo": '<div class="ydp1yahoo-style-wrap" style="font-size:13px;"><div dir="ltr">{own}</div><div><br></div></div><div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted"><div><div>{head}</div><div><br></div><div>{old}</div></div></div>',
    "yahoo android": '{own}<br><br><div id="ymail_android_signature">{card}</div> <br> <blockquote style="margin: 0 0 20px 0;"> <div style="font-family:Roboto, sans-serif; color:#6D00F6;"> <div>{head}</div> </div> <div style="padding: 10px 0 0 20px; margin: 10px 0 0 0; border-left: 1px solid #6D00F6;">{old}</div> </blockquote>',
    "aol": '<div style="color:black;font: 10pt arial;">{own}<br><br><div style="font-family:arial;font-size:10pt">-----Original Message-----<br>From: Otto Older &lt;otto@quill.example&gt;<br>To: x@y.example<br>Sent: Mon, Jan 4, 2027 9:05 am<br>Subject: Re: pump<br><br><div id="AOLMsgPart_1">{old}</div></div></div>',
    "proton": '<div style="font-family: Arial">{own}</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">{card}</div></div><div class="protonmail_quote">{head}<br><br><blockquote class="protonmail_quote" type="cite">{old}</blockquote><br></div>',
    "tutanota": '<div>{own}</div><div><br></div><div>{head}<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8; padding-left: 10px; margin-left: 5px;">{old}</blockquote>',
    "mail.ru": '<HTML><BODY>{own}<br><br><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">{head}<br><div id=""><div class="js-helper js-readmsg-msg"><div>{old}</div></div></div></blockquote></BODY></HTML>',
    "mail.ru class": '<div>{own}</div><div data-signature-widget="container"><div data-signature-widget="content">{card}</div></div><div>&nbsp;</div><blockquote class="mail-quote-collapse" style="border-left:1px solid #0857A6">{head}<div>{old}</div></blockquote>',
    "yandex": "<div>{own}</div><div>&nbsp;</div><div>{head}</div><blockquote><div>{old}</div></blockquote>",
    "yandex class": '<div>{own}</div><div>--</div><div>{card}</div><div>{head}</div><blockquote class="wmi-quote">{old}</blockquote>',
    "yandex mobile": '<div dir="auto">{own}</div><div class="mail-app-auto-default-signature" dir="auto"><p dir="auto">--<br>{card}</p></div>{head}<br><blockquote style="margin:0 0 0 10px;border-left:1px solid #ccc;padding-left:10px">{old}</blockquote>',
    "rambler": '<div>{own}</div><div class="rambler-quoted-html"><div>{head}</div><blockquote style="margin: 0 0 0 10px; border-left: 2px solid #315efb; padding-left: 10px">{old}</blockquote></div>',
    "zimbra": '<div style="font-family: arial">{own}<div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Otto Older" &lt;otto@quill.example&gt;<br><b>To: </b>"x" &lt;x@y.example&gt;<br><b>Sent: </b>Monday, January 4, 2027 9:05:11 AM<br><b>Subject: </b>Re: pump<br></div><br><div data-marker="__QUOTED_TEXT__">{old}</div></div>',
    "roundcube": '<p>{own}</p><p id="reply-intro">{head}</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0"><div id="replybody1">{old}</div></blockquote>',
    "horde": '<p>{own}</p><p>{head}</p><blockquote type="cite" style="border-left:2px solid blue;margin-left:2px;padding-left:12px;">{old}</blockquote>',
    "zoho": '<div>{own}</div><div class="zmail_extra_hr" style="border-top: 1px solid rgb(204, 204, 204);"></div><div class="zmail_extra"><br><div id="Zm-_Id_-Sgn1">{head}</div><blockquote id="blockquote_zmail" style="margin: 0px;"><div>{old}</div></blockquote></div>',
    "samsung": '<html><head></head><body dir="auto">{own}<div><br></div><div id="composer_signature" dir="auto">{card}</div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: Otto Older &lt;otto@quill.example&gt; </div><div>Date: 1/4/27  9:05 AM  (GMT+01:00) </div><div>To: x@y.example </div><div>Subject: Re: pump </div><div><br></div></div>{old}</body></html>',
    "k-9": '<html><body>{own}<br><br><div class="gmail_quote"><div dir="auto">{head}</div><blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); padding-left: 1ex;">{old}</blockquote></div></body></html>',
    "fairemail": '<div dir="auto">{own}</div><div class="fairemail_signature">{card}</div><div class="fairemail_quote"><p>{head}</p><blockquote style="border-left: 3px solid #ccc; padding-left: 3px">{old}</blockquote></div>',
    "bluemail": '<div dir="auto">{own}</div><div class="bluemail_signature">{card}</div><div class="gmail_quote">{head}<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex;">{old}</blockquote></div>',
    "spark": '<div name="messageBodySection">{own}</div><div name="messageSignatureSection"><br>{card}</div><div name="messageReplySection">{head}<br><blockquote type="cite" style="border-left-color: grey; border-left-width: thin; border-left-style: solid;">{old}</blockquote></div>',
    "airmail": '<body><div>{own}</div><br><div id="bloop_sign_1" class="bloop_sign">{card}</div><br><p class="airmail_on">{head}</p> <blockquote type="cite" class="clean_bq"><span><div><div></div><div>{old}</div></div></span></blockquote></body>',
    "superhuman": '<div>{own}</div><br><div class="gmail_signature">{card}</div><br><div><div class="gmail_quote">{head}<br><blockquote class="gmail_quote">{old}</blockquote></div></div>',
    "front": '<div>{own}<br></div><div class="front-signature">{card}</div><br><blockquote type="cite" class="front-blockquote">{head}<br><br>{old}</blockquote>',
    "notes": '<font size=2 face="sans-serif">{own}</font><br><br><br><table width=100%><tr valign=top><td><font size=1 color=#5f5f5f>From: </font><td><font size=1>Otto Older &lt;otto@quill.example&gt;</font><tr valign=top><td><font size=1>To: </font><td><font size=1>x@y.example</font><tr valign=top><td><font size=1>Date: </font><td><font size=1>01/04/2027 09:05 AM</font><tr valign=top><td><font size=1>Subject: </font><td><font size=1>Re: pump</font></table><br><hr noshade><br><font size=2>{old}</font>',
    "gmx": '<div>{own}<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"><div style="margin:0 0 10px 0;"><b>Gesendet:</b> Montag, 04. Januar 2027 um 09:05 Uhr<br/><b>Von:</b> "Otto Older" &lt;otto@quill.example&gt;<br/><b>An:</b> x@y.example<br/><b>Betreff:</b> Re: pump</div><div name="quoted-content">{old}</div></div></div>',
    "orange": '<p>{own}</p><blockquote style="border-left: 1px solid #f00; padding-left: 5px; margin-left: 5px;">&gt; Message du 04/01/27 09:05<br>&gt; De : "Otto Older" &lt;otto@quill.example&gt;<br>&gt; A : x@y.example<br>&gt; Objet : Re: pump<br>{old}</blockquote>',
    "qq": '<div>{own}</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;Original&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>From: </b>&nbsp;"Otto Older"&lt;otto@quill.example&gt;;</div><div><b>Date: </b>&nbsp;Mon, Jan 4, 2027 09:05 AM</div><div><b>To: </b>&nbsp;"x"&lt;x@y.example&gt;;</div><div><b>Subject: </b>&nbsp;Re: pump</div></div><div><br></div>{old}',
    "netease": '<div style="line-height:1.7">{own}</div><br/><div style="position:relative;zoom:1"></div><br><p>At 2027-01-04 09:05:11, "Otto Older" &lt;otto@quill.example&gt; wrote:</p> <blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">{old}</blockquote>',
    "desk gmail": '<div dir="ltr">{own}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{head}<br></div><blockquote class="gmail_quote"><table width="100%"><tr><td style="padding:4px"><table><tr><td>{old}</td></tr></table></td></tr></table></blockquote></div>',
    "zendesk": '<div>{own}</div><br><div style="color: #b5b5b5;" data-version="2">##- Please type your reply above this line -##</div><p>{old}</p>',
    "nested divs": "<div>" * 30
    + "{own}"
    + "</div>" * 30
    + '<div><div><blockquote type="cite"><div>{head}</div><div>{old}</div></blockquote></div></div>',
    "uppercase": '<HTML><BODY><DIV><FONT FACE="Arial">{own}</FONT></DIV><BLOCKQUOTE TYPE=CITE><P>{head}</P>{old}</BLOCKQUOTE></BODY></HTML>',
    "outlook express": '<DIV><FONT face=Arial size=2>{own}</FONT></DIV><BLOCKQUOTE style="PADDING-RIGHT: 0px; PADDING-LEFT: 5px; MARGIN-LEFT: 5px; BORDER-LEFT: #000000 2px solid; MARGIN-RIGHT: 0px"><DIV style="FONT: 10pt arial">----- Original Message ----- </DIV><DIV><B>From:</B> Otto Older </DIV><DIV><B>To:</B> x@y.example </DIV><DIV><B>Sent:</B> Monday, January 04, 2027 9:05 AM</DIV><DIV><B>Subject:</B> Re: pump</DIV>{old}</BLOCKQUOTE>',
}

# All of it is written now: {own}, and {old} that stands in it.
KEPT: dict[str, str] = {
    "indented": "<div>{own}</div><blockquote style='margin: 0 0 0 40px; border: none; padding: 0px;'>{old}</blockquote>",
    "indented word": '<p class="MsoNormal">{own}</p><div style="margin-left:36pt">{old}</div>',
    "list": "<p>{own}</p><ul><li>{old}</li></ul>",
    "table": '<p>{own}</p><table border="1"><tr><td>{old}</td></tr></table>',
    "below the quotation in gmail_quote": '<div dir="ltr"><div class="gmail_quote">{own}<div>{old}</div></div></div>',
    "gmail extra": '<div dir="ltr">{own}</div><div class="gmail_extra">{old}</div>',
    "forwarded gmail": '<div dir="ltr">{own}<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername">Otto Older</strong> <span>&lt;<a href="mailto:otto@quill.example">otto@quill.example</a>&gt;</span><br>Date: Mon, Jan 4, 2027 at 9:05 AM<br>Subject: pump<br>To: &lt;x@y.example&gt;<br></div><br><br>{old}</div></div>',
    "forwarded apple": '<html><body>{own}<br><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Otto Older &lt;otto@quill.example&gt;<br></div><div><b>Subject: </b><b>pump</b><br></div><div><b>Date: </b>January 4, 2027<br></div><div><b>To: </b>x@y.example<br></div><br><div>{old}</div></blockquote></div></body></html>',
    "forwarded thunderbird": '<html><body>{own}<div class="moz-forward-container"><br><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>pump</td></tr><tr><th>Date: </th><td>Mon, 4 Jan 2027 09:05:11 +0100</td></tr><tr><th>From: </th><td>Otto Older</td></tr></tbody></table><br>{old}</div></body></html>',
    "forwarded yandex": '<div>{own}</div><div>-------- Пересылаемое сообщение --------</div><div>04.01.2027, 09:05, "Otto Older" &lt;otto@quill.example&gt;:</div><div>{old}</div><div>-------- Конец пересылаемого сообщения --------</div>',
    "rtl": '<div dir="rtl">{own}</div><div dir="rtl">{old}</div>',
    "entities": "<div>{own} &amp; &lt;b&gt; &quot;x&quot; &#8211; &nbsp; &hellip;</div><div>{old}</div>",
}

_HEADS = {
    "en": f"On Mon, Jan 4, 2027 at 9:05 AM {_NAME} &lt;<a href='mailto:{_MAIL}'>{_MAIL}</a>&gt; wrote:",
    "ru": f"пн, 4 янв. 2027 г. в 09:05, {_NAME} &lt;<a href='mailto:{_MAIL}'>{_MAIL}</a>&gt;:",
    "de": f"Am 04.01.27 um 09:05 schrieb {_NAME}:",
    "fi": f"Zzz qqq 4.1.2027 09:05 {_NAME} kkkkk:",
}
_PARAGRAPHS = (
    "<div>{}</div>",
    "<p class=MsoNormal>{}<o:p></o:p></p>",
    "{}<br>",
    "<div><span style='x'>{}</span><br></div>",
)


def pages() -> Iterator[Letter]:
    for client, page in PAGES.items():
        for language, head in _HEADS.items():
            for number, paragraph in enumerate(_PARAGRAPHS):
                letter = _page(client, page, SPEECH[language], head, paragraph)
                yield letter
                if number == 0:
                    yield _with_plain_part(letter, SPEECH[language], head)
    for name, page in KEPT.items():
        for language in ("en", "ru", "fr"):
            speech = SPEECH[language]
            html = page.format(own=_lines(speech.own, _PARAGRAPHS[0]), old=_lines(speech.old, _PARAGRAPHS[0]))
            yield Letter(
                "HTML: all shown", f"{name} {language}", ((WRITTEN, _said(html)),), html, plain=False
            )
    yield from _between()


def _page(client: str, page: str, speech: Speech, head: str, paragraph: str) -> Letter:
    """The page, and what its words are: all that is neither the person's nor the card is quoted."""
    card = (speech.name, speech.company, speech.phone)
    html = page.format(
        own=_lines(speech.own, paragraph),
        old=_lines(speech.old, paragraph),
        card=_lines(card, paragraph),
        head=head,
    )
    before, own, after = html.partition(_lines(speech.own, paragraph))
    pieces: list[Piece] = [(QUOTED, _said(before)), (WRITTEN, _said(own))]
    if "{card}" in page:
        between, signature, after = after.partition(_lines(card, paragraph))
        pieces += [(SIGNATURE, _said(between)), (SIGNATURE, _said(signature))]
    pieces.append((QUOTED, _said(after)))
    return Letter("HTML: quotation", f"{client} {speech.greeting[:2]}", tuple(pieces), html, plain=False)


def _with_plain_part(letter: Letter, speech: Speech, head: str) -> Letter:
    """The same letter as a program that writes no marks into its plain part sends it."""
    pieces = []
    for kind, text in letter.pieces:
        for known in (*speech.own, *speech.old, _said(head), speech.name, speech.company, speech.phone):
            text = text.replace(known, f"{known}\n").replace("wrote: ", "wrote:\n")
        pieces.append((kind, text))
    return Letter("HTML: plain part without marks", letter.name, tuple(pieces), letter.html)


def _between() -> Iterator[Letter]:
    """Answers between the pieces of a quotation, marked in HTML only."""
    for cite in (
        '<blockquote type="cite">',
        '<blockquote class="gmail_quote">',
        '<blockquote style="border-left: 2px solid blue">',
    ):
        for speech in SPEECH.values():
            html, pieces = (
                "<div>On Mon, Jan 4, 2027 at 9:05 AM Otto Older &lt;otto@quill.example&gt; wrote:</div>",
                [],
            )
            pieces.append((QUOTED, _said(html)))
            for question, answer in zip(speech.old, speech.answers, strict=True):
                html += f"{cite}<div>{question}</div></blockquote><div>{answer}</div>"
                pieces += [(QUOTED, question), (WRITTEN, answer)]
            yield Letter("HTML: answers between", speech.greeting, tuple(pieces), html, plain=False)
            if "gmail" in cite:
                html = f'<div dir="ltr">{speech.greeting}</div><div class="gmail_quote">{html}</div>'
                inside = ((WRITTEN, speech.greeting), *pieces)
                yield Letter("HTML: answers inside gmail_quote", speech.greeting, inside, html, plain=False)


def _lines(lines: Sequence[str], paragraph: str) -> str:
    return "".join(paragraph.format(line) for line in lines)


def _said(html: str) -> str:
    """The words of a piece of HTML."""
    seen = re.sub(r"<head>.*?</head>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return html_lib.unescape(re.sub(r"<[^>]*>", " ", seen))
