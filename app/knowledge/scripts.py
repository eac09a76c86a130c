"""Scripts: a path of questions and answers through a hard conversation. What a script is, and what can be saved.

A script is a list of steps; the first is where everybody begins. A step says what to think of (`say`), may have words
for the letter (`text`, as in an article), and leads on by choices: what the customer says, and to which step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.errors import InvalidInput
from app.knowledge import segments, variables
from app.knowledge.texts import LANGUAGES, LONGEST_TITLE, UnknownVariable, WrongPart, visible

MOST_STEPS = 40
MOST_CHOICES = 8
LONGEST_SAY = 2_000
LONGEST_TEXT = 10_000
LONGEST_LABEL = 200


@dataclass(frozen=True)
class Choice:
    """`to`: the key of a step."""

    label: str
    to: str


@dataclass(frozen=True)
class Step:
    """`key` is its own within the script and stays when steps around it go."""

    key: str
    say: str
    text: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class ScriptText:
    """What an editor holds."""

    title: str
    language: str
    steps: tuple[Step, ...] = field(default_factory=tuple)


class WrongStep(InvalidInput):
    """`number` of the step that cannot be saved, counted from 1; `cause`: what is wrong with its text, or None."""

    def __init__(self, number: int, message: str, cause: InvalidInput | None = None) -> None:
        super().__init__(message, "steps")
        self.number = number
        self.cause = cause


def check(script: ScriptText) -> ScriptText:
    """The same, tidied: choices without words go. Raises InvalidInput, WrongStep."""
    title = " ".join(visible(script.title).split())
    if not title:
        raise InvalidInput("Please give the script a title.", "title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("This title is too long.", "title")
    if script.language not in LANGUAGES:
        raise InvalidInput("Please choose a language.", "language")
    if not script.steps or len(script.steps) > MOST_STEPS:
        raise InvalidInput("A script has at least one step and forty at most.", "steps")
    keys = {step.key for step in script.steps}
    steps = tuple(_checked(step, number, keys) for number, step in enumerate(script.steps, 1))
    return ScriptText(title, script.language, steps)


def read(stored: Sequence[Any]) -> tuple[Step, ...]:
    """From the column."""
    return tuple(
        Step(
            str(one["key"]),
            str(one["say"]),
            str(one.get("text", "")),
            tuple(Choice(str(choice["label"]), str(choice["to"])) for choice in one.get("choices", ())),
        )
        for one in stored
    )


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """For the column."""
    return [asdict(step) for step in steps]


def step_at(steps: Sequence[Step], key: str) -> Step:
    """The step with this key, or the first one."""
    return next((step for step in steps if step.key == key), steps[0])


def unreached(steps: Sequence[Step]) -> set[str]:
    """Keys of the steps that no path from the first leads to."""
    by_key = {step.key: step for step in steps}
    seen: set[str] = set()
    waiting = [steps[0].key] if steps else []
    while waiting:
        key = waiting.pop()
        if key in by_key and key not in seen:
            seen.add(key)
            waiting += [choice.to for choice in by_key[key].choices]
    return by_key.keys() - seen


def next_key(steps: Sequence[Step]) -> str:
    return str(max((int(step.key) for step in steps if step.key.isdigit()), default=0) + 1)


def _checked(step: Step, number: int, keys: set[str]) -> Step:
    say, text = _tidy(step.say), _tidy(step.text)
    if not say and not text:
        raise WrongStep(number, "This step says nothing.")
    if len(say) > LONGEST_SAY or len(text) > LONGEST_TEXT:
        raise WrongStep(number, "This step is too long.")
    _check_text(text, number)
    choices = tuple(_choice(one, number, keys) for one in step.choices if one.label.strip())
    if len(choices) > MOST_CHOICES:
        raise WrongStep(number, "This step has too many choices.")
    return Step(step.key, say, text, choices)


def _check_text(text: str, number: int) -> None:
    if wrong := segments.problems(text):
        raise WrongStep(number, "This text cannot be filled in.", WrongPart(wrong[0]))
    if unknown := variables.unknown(text):
        raise WrongStep(number, "This text cannot be filled in.", UnknownVariable(unknown))


def _choice(choice: Choice, number: int, keys: set[str]) -> Choice:
    label = " ".join(visible(choice.label).split())[:LONGEST_LABEL]
    if choice.to not in keys:
        raise WrongStep(number, "A choice of this step leads nowhere.")
    return Choice(label, choice.to)


def _tidy(text: str) -> str:
    return visible(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
