"""After signing in one goes to a page of ours or home, whatever the address says."""

from __future__ import annotations

import pytest

from app.web.next_page import HOME, safe_next

FOREIGN = [
    "https://evil.example", "http://evil.example/inbox", "//evil.example", "///evil.example", "////evil.example/%2e%2e",
    "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/\\/evil.example", "/\t/evil.example", "/\n/evil.example",
    "/\r\n/evil.example", "\t//evil.example", " //evil.example", "//evil.example/inbox", "/inbox//evil.example",
    "/inbox/..//evil.example", "/inbox/../../evil", "/inbox/%2e%2e//evil.example", "/inbox\\@evil.example",
    "/inbox@evil.example", "@evil.example", "evil.example", "www.evil.example/inbox", "javascript:alert(1)",
    "JavaScript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "file:///etc/passwd", "ftp://evil.example", "ws://evil.example", "mailto:x@evil.example", "tel:+1",
    "blob:https://evil.example/x", "about:blank", "view-source:https://evil.example", "intent://evil#Intent;end",
    "http:evil.example", "http:/evil.example", "https:///evil.example", "https:\\\\evil.example", "hTTps://evil.example",
    "//evil%E3%80%82example", "//evil\u3002example", "/\u2215evil.example", "\uff0f\uff0fevil.example", "/\u2028/evil.example",
    "//[::1]/", "//127.0.0.1", "//2130706433", "//0x7f.1", "//localhost:8025/inbox", "https://localhost:8025/inbox",
    "//evil.example#/inbox", "/inbox#@evil.example", "/inbox#//evil.example", "/inbox;//evil.example", "/inbox:evil",
    "/inbox?next=//evil.example", "/inbox?x=http://evil.example", "/inbox?a\r\nLocation: https://evil.example",
    "/inbox\r\nSet-Cookie: a=b", "/inbox%0d%0aLocation:%20https://evil.example", "/inbox/%5c%5cevil.example",
    "/inbox/\u202eevil", "/INBOX", "/sign-out", "/sign-in", "/welcome/token", "/r/token/good", "/static/x.js", "/admin",
    "/inboxer", "/inbox.evil.example", "inbox", "inbox/open", "./inbox", "../inbox", "?next=/inbox", "#", "", "/" * 300,
    "/inbox/" + "a" * 600, "/tickets/1 ", " /tickets/1", "/tickets/1\x00", "/tickets/<script>", "/tickets/1?q=<b>",
    "/tickets/1?q=\"x\"", "/tickets/{{7*7}}", "/ratings\u200b", "/tickets/1?q='",
]  # fmt: skip


@pytest.mark.parametrize("wanted", FOREIGN)
def test_anything_else_leads_home(wanted: str) -> None:
    assert safe_next(wanted) == HOME


def test_there_are_enough_forms() -> None:
    assert len(set(FOREIGN)) >= 80


def test_no_wish_leads_home() -> None:
    assert safe_next(None) == HOME


@pytest.mark.parametrize(
    "wanted",
    ["/inbox", "/inbox/open", "/tickets/1042", "/customers?q=olga&after=17", "/knowledge/3/edit", "/profile",
     "/knowledge?q=%D0%B2%D0%BE%D0%B7%D0%B2%D1%80%D0%B0%D1%82", "/ratings", "/agents", "/sandbox/write"],
)  # fmt: skip
def test_our_own_pages_are_kept(wanted: str) -> None:
    assert safe_next(wanted) == wanted
