"""Answers to a letter of ours, with what clients and gateways make of its words, and answers written into it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

from bench.quote_letters import QUOTED, WRITTEN, Letter, Piece

SENT = """Hello Hannah,

thank you for your letter. Please try these three steps first, and tell us what happens after each of them:

1. Close the tap and wait for ten minutes.
2. Open the cover (https://orbit.example/help/cover-of-the-pump) and clean the filter.
3. Start the pump with "Start" - don't press it twice...

Does the light go green?
Which number stands on the label?

Ben Miller
Orbit support

How was this answer?
🙂 Good: https://desk.example/r/q1w2e3r4t5y6/good
😐 Okay: https://desk.example/r/q1w2e3r4t5y6/okay
🙁 Bad: https://desk.example/r/q1w2e3r4t5y6/bad

On 3 January 2027 at 9:05, Hannah Quill wrote:
> My pump stops after ten minutes.

ref-1042.7.abcdefghijklmnopqrstuvwxyz"""

OLDER = """Hello Hannah,

which pump do you have, and since when? We ask because the first series had a weak motor.

Ben Miller"""

# Below which line of ours the customer writes what.
ANSWERS = {
    "1. Close the tap and wait for ten minutes.": "Did that twice, nothing changed.",
    "Does the light go green?": "no",
    "Which number stands on the label?": "P-77 / 2026",
}
_TOP = "Thanks, see below.\n"
_TOP_ALONE = "Thanks, that helped me a lot.\n"
Quoted = list[Piece]

HEADS = {
    "gmail": "On Mon, Jan 4, 2027 at 9:05 AM Ben — Orbit support <help@orbit.example> wrote:\n",
    "outlook": "From: Ben — Orbit support <help@orbit.example>\nSent: Monday, January 4, 2027 9:05 AM\n"
    "To: Hannah Quill\nSubject: Re: pump\n",
    "unknown": "Zzz 4 qqq 2027 kkk Ben — Orbit support:",
}


def answers_to_ours() -> Iterator[Letter]:
    for form_name, form in FORMS.items():
        for head_name, head in HEADS.items():
            for mark in ("> ", "", "| " if head_name == "gmail" else "  "):
                yield from _letters(f"{form_name}, {head_name}, {mark!r}", form, head, mark)


def _letters(name: str, form: Callable[[str], str], head: str, mark: str) -> Iterator[Letter]:
    ours = form(SENT)
    # An attribution nobody can know stays in sight: that is right, if not pretty.
    head_kind = WRITTEN if head.startswith("Zzz") else QUOTED
    quoted = "\n".join((mark + line).rstrip() for line in ours.split("\n"))
    plain: Quoted = [(WRITTEN, _TOP_ALONE), (head_kind, head), (QUOTED, quoted)]
    yield Letter("ours: quoted whole", name, tuple(plain), sent=(SENT, OLDER))
    half = "\n".join(quoted.split("\n")[: quoted.count("\n") // 2])
    yield Letter(
        "ours: a part", name, ((WRITTEN, _TOP_ALONE), (head_kind, head), (QUOTED, half)), sent=(OLDER, SENT)
    )
    older = "\n".join((mark + mark + line).rstrip() for line in form(OLDER).split("\n"))
    two = (*plain, (QUOTED, "\n" + older))
    yield Letter("ours: two generations", name, two, sent=(SENT, OLDER))
    if form in (_joined, _wrapped_narrow):
        return
    inside: Quoted = [(WRITTEN, _TOP), (head_kind, head), *_answered(ours, mark, form)]
    yield Letter("ours: answers inside", name, tuple(inside), sent=(SENT,))


def _answered(ours: str, mark: str, form: Callable[[str], str]) -> Quoted:
    """Each answer below the last line that its line of ours has become."""
    below = {form(line).strip().split("\n")[-1].strip(): answer for line, answer in ANSWERS.items()}
    pieces: Quoted = []
    for line in ours.split("\n"):
        pieces.append((QUOTED, (mark + line).rstrip()))
        if line.strip() in below:
            pieces.append((WRITTEN, (mark + below[line.strip()]).rstrip()))
    return pieces


def _same(text: str) -> str:
    return text


def _wrapped(text: str) -> str:
    return _wrap(text, 72)


def _wrapped_narrow(text: str) -> str:
    return _wrap(text, 38)


def _wrap(text: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) or ""
        for line in text.split("\n")
    )


def _joined(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _smart(text: str) -> str:
    return (
        text.replace('"Start"', "“Start”").replace("don't", "don’t").replace(" - ", " – ").replace("...", "…")
    )


def _spaced(text: str) -> str:
    return text.replace("\n", "\n\n")


def _entities(text: str) -> str:
    return text.replace(" ", "\u00a0", 40).replace('"', "&quot;")


def _safelinks(text: str) -> str:
    return re.sub(
        r"https://(\S+?)(?=[)\s]|$)",
        r"https://eur01.safelinks.example/?url=https%3A%2F%2F\1&data=05%7C02%7C%7Cabc&sdata=x%3D&reserved=0",
        text,
    )


def _defended(text: str) -> str:
    return re.sub(
        r"https://(\S+?)(?=[)\s]|$)", r"https://urldefense.example/v3/__https://\1__;!!abc!def$ ", text
    )


def _linked(text: str) -> str:
    return re.sub(r"(https://\S+?)(?=[)\s]|$)", r"\1<\1>", text)


def _as_html_text(text: str) -> str:
    """The text of our HTML part: links behind their words, smileys as pictures."""
    text = re.sub(r"(🙂|😐|🙁) (\w+): (\S+)", r"[\1]\2 <\3>", text)
    return text.replace(
        " (https://orbit.example/help/cover-of-the-pump)", " <https://orbit.example/help/cover-of-the-pump>"
    )


def _smileys_dropped(text: str) -> str:
    return re.sub(r"(🙂|😐|🙁) (\w+): \S+", r"\2", text).replace(
        "\n\nref-1042.7.abcdefghijklmnopqrstuvwxyz", ""
    )


def _pictures(text: str) -> str:
    return re.sub(r"(🙂|😐|🙁) (\w+): (\S+)", r"[cid:good.1@desk.example]<\3>\n\2<\3>", text)


def _unnumbered(text: str) -> str:
    return re.sub(r"^\d\. ", "  * ", text, flags=re.MULTILINE)


def _question_marks(text: str) -> str:
    """Emoji that a gateway could not write."""
    return text.replace("🙂", "??").replace("😐", "??").replace("🙁", "??")


FORMS: dict[str, Callable[[str], str]] = {
    "same": _same,
    "wrapped": _wrapped,
    "wrapped narrow": _wrapped_narrow,
    "joined": _joined,
    "smart quotes": _smart,
    "blank lines": _spaced,
    "entities": _entities,
    "safelinks": _safelinks,
    "urldefense": _defended,
    "links twice": _linked,
    "html as text": _as_html_text,
    "smileys dropped": _smileys_dropped,
    "pictures": _pictures,
    "no numbers": _unnumbered,
    "question marks": _question_marks,
}
