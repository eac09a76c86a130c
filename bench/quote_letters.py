"""Letters with known truth, made from clients × languages × shapes: what is written now, quoted, a signature.

Every letter is a list of pieces, each with its kind; the text is their lines. The same call gives the same letters.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.quote_clients import ATTRIBUTIONS, BLOCKS
from bench.quote_doubts import DEVICES, DOUBTS, FOOTERS, SIGNATURES
from bench.quote_people import SPEECH, Speech
from bench.quote_programs import CODE, FORWARDS

WRITTEN, QUOTED, SIGNATURE = "written", "quoted", "signature"
Piece = tuple[str, str]


@dataclass(frozen=True)
class Letter:
    """One letter. `pieces`: (kind, text) in the order of the text; `sent`: what we sent before, if anything."""

    family: str
    name: str
    pieces: tuple[Piece, ...]
    html: str | None = None
    sent: tuple[str, ...] = ()
    plain: bool = True  # False: the letter has HTML only

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.pieces) if self.plain else ""


def letters(seed: int = 1) -> Iterator[Letter]:
    """All of them, a few thousand."""
    choice = random.Random(seed)
    yield from _quoted_letters(choice)
    yield from _block_letters(choice)
    yield from _signed_letters()
    yield from _listed_letters(choice)
    yield from _doubtful_letters()


def _other(speech: Speech) -> tuple[str, str]:
    """Whose words are quoted."""
    names = {
        one.name: f"support{at}@quill.example" for at, one in enumerate(SPEECH.values()) if one is not speech
    }
    name = next(iter(names))
    return name, names[name]


def marked(lines: Sequence[str], mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in lines)


def _quoted_letters(choice: random.Random) -> Iterator[Letter]:
    for client, (language, above) in ATTRIBUTIONS.items():
        speech = SPEECH[language]
        name, mail = _other(speech)
        head = above.format(n=name, m=mail)
        for shape, make in _SHAPES.items():
            if not head and shape == "top, own right above":
                continue
            yield Letter(f"marked: {shape}", client, tuple(make(speech, head, choice)))
        if _is_dated(head):
            old = f"\n{speech.greeting}\n" + "\n".join(speech.old)
            own = (WRITTEN, "\n".join(speech.own) + "\n")
            yield Letter("marks lost", client, (own, (QUOTED, head), (QUOTED, old)))


def _is_dated(head: str) -> bool:
    """Enough to be known without marks: who, with an address, and when; in lines that are not marked themselves."""
    return "@" in head and ("9:05" in head or "9.05" in head) and not head.startswith((">", "In "))


def _top(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    return [
        (WRITTEN, "\n".join((speech.greeting, "", *speech.own, ""))),
        (QUOTED, head),
        (QUOTED, marked(speech.old)),
    ]


def _top_tight(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    return [(WRITTEN, speech.answers[1] + "."), (QUOTED, head), (QUOTED, marked(speech.old, ">"))]


def _top_signed(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    card = f"-- \n{speech.name}\n{speech.company}"
    pieces = _top(speech, head, choice)
    return [pieces[0], (SIGNATURE, card + "\n\n"), *pieces[1:]]


def _bottom(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    return [
        (QUOTED, head),
        (QUOTED, marked(("", *speech.old[:2], "", *speech.old[2:]))),
        (WRITTEN, "\n".join(("", *speech.own, "", speech.name.split()[0], ""))),
        (SIGNATURE, f"-- \n{speech.name} | {speech.title}\nhttps://quill.example/people"),
    ]


def _between(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    pieces: list[Piece] = [(WRITTEN, speech.greeting + "\n"), (QUOTED, head)]
    for question, answer in zip(speech.old, speech.answers, strict=True):
        gap = choice.choice(("", "\n"))
        pieces += [(QUOTED, marked([question])), (WRITTEN, f"{gap}{answer}{gap}")]
    return [*pieces, (WRITTEN, f"\n{speech.closing}\n{speech.name}")]


def _levels(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    name, mail = "Otto Older", "otto@quill.example"
    return [
        (WRITTEN, "\n".join(speech.own) + "\n"),
        (QUOTED, head),
        (QUOTED, marked(speech.old[:2])),
        (QUOTED, f"> {name} <{mail}> wrote:\n>"),
        (QUOTED, marked(speech.old[2:], ">> ")),
        (QUOTED, f">> On 3 Jan 2027, {name} wrote:\n>>> {speech.own[0]}\n>>"),
        (WRITTEN, f"\n{speech.answers[1]}"),
    ]


def _compact_levels(speech: Speech, head: str, choice: random.Random) -> list[Piece]:
    """Old answers among old questions, no blank lines, and the answer below."""
    return [
        (QUOTED, head),
        (QUOTED, "\n".join(f">> {old}\n> {answer}" for old, answer in zip(speech.old, speech.answers, strict=True))),
        (WRITTEN, speech.own[0]),
    ]  # fmt: skip


_SHAPES = {
    "top": _top,
    "top, own right above": _top_tight,
    "top, signed": _top_signed,
    "bottom": _bottom,
    "between": _between,
    "levels": _levels,
    "old answers": _compact_levels,
}


def _block_letters(choice: random.Random) -> Iterator[Letter]:
    for client, (language, above) in BLOCKS.items():
        speech = SPEECH[language]
        name, mail = _other(speech)
        head = above.format(n=name, m=mail)
        own = "\n".join((speech.greeting, "", *speech.own, ""))
        old = f"{SPEECH[language].greeting}\n\n" + "\n".join(speech.old)
        older = head.replace("9:05", "8:01").replace("09:05", "08:01") + "\n" + speech.own[1]
        card = f"{speech.closing}\n{speech.name}\n{speech.title}\n{speech.company}\nTel. {speech.phone}\n"
        quoted = (QUOTED, f"{head}\n{old}\n")
        yield Letter("block: plain", client, ((WRITTEN, own), quoted))
        yield Letter("block: history of two", client, ((WRITTEN, own), quoted, (QUOTED, older)))
        yield Letter("block: card above", client, ((WRITTEN, own), (SIGNATURE, card), quoted))
        yield Letter(
            "block: device above", client, ((WRITTEN, own), (SIGNATURE, speech.device + "\n"), quoted)
        )
        yield Letter("block: tight", client, ((WRITTEN, speech.answers[0]), quoted))


def _signed_letters() -> Iterator[Letter]:
    for name, (language, card) in SIGNATURES.items():
        speech = SPEECH[language]
        own = (WRITTEN, "\n".join((speech.greeting, "", *speech.own, "")))
        history = (QUOTED, f"\nOn 1/4/27 9:05 AM, Otto Older wrote:\n{marked(speech.old)}")
        yield Letter("signature: alone", name, (own, (SIGNATURE, card)))
        yield Letter("signature: above history", name, (own, (SIGNATURE, card), history))
        yield Letter("signature: bottom", name, (history, (WRITTEN, ""), own, (SIGNATURE, card)))
        yield Letter("signature: then P.S.", name, (own, (SIGNATURE, card), (WRITTEN, "\n" + speech.ps)))
    for name, (language, line) in DEVICES.items():
        speech = SPEECH[language]
        own = (WRITTEN, "\n".join(speech.own) + "\n")
        history = (QUOTED, f"\nOn 1/4/27 9:05 AM, Otto Older <otto@y.example> wrote:\n{marked(speech.old)}")
        yield Letter("device: alone", name, (own, (SIGNATURE, line)))
        yield Letter("device: above history", name, (own, (SIGNATURE, line), history))


def _listed_letters(choice: random.Random) -> Iterator[Letter]:
    for name, footer in FOOTERS.items():
        for speech in SPEECH.values():
            head = choice.choice(list(ATTRIBUTIONS.values()))[1].format(n="Otto Older", m="otto@y.example")
            quoted = _bottom(speech, head, choice)
            yield Letter("footer: bottom", name, (*quoted[:3], (SIGNATURE, footer)))
            yield Letter("footer: signed", name, (*quoted, (SIGNATURE, "\n" + footer)))
            top = _top(speech, head, choice)
            yield Letter("footer: below history", name, (*top, (SIGNATURE, "\n" + footer)))
            yield Letter(
                "footer: quoted too",
                name,
                (*top, (QUOTED, marked(footer.split("\n"))), (SIGNATURE, "\n" + footer)),
            )


def _doubtful_letters() -> Iterator[Letter]:
    for name, text in DOUBTS.items():
        yield Letter("doubt: all is written now", name, ((WRITTEN, text),))
        around = f"Good morning,\n\nthree things today.\n\n{text}\n\nI hope you can help me."
        yield Letter("doubt: in a letter", name, ((WRITTEN, around),))
        history = "\nOn 1/4/27 9:05 AM, Otto Older <otto@y.example> wrote:\n> Good morning,\n> what is it?"
        yield Letter("doubt: above history", name, ((WRITTEN, around), (QUOTED, history)))
        yield Letter(
            "doubt: below history", name, ((QUOTED, history.strip()), (WRITTEN, f"\n{text}\n\nHannah"))
        )
    for name, pieces in CODE.items():
        yield Letter("code among quotations", name, pieces)
    for name, text in FORWARDS.items():
        for note in ("", "FYI\n\n", "Can you help her?\n\nHannah\n\n"):
            yield Letter("forward: shown", name, ((WRITTEN, note + text),))
