"""The text of HTML letters: everything a person would read, nothing a browser would hide."""

import pytest

from mail_ingest.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hello", "Hello"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("a  b\n\n c&nbsp;d", "a b c d"),
        ("<b>bo</b>ld <i>it</i>", "bold it"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<blockquote>q</blockquote>a", "> q\n\na"),
        ("a<blockquote>q<blockquote>r</blockquote></blockquote>b", "a\n\n> q\n>\n> > r\n\nb"),
        ('<a href="https://x.example/1">here</a>', "here <https://x.example/1>"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="mailto:a@b.example?subject=x">Ann</a>', "Ann <a@b.example>"),
        ('<a href="javascript:x">here</a>', "here"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<style>p{}</style><script>x</script><title>t</title>a", "a"),
        ("<head><title>t</title></head><body>a</body>", "a"),
        ('<div style="display: none">hidden</div>shown', "shown"),
        ('<span style="mso-hide:all">not for one program</span>, shown', "not for one program, shown"),
        ('<div style="display:none">all of it</div>', "all of it"),
        ("<div hidden><div>x</div></div>shown", "shown"),
        ('<div style="display:none">never closed', "never closed"),
        ("<!-- c --><!--[if mso]>x<![endif]-->a<![if !mso]>b<![endif]>", "ab"),
        ("a <!-- never closed", "a never closed"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<b", "a<b"),
        ("&lt;p&gt; &amp;amp; &#1055; &euro;", "<p> &amp; П €"),
        ('<img alt="photo"><img alt="\U0001f600">', "[photo]\U0001f600"),
        ('<p title="a > b">x</p>', "x"),
        ("<P>UP</P><BR/>low", "UP\n\nlow"),
        ("so\u00adft\u200bly", "softly"),
        ("<script>never closed", "never closed"),
        ("</div></div>a</p>", "a"),
        ("", ""),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html) == text
