"""What our own mail server says about a sender counts; what anybody writes into a letter does not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_ingest.authentication import Verdict, check_sender
from mail_ingest.parse import parse_mail
from tests.support.letters import letter

OURS = "mx.help.example"
OLGA = "olga@buyer.example"


@pytest.mark.parametrize(
    "results",
    [
        "mx.help.example; dmarc=pass (p=reject sp=reject) header.from=buyer.example",
        "MX.HELP.EXAMPLE 1; spf=fail smtp.mailfrom=x@relay.example; dmarc=pass header.from=Buyer.Example",
        "mx.help.example; dkim=pass header.i=@buyer.example header.s=s1 header.b=abc",
        "mx.help.example; dkim/1=pass header.d=buyer.example",
        "mx.help.example; dkim=fail header.d=buyer.example; dkim=pass header.d=buyer.example",
        "mx.help.example; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=bounce@buyer.example",
        'mx.help.example; spf=pass reason="a; b" smtp.mailfrom="bounce@buyer.example"',
        "mx.help.example (our (own) server); dmarc = pass header.from = buyer.example",
    ],
)
def test_the_senders_domain_vouches_for_the_letter(results: str) -> None:
    assert check_sender(results, OURS, OLGA).verdict is Verdict.PASS


def test_a_domain_vouches_for_those_below_it_and_not_for_its_parent() -> None:
    results = "mx.help.example; dkim=pass header.d=buyer.example"
    assert check_sender(results, OURS, "olga@mail.buyer.example").verdict is Verdict.PASS
    results = "mx.help.example; dkim=pass header.d=eve.pages.example"
    assert check_sender(results, OURS, "olga@pages.example").verdict is Verdict.UNKNOWN
    assert check_sender("mx.help.example; dkim=pass header.d=example", OURS, OLGA).verdict is Verdict.UNKNOWN
    results = "mx.help.example; dkim=pass header.d=buyer.example"
    assert check_sender(results, OURS, "olga@notbuyer.example").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "results",
    [
        "",
        "mx.help.example",
        "mx.help.example; none",
        "mx.help.example; dmarc=none header.from=buyer.example",
        "mx.help.example; dmarc=temperror header.from=buyer.example",
        "mx.help.example; dmarc=pass header.from=elsewhere.example",
        "mx.help.example; dmarc=pass",
        "mx.help.example; (dmarc=pass header.from=buyer.example)",
        'mx.help.example; spf=softfail reason="dmarc=pass header.from=buyer.example"',
        'mx.help.example; spf=none smtp.mailfrom="x; dmarc=pass header.from=buyer.example"',
        "mx.help.example; dmarc=pass header.from=buyer.example; dmarc=fail header.from=buyer.example",
        "mx.help.example; dkim=pass header.d=elsewhere.example",
        "mx.help.example; spf=pass smtp.mailfrom=eve@elsewhere.example",
        "mx.help.example; dkim=pass header.d=buyer.example.evil.example",
        "mx.evil.example; dmarc=pass header.from=buyer.example",
        "x.mx.help.example; dmarc=pass header.from=buyer.example",
        "mx.help.example.evil.example; dmarc=pass header.from=buyer.example",
        "; dmarc=pass header.from=buyer.example",
        "dmarc=pass header.from=buyer.example; mx.help.example",
        "mx.help.example; xdmarc=pass header.from=buyer.example",
        "mx.help.example; dmarc=passed header.from=buyer.example",
        "mx.help.example; dmarc=pass xheader.from=buyer.example",
    ],
)
def test_whatever_is_not_clear_is_unknown(results: str) -> None:
    assert check_sender(results, OURS, OLGA).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "results",
    [
        "mx.help.example; dmarc=fail (p=none) header.from=buyer.example",
        "mx.help.example; dkim=none; dmarc=fail",
    ],
)
def test_the_senders_domain_disowns_the_letter(results: str) -> None:
    assert check_sender(results, OURS, OLGA).verdict is Verdict.FAIL


def test_without_a_server_to_believe_nothing_is_asked() -> None:
    check = check_sender("mx.help.example; dmarc=pass header.from=buyer.example", "", OLGA)
    assert (check.verdict, check.asked) == (Verdict.UNKNOWN, False)


def test_only_the_topmost_header_of_the_letter_itself_is_read() -> None:
    forged = "mx.help.example; dmarc=pass header.from=buyer.example"
    raw = f"Authentication-Results: {forged}\n".encode() + letter()
    assert parse_mail(raw).authentication == forged
    ours = b"Authentication-Results: mx.help.example;\n dmarc=fail\n header.from=buyer.example\n"
    check = check_sender(parse_mail(ours + raw).authentication, OURS, OLGA)
    assert check.verdict is Verdict.FAIL
    nested = letter(files={"inner.eml": raw}).replace(b"application/octet-stream", b"message/rfc822")
    assert parse_mail(nested).authentication == ""
    assert parse_mail(letter(f"Authentication-Results: {forged}")).authentication == ""


@pytest.mark.parametrize(
    "piece", ["(", ")", '"', ";", "\\", "dmarc=", "dmarc=pass ", "header.from=", "=", "a" * 50]
)
def test_hostile_values_are_read_in_linear_time(piece: str) -> None:
    """A hundred times the length that any header may have; quadratic reading would take minutes."""
    before = time.process_time()
    check_sender(f"mx.help.example; {piece * (2_000_000 // len(piece))}", OURS, OLGA)
    assert time.process_time() - before < 20


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *'();="\\ .@',
                "dmarc=pass ",
                "header.from=",
                "buyer.example",
                "mx.help.example",
                "\u0131",
                "xn--",
                "dkim=pass header.d=",
            ]
        )
    )
)
def test_whatever_the_header_says_there_is_a_verdict(pieces: list[str]) -> None:
    """Never an error; and never a pass that does not name the domain of the sender."""
    text = "".join(pieces)
    if check_sender(text, OURS, OLGA).verdict is Verdict.PASS:
        assert text.strip().lower().startswith("mx.help.example")
        assert "buyer.example" in text.lower()
