"""What a line of the notices says, in the reader's language. Pure: the translations are given.

The same sentences stand on the page, in the browser's own notifications and in the mails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Translations(Protocol):
    """As gettext has them."""

    def ugettext(self, message: str) -> Any: ...
    def ungettext(self, singular: str, plural: str, number: int) -> Any: ...


@dataclass(frozen=True)
class Line:
    """A notice as values. `who`: the colleague's or the writer's name, '' when nobody did it."""

    kind: str
    count: int = 1
    who: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def sentence(line: Line, words: Translations) -> str:
    """One sentence without its ticket."""
    wording = _WORDINGS.get(line.kind)
    return wording(line, words) if wording else _l("Something happened in this ticket", words)


def about(line: Line) -> str:
    """What was written, where the line has it: the first words of the letter, the note, the server's answer."""
    return str(line.detail.get("text") or line.detail.get("answer") or "")


def _l(text: str, words: Translations, **values: object) -> str:
    return str(words.ugettext(text)) % values if values else str(words.ugettext(text))


def _n(one: str, many: str, words: Translations, number: int, **values: object) -> str:
    return str(words.ungettext(one, many, number)) % {"num": number, **values}


def _assigned(line: Line, words: Translations) -> str:
    team = line.detail.get("team")
    if team:
        return _l("Your team %(team)s was given this ticket", words, team=team)
    if line.who:
        return _l("%(who)s gave you this ticket", words, who=line.who)
    return _l("You were given this ticket", words)


def _news(line: Line, once: str, often: str) -> str:
    return often if line.count > 1 else once


def _mention(line: Line, words: Translations) -> str:
    often = _n("You were mentioned %(num)s time", "You were mentioned %(num)s times", words, line.count)
    return _news(line, _l("%(who)s mentioned you", words, who=_writer(line)), often)


def _letter(line: Line, words: Translations) -> str:
    who = _writer(line)
    often = _n(
        "%(num)s new letter, the newest from %(who)s", "%(num)s new letters, the newest from %(who)s",
        words, line.count, who=who,
    )  # fmt: skip
    return _news(line, _l("New letter from %(who)s", words, who=who), often)


def _note(line: Line, words: Translations) -> str:
    who = _writer(line)
    often = _n(
        "%(num)s new note, the newest by %(who)s", "%(num)s new notes, the newest by %(who)s",
        words, line.count, who=who,
    )  # fmt: skip
    return _news(line, _l("%(who)s wrote a note", words, who=who), often)


def _delivery(line: Line, words: Translations) -> str:
    whom = str(line.detail.get("recipient", "—"))
    if line.detail.get("how") == "delivery_bounced":
        return _l("Your reply to %(whom)s came back", words, whom=whom)
    if line.detail.get("how") == "delivery_uncertain":
        return _l("It is not certain that your reply reached %(whom)s", words, whom=whom)
    return _l("Your reply to %(whom)s could not be delivered", words, whom=whom)


def _later(line: Line, words: Translations) -> str:
    if line.detail.get("why") == "letter":
        return _l("Your letter did not leave by itself: the customer wrote first", words)
    return _l("Your letter did not leave by itself", words)


def _draft(line: Line, words: Translations) -> str:
    return _l("%(who)s took over your draft", words, who=_writer(line))


def _rating(_line: Line, words: Translations) -> str:
    return _l("The customer was unhappy with your reply", words)


def _answer(_line: Line, words: Translations) -> str:
    return _l("An answer by mail in your name was not filed: nothing proves that you wrote it", words)


def _rule(line: Line, words: Translations) -> str:
    """Nobody's doing: an admin's rule says that this ticket wants looking at."""
    if line.count > 1:
        return _n(
            "Rules have told you of this ticket %(num)s time",
            "Rules have told you of this ticket %(num)s times",
            words,
            line.count,
        )
    return _l("The rule “%(who)s” tells you of this ticket", words, who=_writer(line))


def _recovery(line: Line, words: Translations) -> str:
    """A task about an unhappy customer: made, handed over, or perhaps done."""
    if line.detail.get("how") == "recovery_proposed":
        return _l("A customer who was unhappy is happy again: say whether they were won back", words)
    if line.detail.get("how") == "recovery_given" and line.who:
        return _l("%(who)s asks you to win an unhappy customer back", words, who=line.who)
    return _l("An unhappy customer is to be won back", words)


def _praise(line: Line, words: Translations) -> str:
    return _l("%(who)s praised your reply", words, who=_writer(line))


def _broken(line: Line, words: Translations) -> str:
    """Nobody's doing: a rule failed, and was taken back whole."""
    return _l("The rule “%(who)s” could not act", words, who=_writer(line))


def _due(line: Line, words: Translations) -> str:
    """A promise of a service level: broken, or to be kept soon."""
    late = line.detail.get("how") == "late"
    broken = {
        "first": _l("The first reply is late", words),
        "solved": _l("This ticket should be solved by now", words),
    }
    soon = {
        "first": _l("The first reply is due soon", words),
        "solved": _l("This ticket is to be solved soon", words),
    }
    usual = _l("A reply is late", words) if late else _l("A reply is due soon", words)
    return (broken if late else soon).get(str(line.detail.get("promise")), usual)


def _review(line: Line, words: Translations) -> str:
    """Nobody's doing: a day has come."""
    if line.count > 1:
        return _n(
            "%(num)s article of yours should be looked at again",
            "%(num)s articles of yours should be looked at again",
            words,
            line.count,
        )
    return _l("Look at your article again: “%(title)s”", words, title=str(line.detail.get("title", "")))


def _writer(line: Line) -> str:
    return line.who or str(line.detail.get("who") or "—")


def _typed(line: Line, words: Translations) -> str:
    """Nobody's doing: the upkeep of the knowledge base noticed it."""
    times = int(line.detail.get("times") or 0)
    return _n(
        "You have typed this answer %(num)s time: make it an article",
        "You have typed this answer %(num)s times: make it an article",
        words,
        times,
    )


_WORDINGS: dict[str, Callable[[Line, Translations], str]] = {
    "assigned": _assigned,
    "typed": _typed,
    "review": _review,
    "mention": _mention,
    "letter": _letter,
    "note": _note,
    "delivery": _delivery,
    "later": _later,
    "draft": _draft,
    "rating": _rating,
    "rule": _rule,
    "broken": _broken,
    "recovery": _recovery,
    "praise": _praise,
    "due": _due,
    "answer": _answer,
}
