"""Pure: what our own mail server found out about a sender (Authentication-Results, RFC 8601).

Anybody can write such a header into a letter. Only the topmost one counts, and only when it bears the name of the
server that we were told to believe (`Mailbox.authserv_id`): that server puts its own above everything it was handed.
Whatever stands below, is nested in a comment or a quoted string, or names another server, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MOST_RESULTS = 50
LONGEST_DETAIL = 200
LONGEST_DOMAIN = 253

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"?|\\.?|[();]|[^"\\();]++', re.DOTALL)
_RESULT = re.compile(
    r"\s*([a-z][a-z0-9_-]{0,40})(?:\s*/\s*\d{1,5})?\s*=\s*([a-z]{1,20})(?![\w-])", re.IGNORECASE
)
_PROPERTY = re.compile(
    r'(?<![\w.])(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s";]+)',
    re.IGNORECASE,
)


class Verdict(StrEnum):
    """`pass`: the domain of From vouches for this letter; `fail`: it says that it does not; else `unknown`."""

    PASS = "pass"  # noqa: S105 (a verdict, not a secret)
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SenderCheck:
    """The verdict and what it rests on, such as "dmarc=pass buyer.example". `asked`: a server to believe is named."""

    verdict: Verdict = Verdict.UNKNOWN
    detail: str = ""
    asked: bool = False


@dataclass(frozen=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def domains(self, *names: str) -> list[str]:
        values = [value for name, value in self.properties if name in names]
        return [domain for value in values if (domain := _domain(value))]


def check_sender(results: str, authserv_id: str, sender: str) -> SenderCheck:
    """results: the topmost Authentication-Results value of the letter; sender: the address in From."""
    trusted, domain = authserv_id.strip().lower(), _domain(sender)
    if not trusted:
        return SenderCheck()
    segments = _segments(results)
    names = next(segments, "").split()
    # RFC 8601, section 2.2: the name may be followed by a version number.
    if not names or names[0].strip('"').lower() != trusted or not domain:
        return SenderCheck(asked=True)
    found = [result for segment in segments if (result := _read(segment)) is not None]
    return _by_dmarc(found, domain) or _by_alignment(found, domain) or SenderCheck(asked=True)


def _by_dmarc(found: list[_Result], domain: str) -> SenderCheck | None:
    """The DMARC result about the domain we read in From; about another one (several From) it proves nothing."""
    about = [
        result
        for result in found
        if result.method == "dmarc" and result.domains("header.from") in ([], [domain])
    ]
    words = {result.result for result in about}
    if words == {"fail"}:
        return SenderCheck(Verdict.FAIL, f"dmarc=fail {domain}"[:LONGEST_DETAIL], asked=True)
    if words == {"pass"} and all(result.domains("header.from") for result in about):
        return SenderCheck(Verdict.PASS, f"dmarc=pass {domain}"[:LONGEST_DETAIL], asked=True)
    # Two that contradict each other were not both written by one honest server.
    return SenderCheck(asked=True) if len(words) > 1 else None


def _by_alignment(found: list[_Result], domain: str) -> SenderCheck | None:
    for method, names in (("dkim", ("header.d", "header.i")), ("spf", ("smtp.mailfrom",))):
        for result in found:
            if result.method == method and result.result == "pass":
                aligned = next((one for one in result.domains(*names) if _vouches(one, domain)), None)
                if aligned:
                    return SenderCheck(Verdict.PASS, f"{method}=pass {aligned}"[:LONGEST_DETAIL], asked=True)
    return None


def _vouches(signer: str, domain: str) -> bool:
    """A domain speaks for itself and for what lies below it. Not for its parent: that may be a public suffix."""
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))


def _segments(value: str) -> Iterator[str]:
    """What stands between the semicolons, without comments; quoted strings are kept whole."""
    depth = number = 0
    kept: list[str] = []
    for match in _PIECE.finditer(value):
        piece = match[0]
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif piece == ";":
            yield "".join(kept)
            kept, number = [], number + 1
            if number > MOST_RESULTS:
                return
        else:
            kept.append(piece)
    yield "".join(kept)


def _read(segment: str) -> _Result | None:
    match = _RESULT.match(segment)
    if match is None:
        return None
    found = _PROPERTY.findall(segment, match.end())
    properties = tuple((name.lower(), value.strip('"')) for name, value in found[:MOST_RESULTS])
    return _Result(match[1].lower(), match[2].lower(), properties)


def _domain(address: str) -> str:
    """The domain of an address, or the domain itself, lower case and as it travels."""
    domain = address.strip().rpartition("@")[2].strip("<>. ").lower()
    if len(domain) > LONGEST_DOMAIN:
        return ""
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return domain
