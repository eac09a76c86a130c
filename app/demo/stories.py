"""One made-up ticket: who wrote, what was said and when, and what became of it. The same number, the same story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.demo import texts
from app.demo.people import Person, customer
from app.demo.texts import Topic

PER_CUSTOMER = 4
YEAR = timedelta(days=365)
# How many messages tickets have; ten on average.
_LENGTHS = (2, 4, 6, 8, 10, 10, 10, 12, 14, 24)
_LOGO = '<table width="600"><tr><td><img src="https://news.example/logo.png" alt=""></td></tr></table>'


@dataclass(frozen=True)
class Said:
    """One message. `agent` is a place in the list of agents; -1 for what the customer wrote."""

    kind: str
    at: datetime
    agent: int
    pieces: tuple[str, ...]
    html: str | None
    quotes: str


@dataclass(frozen=True)
class Story:
    number: int
    customer_number: int
    person: Person
    topic: Topic
    subject: str
    status: str
    said: tuple[Said, ...]
    # A place in the list of agents; None while nobody has it.
    assignee: int | None
    face: str
    comment: str
    tagged: bool


@dataclass(frozen=True)
class Desk:
    """How many tickets there are in all, when it is now, and how many agents work."""

    tickets: int
    now: datetime
    agents: int

    @property
    def open(self) -> int:
        return min(self.tickets // 2, 60 + self.tickets // 200)

    @property
    def waiting(self) -> int:
        return min(self.tickets // 4, 40 + self.tickets // 100)

    def status(self, number: int, rng: Random) -> str:
        age = self.tickets - number
        if age < self.open:
            return "open"
        if age < self.open + self.waiting:
            return "snoozed" if rng.random() < 0.1 else "waiting"
        return "spam" if rng.random() < 0.005 else "closed"

    def last_at(self, number: int) -> datetime:
        """Of the newest message: spread evenly over the year, the last ticket's a few minutes ago."""
        return self.now - timedelta(minutes=3) - YEAR * ((self.tickets - number) / self.tickets)


def story(desk: Desk, number: int) -> Story:
    """`number` counts from 1 to desk.tickets, in the order in which the tickets were last written in."""
    rng = Random(number)  # noqa: S311 (made-up letters, no secret)
    customer_number = 1 + (number * 7919) % max(1, desk.tickets // PER_CUSTOMER)
    person = customer(customer_number)
    topic = rng.choice([one for one in texts.TOPICS if one.language == person.language])
    status = desk.status(number, rng)
    agent = rng.randrange(desk.agents)
    said = _said(desk, number, person, topic, status, agent, rng)
    answered = any(one.kind == "outgoing" for one in said)
    rated = status == "closed" and answered and rng.random() < 0.15
    face = rng.choices(("good", "okay", "bad"), (80, 12, 8))[0] if rated else ""
    return Story(
        number=number,
        customer_number=customer_number,
        person=person,
        topic=topic,
        subject=rng.choice(topic.subjects),
        status=status,
        said=said,
        assignee=agent if answered or rng.random() < 0.3 else None,
        face=face,
        comment=rng.choice(texts.THANKS[person.language]) if face and rng.random() < 0.3 else "",
        tagged=rng.random() < 0.4,
    )


def _said(
    desk: Desk, number: int, person: Person, topic: Topic, status: str, agent: int, rng: Random
) -> tuple[Said, ...]:
    kinds = _kinds(rng.choice(_LENGTHS), status, rng)
    gaps = [timedelta(minutes=rng.randrange(20, 1200)) for _ in kinds[1:]]
    at = desk.last_at(number) - sum(gaps, timedelta())
    found: list[Said] = []
    last_answer = ""
    for place, kind in enumerate(kinds):
        if kind == "incoming":
            pieces = _letter(number, person, topic, rng, first=place == 0)
            html = _letter_html(pieces, rng) if rng.random() < 0.4 else None
            quotes = _quoted(last_answer) if last_answer and rng.random() < 0.5 else ""
            found.append(Said(kind, at, -1, pieces, html, quotes))
        else:
            writer = agent if rng.random() < 0.8 else rng.randrange(desk.agents)
            pieces = _note(person, rng) if kind == "note" else _answer(person, topic, rng)
            found.append(Said(kind, at, writer, pieces, _answer_html(pieces), ""))
            last_answer = "" if kind == "note" else "\n".join(pieces)
        at += gaps[place] if place < len(gaps) else timedelta()
    return tuple(found)


def _kinds(length: int, status: str, rng: Random) -> list[str]:
    """Letter and reply in turns. What is open ends with a letter, the rest with a reply; spam is never answered."""
    if status == "spam":
        return ["incoming"]
    kinds = ["incoming" if place % 2 == 0 else "outgoing" for place in range(length)]
    if status == "open":
        kinds[-1] = "incoming"
    if length > 4 and rng.random() < 0.3:
        kinds[3] = "note"
    return kinds


def _letter(number: int, person: Person, topic: Topic, rng: Random, *, first: bool) -> tuple[str, ...]:
    language = person.language
    sentences = rng.sample(topic.asked, 4) if first else rng.sample(topic.more, 2)
    numbered = (texts.NUMBERED[language].format(700_000 + number),) if first else ()
    greeting, thanks = rng.choice(texts.GREETINGS[language]), rng.choice(texts.THANKS[language])
    return (greeting, *sentences, *numbered, thanks, person.name)


def _answer(person: Person, topic: Topic, rng: Random) -> tuple[str, ...]:
    greeting = "Здравствуйте!" if person.language == "ru" else f"Hello {person.name.split()[0]},"
    return (greeting, *rng.sample(topic.answered, 3))


def _note(person: Person, rng: Random) -> tuple[str, ...]:
    return (rng.choice(texts.NOTES[person.language]),)


def text_of(pieces: tuple[str, ...]) -> str:
    """Greeting and closing stand on lines of their own."""
    if len(pieces) < 3:
        return "\n".join(pieces)
    return f"{pieces[0]}\n\n{' '.join(pieces[1:-2])}\n\n{pieces[-2]}\n{pieces[-1]}"


def _letter_html(pieces: tuple[str, ...], rng: Random) -> str:
    body = "".join(f"<p>{piece}</p>" for piece in pieces)
    return f"{_LOGO if rng.random() < 0.1 else ''}<div>{body}</div>"


def _answer_html(pieces: tuple[str, ...]) -> str:
    return "<div>" + "<br><br>".join(pieces) + "</div>"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
