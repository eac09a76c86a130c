"""The situations of a support mailbox, each as a few mails that belong together or only seem to."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bench import mailgen_text, mailgen_wire
from bench.mailgen_text import Person
from bench.mailgen_wire import Letter

_BLOCK = 240  # mails made together; threads do not reach from one block into the next
_START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_AGENT = Person("Orbit support", mailgen_wire.SUPPORT, "en")


@dataclass(frozen=True)
class Planned:
    """A mail and its place in time, before the order of arrival is known."""

    place: float
    raw: bytes
    ticket_key: str | None
    kind: str
    sender: Person

    @property
    def automatic(self) -> bool:
        return self.kind in {"auto_reply", "auto_alone", "bounce"}


class Block:
    """Some hundred mails that know of each other."""

    def __init__(self, seed: int, number: int) -> None:
        self._rng = random.Random(f"mailgen/{seed}/{number}")
        self._name = f"s{seed}b{number}"
        self._count = 0
        self._people: list[Person] = []
        self._number = number
        self._planned: list[Planned] = []

    def plan(self) -> list[Planned]:
        """All mails of the block by arrival."""
        scenes = (
            (self._thread, 46),
            (self._stranger, 6),
            (self._unlinked, 4),
            (self._number_in_subject, 4),
            (self._without_id, 6),
            (self._reused_id, 4),
            (self._copies, 12),
            (self._automatic, 8),
            (self._bounces, 6),
        )
        plays, weights = [play for play, _ in scenes], [weight for _, weight in scenes]
        while len(self._planned) < _BLOCK:
            self._rng.choices(plays, weights)[0]()
        return sorted(self._planned, key=lambda planned: planned.place)

    # The scenes: each adds the mails of one situation.

    def _thread(self) -> None:
        self._exchange(self._writer(), self._rng.choices((1, 2, 3, 4), (50, 28, 14, 8))[0])

    def _stranger(self) -> None:
        """Somebody answers into a thread of another person, and once more into their own."""
        first = self._exchange(self._writer(), self._rng.randint(1, 2))
        stranger = self._new_person()
        place = self._rng.random()
        answer = self._letter(stranger, references=(first[-1].message_id or "",))
        self._add(place, answer, self._key(), "stranger")
        if self._rng.random() < 0.5:
            key = self._planned[-1].ticket_key
            follow = self._answer(answer, (first[-1].message_id or "", answer.message_id or ""))
            self._add(place + 0.01, follow, key, "reply")

    def _unlinked(self) -> None:
        """An answer that names only a letter of ours, which an empty database does not have."""
        letter = self._letter(self._writer(), references=(self._our_id(),))
        self._add(
            self._rng.random(), replace(letter, subject=f"Re: {letter.subject}"), self._key(), "unlinked"
        )

    def _number_in_subject(self) -> None:
        letter = self._letter(self._new_person())
        subject = f"Re: [#{self._rng.randint(1, 60)}] {letter.subject}"
        self._add(self._rng.random(), replace(letter, subject=subject), self._key(), "number_in_subject")

    def _without_id(self) -> None:
        letter = self._letter(self._writer())
        place, key = self._rng.random(), self._key()
        if self._rng.random() < 0.5:
            self._add(place, replace(letter, message_id=None), key, "no_id")
            return
        self._add(place, letter, key, "first")
        self._add(
            place + 0.01,
            replace(self._answer(letter, (letter.message_id or "",)), message_id=None),
            key,
            "no_id",
        )

    def _reused_id(self) -> None:
        """Two different letters under one Message-ID: both are kept, each a ticket of its own."""
        writer = self._writer()
        first = self._letter(writer)
        other = self._letter(writer if self._rng.random() < 0.5 else self._new_person())
        place = self._rng.random()
        self._add(place, first, self._key(), "first")
        self._add(place + 0.02, replace(other, message_id=first.message_id), self._key(), "reused_id")

    def _copies(self) -> None:
        """The same bytes again, or the same letter by another route."""
        self._exchange(self._writer(), 1)
        original = self._planned[-1]
        later = original.place + self._rng.random() / 4
        if self._rng.random() < 0.5:
            self._planned.append(replace(original, place=later, ticket_key=None, kind="copy"))
            return
        raw = mailgen_wire.other_route(original.raw, self._count)
        self._planned.append(replace(original, place=later, raw=raw, ticket_key=None, kind="other_route"))

    def _automatic(self) -> None:
        headers = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
        if self._rng.random() < 0.5:
            letter = self._letter(self._new_person(), size=200)
            alone = replace(letter, subject=self._away(letter.sender), headers=headers)
            self._add(self._rng.random(), alone, self._key(), "auto_alone")
            return
        first = self._exchange(self._writer(), 1)[0]
        planned = self._planned[-1]
        letter = self._letter(first.sender, references=(first.message_id or "", self._our_id()), size=200)
        away = replace(letter, subject=self._away(letter.sender), headers=headers)
        self._add(planned.place + 0.02, away, planned.ticket_key, "auto_reply")

    def _bounces(self) -> None:
        self._count += 1
        lost = self._new_person()
        host = f"mx.{lost.address.rpartition('@')[2]}"
        raw = mailgen_wire.bounce(lost.address, host, self._time(), self._unique(), self._our_id())
        daemon = Person("Mail Delivery System", f"MAILER-DAEMON@{host}", "en")
        self._planned.append(Planned(self._rng.random(), raw, self._key(), "bounce", daemon))

    # What scenes are made of.

    def _exchange(self, writer: Person, length: int) -> list[Letter]:
        """A letter and the writer's later answers; each names all earlier ones and our answers between them."""
        key, place = self._key(), self._rng.random()
        letters = [self._letter(writer)]
        self._add(place, letters[0], key, "first")
        references: list[str] = []
        for step in range(1, length):
            references += [letters[-1].message_id or "", self._our_id()]
            letters.append(self._answer(letters[-1], tuple(references)))
            overtakes = self._rng.random() < 0.12
            shift = -0.01 if overtakes else self._rng.random() / 10
            self._add(place + step * shift, letters[-1], key, "overtaking" if overtakes else "reply")
        return letters

    def _add(self, place: float, letter: Letter, key: str | None, kind: str) -> None:
        self._planned.append(Planned(place, mailgen_wire.to_bytes(letter), key, kind, letter.sender))

    def _letter(self, writer: Person, *, references: tuple[str, ...] = (), size: int | None = None) -> Letter:
        rng = self._rng
        self._count += 1
        shape = rng.choices(("plain", "alternative", "mixed"), (33, 52, 15))[0]
        size = size or min(int(rng.lognormvariate(6.4, 0.7)), 6000)
        attachment = None
        if shape == "mixed":
            attachment = (f"photo-{self._count}.bin", rng.randbytes(rng.randint(500, 9000)))
        return Letter(
            sender=writer,
            subject=mailgen_text.subject(rng, writer.language),
            text=mailgen_text.letter(rng, writer, size),
            sent_at=self._time(),
            message_id=f"<{self._name}.{self._count}@{writer.address.rpartition('@')[2]}>",
            references=references,
            shape=shape,
            charset=rng.choices(("utf-8", "koi8-r", "cp1251"), (60, 20, 20))[0]
            if writer.language == "ru"
            else "utf-8",
            attachment=attachment,
            variety=rng.getrandbits(32),
        )

    def _answer(self, parent: Letter, references: tuple[str, ...]) -> Letter:
        letter = self._letter(parent.sender, references=references, size=250)
        ours = mailgen_text.letter(self._rng, replace(_AGENT, language=parent.sender.language), 500)
        history = mailgen_wire.quoted(ours, "Orbit", parent.sent_at, parent.sender.language)
        subject = parent.subject if parent.subject.startswith("Re: ") else f"Re: {parent.subject}"
        return replace(letter, subject=subject, text=f"{letter.text}\n\n{history}")

    def _writer(self) -> Person:
        """Somebody known or new: people write more than one letter."""
        if self._people and self._rng.random() < 0.4:
            return self._rng.choice(self._people)
        self._people.append(self._new_person())
        return self._people[-1]

    def _new_person(self) -> Person:
        return mailgen_text.person(self._rng, self._unique())

    def _unique(self) -> int:
        self._count += 1
        return self._number * 10_000 + self._count

    def _key(self) -> str:
        self._count += 1
        return f"{self._name}.t{self._count}"

    def _our_id(self) -> str:
        return f"<{self._rng.getrandbits(64):016x}@orbit.example>"

    def _time(self) -> datetime:
        return _START + timedelta(hours=self._number, seconds=self._rng.randint(0, 3599))

    def _away(self, writer: Person) -> str:
        return "Automatic reply: out of office" if writer.language == "en" else "Автоответ: меня нет на месте"
