"""The generated mails must deserve their truth: it is checked against the rules read naively from the headers."""

import json
import mailbox
import random
from collections import Counter, defaultdict
from email import message_from_bytes
from email.utils import parseaddr

import pytest

from bench.mailgen import expected, generate, main

COUNT = 1500


@pytest.fixture(scope="module")
def mails():
    return list(generate(7, COUNT))


class Desk:
    """The rules of filing in their plainest form."""

    def __init__(self):
        self.tickets = []
        self.by_id = defaultdict(list)
        self.waiting = defaultdict(list)
        self.seen = set()

    def take(self, raw):
        mail = message_from_bytes(raw)
        name, sender = mail["Message-ID"], parseaddr(mail["From"])[1]
        print_of_content = (name, str(mail["From"]), mail["Date"], str(mail["Subject"]), _content(mail))
        if raw in self.seen or (name and print_of_content in self.seen):
            return None
        self.seen |= {raw, print_of_content}
        named = f"{mail['References'] or ''} {mail['In-Reply-To'] or ''}".split()
        candidates = [ticket for one in named for ticket in self.by_id[one]]
        candidates += self.waiting[name] if name else []
        ticket = next((one for one in candidates if sender in one), None)
        if ticket is None:
            ticket = {sender}
            self.tickets.append(ticket)
        if name:
            self.by_id[name].append(ticket)
        for one in named:
            self.waiting[one].append(ticket)
        return id(ticket)


def _content(mail):
    return tuple(part.get_payload() for part in mail.walk() if not part.is_multipart())


def partition(pairs):
    groups = defaultdict(set)
    for index, key in pairs:
        if key is not None:
            groups[key].add(index)
    return {frozenset(group) for group in groups.values()}


def test_the_truth_is_what_the_rules_say(mails):
    desk = Desk()
    filed = partition([(index, desk.take(mail.raw)) for index, mail in enumerate(mails)])
    assert filed == partition([(index, mail.truth.ticket_key) for index, mail in enumerate(mails)])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_does_not_change_the_tickets(mails, seed):
    people = [(i, mail) for i, mail in enumerate(mails) if mail.truth.outcome in {"new_ticket", "added"}]
    random.Random(seed).shuffle(people)
    desk = Desk()
    filed = partition([(index, desk.take(mail.raw)) for index, mail in people])
    assert filed == partition([(index, mail.truth.ticket_key) for index, mail in people])


def test_the_same_seed_gives_the_same_mails(mails):
    assert [mail.raw for mail in generate(7, 300)] == [mail.raw for mail in mails[:300]]
    assert next(generate(8, 1)).raw != mails[0].raw


def test_the_mix_is_the_one_of_a_real_mailbox(mails):
    size = sum(len(mail.raw) for mail in mails) / COUNT
    multipart = sum(b"Content-Type: multipart/" in mail.raw for mail in mails) / COUNT
    charsets = Counter(
        name for mail in mails for name in (b'"utf-8"', b'"koi8-r"', b'"cp1251"') if name in mail.raw
    )
    languages = Counter(mail.truth.language for mail in mails)
    assert 4000 < size < 6000
    assert 0.6 < multipart < 0.75
    assert min(charsets.values()) > COUNT / 20
    assert len(charsets) == 3
    assert min(languages["en"], languages["ru"]) > COUNT / 3
    assert set(Counter(mail.truth.kind for mail in mails)) >= {
        "first", "reply", "overtaking", "stranger", "unlinked", "no_id", "reused_id", "number_in_subject", "copy",
        "other_route", "auto_reply", "auto_alone", "bounce",
    }  # fmt: skip


def test_answers_overtake_and_copies_follow(mails):
    opened, earlier = {}, set()
    for mail in mails:
        opened.setdefault(mail.truth.ticket_key, mail.truth.kind)
        assert (mail.raw in earlier) == (mail.truth.kind == "copy")
        earlier.add(mail.raw)
    assert "overtaking" in opened.values()


def test_every_mail_declares_what_it_contains(mails):
    for mail in mails:
        parsed = message_from_bytes(mail.raw)
        assert not parsed.defects
        assert parsed["From"]
        assert parsed["Date"]
        for part in parsed.walk():
            if part.get_content_maintype() == "text" and part.get_param("charset"):
                part.get_payload(decode=True).decode(part.get_param("charset"))


def test_the_figures_to_expect_add_up(mails):
    figures = expected(mail.truth for mail in mails)
    assert sum(figures.outcomes.values()) == COUNT
    assert sum(figures.messages.values()) == COUNT - figures.outcomes["duplicate"]
    assert figures.tickets == len(figures.messages) == sum(mail.truth.opens_ticket for mail in mails)


def _of_mbox(path):
    box = mailbox.mbox(path)
    return [box.get_bytes(key) for key in sorted(box.keys())]


@pytest.mark.parametrize("form", ["mbox", "maildir", "eml"])
def test_the_command_writes_mails_and_their_truth(tmp_path, form):
    target = tmp_path / "out"
    if form != "mbox":
        target.mkdir()
    path = target if form != "mbox" else tmp_path / "letters.mbox"
    main(["--count", "40", "--seed", "7", f"--{form}", str(path)])
    truth = json.loads((target if form != "mbox" else tmp_path).joinpath("truth.json").read_text("utf-8"))
    assert [entry["index"] for entry in truth] == list(range(40))
    read = {
        "mbox": lambda: _of_mbox(path),
        "maildir": lambda: [file.read_bytes() for file in sorted((path / "new").iterdir())],
        "eml": lambda: [file.read_bytes() for file in sorted(path.glob("*.eml"))],
    }[form]()
    wanted = [mail.raw.replace(b"\r\n", b"\n").rstrip() for mail in generate(7, 40)]
    assert [raw.rstrip() for raw in read] == wanted
