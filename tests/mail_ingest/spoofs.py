"""Letters that pretend: a matrix of senders, tokens, references, subjects and verdicts, and what may become of each.

Two tickets are there before any of them arrives: Olga's, with Igor on Cc, and Boris's. `Spoof.may_land` says where a
letter may be found afterwards. It knows how the letter was made and not how it is read: nothing of the product is
asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

OLGAS, BORISS, ELSEWHERE = "Olga's ticket", "Boris's ticket", "elsewhere"
APPROVED = {
    OLGAS: frozenset({"olga@buyer.example", "olga@home.example", "igor@buyer.example"}),
    BORISS: frozenset({"boris@firm.example"}),
}
CANARY = "a stranger wrote this"

# name → (From lines, the one address that speaks, '' when nobody can say which)
SENDERS: dict[str, tuple[tuple[str, ...], str]] = {
    "the customer": (("Olga Petrova <olga@buyer.example>",), "olga@buyer.example"),
    "the customer, shouting": (("OLGA <OLGA@BUYER.EXAMPLE>",), "olga@buyer.example"),
    "another address of the card": (("olga@home.example",), "olga@home.example"),
    "somebody on Cc": (("Igor <igor@buyer.example>",), "igor@buyer.example"),
    "another customer": (("Boris <boris@firm.example>",), "boris@firm.example"),
    "a stranger": (("Eve <eve@elsewhere.example>",), "eve@elsewhere.example"),
    "a stranger with the customer's name": (("Olga Petrova <eve@elsewhere.example>",), "eve@elsewhere.example"),
    "an address as a name": (('"olga@buyer.example" <eve@elsewhere.example>',), "eve@elsewhere.example"),
    "an address as a comment": (("eve@elsewhere.example (olga@buyer.example)",), "eve@elsewhere.example"),
    "an encoded address as a name": (
        ("=?utf-8?q?olga=40buyer=2Eexample?= <eve@elsewhere.example>",),
        "eve@elsewhere.example",
    ),
    "Cyrillic letters in the name": (("Olga <оlgа@buyer.example>",), "оlgа@buyer.example"),
    "Cyrillic letters in the domain": (("Olga <olga@buуer.example>",), "olga@buуer.example"),
    "a domain that looks like it": (("Olga <olga@xn--buer-1re.example>",), "olga@xn--buer-1re.example"),
    "a sub-address": (("Olga <olga+x@buyer.example>",), "olga+x@buyer.example"),
    "a domain below": (("Olga <olga@mail.buyer.example>",), "olga@mail.buyer.example"),
    "a longer domain": (("Olga <olga@buyer.example.evil.example>",), "olga@buyer.example.evil.example"),
    "two senders": (("Olga <olga@buyer.example>, Eve <eve@elsewhere.example>",), ""),
    "two senders, the stranger first": (("eve@elsewhere.example, olga@buyer.example",), ""),
    "two From headers": (("Olga <olga@buyer.example>", "Eve <eve@elsewhere.example>"), ""),
    "two From headers, the stranger first": (("eve@elsewhere.example", "olga@buyer.example"), ""),
    "an agent": (("Nora Lind <nora@help.example>",), "nora@help.example"),
    "our own address": (("Support <support@help.example>",), "support@help.example"),
    "a daemon": (("MAILER-DAEMON@help.example",), "mailer-daemon@help.example"),
    "an empty From": (("",), ""),
    "no From at all": ((), ""),
    "a name alone": (("Olga Petrova",), ""),
}  # fmt: skip
TOKENS = ("none", "Olga's", "Boris's", "cut", "altered", "other ticket", "unsigned", "upper case")
PLACES = ("Message-ID", "sub-address", "Delivered-To", "text", "hidden HTML")
REFERENCES = ("none", "Olga's letter", "Boris's letter")
SUBJECTS = ("My parcel", "Re: [#{olga}] My parcel", "Re: [#{boris}] My parcel")
VERDICTS = ("none", "another server's pass", "forged pass below", "pass", "fail")
REPLY_TO = ("", "Eve <eve@elsewhere.example>", "Olga Petrova <olga@buyer.example>, mallory@elsewhere.example")
SENDER = ("", "olga@buyer.example", "support@help.example", "eve@elsewhere.example")
# Headers that have set fields of tickets in other products, and some that sound like ours.
ORDERS = (
    "",
    "X-Zammad-Ticket-Owner: nora@help.example\nX-Zammad-Ticket-State: closed\n",
    "X-Sincerely-Ticket: {olga}\nX-Sincerely-Instance: 00ff\nX-Ticket-Status: closed\nX-Priority: 1\n",
    "X-OTRS-Loop: no\nX-RT-Ticket: {olga}\nRT-Squelch-Replies-To: olga@buyer.example\nX-Ticket-Id: {boris}\n",
    "Cc: mallory@elsewhere.example, olga@buyer.example\nBcc: trent@elsewhere.example\n",
)


@dataclass(frozen=True)
class World:
    """What is there before. Tokens are those of our answers ("1042.7.mac"); letters are Message-IDs."""

    olga: int
    boris: int
    tokens: dict[str, str]
    letters: dict[str, str]
    # Whether the mailbox names a server whose verdicts count.
    believes: bool

    def ticket(self, name: str) -> int:
        return self.olga if name == OLGAS else self.boris


@dataclass(frozen=True)
class Spoof:
    """One letter of the matrix."""

    number: int
    sender: str
    token: str
    place: str
    reference: str
    subject: str
    verdict: str
    reply_to: str = ""
    sender_header: str = ""
    orders: str = ""

    def raw(self, world: World) -> bytes:
        lines, address = SENDERS[self.sender]
        token, tagged = self._token(world), ""
        top = self._authentication(address.rpartition("@")[2] or "buyer.example")
        to = "support@help.example"
        if token and self.place == "sub-address":
            to = f"support+{token}@help.example"
        if token and self.place == "Delivered-To":
            tagged = f"Delivered-To: support+{token}@help.example\n"
        named = [world.letters[self.reference]] if self.reference != "none" else []
        if token and self.place == "Message-ID":
            # The nonce differs, so that no letter is kin to another by a bogus id they share.
            named.append(f"{self.number:x}.{token}@help.example")
        numbers = {"olga": world.olga, "boris": world.boris}
        head = [
            top + tagged,
            *(f"From: {line}\n" for line in lines),
            f"Sender: {self.sender_header}\n" if self.sender_header else "",
            f"Reply-To: {self.reply_to}\n" if self.reply_to else "",
            f"To: {to}\nSubject: {self.subject.format(**numbers)}\n",
            self.orders.format(**numbers),
            f"Message-ID: <spoof-{self.number}@sender.example>\nDate: Fri, 20 Nov 2026 12:00:00 +0000\n",
            f"In-Reply-To: <{named[-1]}>\n" if named else "",
            "References: {}\n".format(" ".join(f"<{name}>" for name in named)) if named else "",
        ]
        return ("".join(head) + self._body(token)).encode()

    def may_land(self, world: World) -> set[tuple[str, bool]]:
        """(ticket, held) of every place that is right for this letter."""
        who = SENDERS[self.sender][1]
        speaks = {name for name, people in APPROVED.items() if who in people}
        tokens = [name for name in (self._signed(),) if name]
        named = {"Olga's letter": [OLGAS], "Boris's letter": [BORISS]}.get(self.reference, [])
        numbered = {SUBJECTS[1]: [OLGAS], SUBJECTS[2]: [BORISS]}.get(self.subject, [])
        disowned = world.believes and self.verdict == "fail"
        if tokens and tokens[0] in speaks:
            return {(tokens[0], False)}
        if (direct := next((name for name in named if name in speaks), "")) and not disowned:
            return {(direct, False)}
        # A letter that names somebody else's may follow others of the same sender that named it too.
        kin = {(place, disowned) for place in (ELSEWHERE, *speaks)} if named else set()
        weak = direct or next((name for name in numbered if name in speaks), "")
        if weak and not disowned:
            return {(weak, False), *kin}
        if tokens or weak:
            return {(tokens[0] if tokens else weak, True), *kin}
        return {(ELSEWHERE, False), *kin}

    def _signed(self) -> str:
        """The ticket that a genuine token in this letter is for."""
        return {"Olga's": OLGAS, "Boris's": BORISS}.get(self.token, "")

    def _token(self, world: World) -> str:
        olgas, boriss = world.tokens[OLGAS], world.tokens[BORISS]
        ticket, message, mac = olgas.split(".")
        return {
            "none": "",
            "Olga's": olgas,
            "Boris's": boriss,
            "cut": olgas[:-1],
            "altered": f"{ticket}.{message}.{'b' if mac[0] == 'a' else 'a'}{mac[1:]}",
            "other ticket": f"{world.boris}.{message}.{mac}",
            "unsigned": f"{ticket}.{message}",
            # Written so in the text it is nobody's; in an address some servers do change the case.
            "upper case": f"{ticket}.{message}.{'A' * 26}",
        }[self.token]

    def _authentication(self, domain: str) -> str:
        forged = f"Authentication-Results: mx.help.example; dmarc=pass header.from={domain}\n"
        return {
            "none": "",
            "another server's pass": f"Authentication-Results: mx.evil.example; dmarc=pass header.from={domain}\n",
            "forged pass below": f"Authentication-Results: mx.evil.example; none\n{forged}",
            "pass": forged,
            "fail": f"Authentication-Results: mx.help.example; dmarc=fail header.from={domain}\n{forged}",
        }[self.verdict]

    def _body(self, token: str) -> str:
        words = CANARY if self.sender not in ("the customer", "another customer") else "Is there any news?"
        words = f"{words} ({self.number})"
        if not token or self.place not in ("text", "hidden HTML"):
            return f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
        if self.place == "text":
            return f"Content-Type: text/plain; charset=utf-8\n\n{words}\n\n> Hello,\n>\n> ref-{token}\n"
        html = f'<p>{words}</p><blockquote>Hello<div style="display:none">ref-{token}</div></blockquote>'
        return f"Content-Type: text/html; charset=utf-8\n\n{html}\n"


def matrix(count: int, *, seed: int) -> list[Spoof]:
    """So many letters of all that there could be, the same ones for the same seed; every value of each kind occurs."""
    every = [
        (sender, token, place, reference, subject, verdict)
        for sender, token, reference, subject, verdict in product(
            SENDERS, TOKENS, REFERENCES, SUBJECTS, VERDICTS
        )
        for place in (PLACES if token != "none" else PLACES[:1])
    ]
    chance = random.Random(seed)
    chosen = chance.sample(every, min(count, len(every)))
    extras = _around(chance)
    return [Spoof(number, *one, *next(extras)) for number, one in enumerate(chosen)]


def _around(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    while True:
        yield chance.choice(REPLY_TO), chance.choice(SENDER), chance.choice(ORDERS)
