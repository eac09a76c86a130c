"""The mail server and the line to it misbehave: renumbering, other clients, cuts, silence, slowness, two pollers."""

from __future__ import annotations

import random
import re
import signal
import threading
from collections.abc import Callable
from contextlib import contextmanager

import pytest

from tests.faults.ground import Ground
from tests.faults.observer import Findings, ServerMail
from tests.support.proxy import DOWN, Fault
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
FLAGS = (r"\Seen", r"\Flagged", r"\Answered", r"\Draft", r"\Deleted", "$Done")


def renumber(ground: Ground) -> None:
    """Another program makes the folder anew with the same letters: same bytes, other UIDVALIDITY.

    Nobody has it open meanwhile: Dovecot itself loses mail when a folder is made anew under a session that reads it.
    """
    ground.imap.refuse()
    wait_until(lambda: ground.servers.dovecot.sessions(ground.address) == 0)
    mails = ground.on_server()
    with ground.servers.dovecot.connected(ground.address) as imap:
        imap.delete(ground.folder)
        imap.create(ground.folder)
    order = [mail.raw for mail in mails]
    ground.dice.shuffle(order)
    ground.append(order)
    again = ground.on_server()
    assert {mail.uidvalidity for mail in again}.isdisjoint({mail.uidvalidity for mail in mails})
    ground.imap.start()


@pytest.mark.fault_slice("idle", "fetch.fetched")
@pytest.mark.parametrize(
    "point", ["idle", "capture.listed", "capture.sized", "fetch.fetched", "journal.bytes_stored"]
)
def test_server_renumbers(play: Play, point: str, seed: int) -> None:
    """F7: every letter has another UID; nothing comes in twice, nothing is forgotten."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(5))
        if point == "idle":
            child = ground.poll_until_settled()
            renumber(ground)
        else:
            child = ground.start("poller", f"{point}:1:stop")
            ground.wait_said(child, "failpoint ")
            renumber(ground)
            child.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        ground.wait_settled()
        return ground.look()

    play(case, "F7 UIDVALIDITY reset", point, folder="Support")


@pytest.mark.parametrize("point", ["capture.listed", "capture.sized"])
def test_letters_vanish_after_the_listing(play: Play, point: str, seed: int) -> None:
    """F8: another client expunges what we were about to fetch. We say so, and take the rest."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(6))
        child = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        gone = ground.dice.sample(ground.on_server(), 3)
        expunge(ground, gone)
        child.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        wait_until(lambda: vanished(ground) == 3)
        ground.wait_settled()
        words = {word for mail in gone for word in re.findall(r"letter-[\w-]+", mail.raw.decode("latin-1"))}
        ground.threads = [[word for word in thread if word not in words] for thread in ground.threads]
        return ground.look()

    play(case, "F8 expunged by another client", point)


def vanished(ground: Ground) -> int:
    return ground.database.number("SELECT count(*) FROM raw_mails WHERE state = 'vanished'")


def expunge(ground: Ground, mails: list[ServerMail]) -> None:
    with ground.servers.dovecot.connected(ground.address) as imap:
        imap.select(ground.folder)
        for mail in mails:
            imap.uid("STORE", str(mail.uid), "+FLAGS", r"(\Deleted)")
        imap.expunge()


@contextmanager
def client_that_sets_flags(ground: Ground):  # noqa: ANN201
    """A second client that sets and clears flags at random all the time."""
    done, dice = threading.Event(), random.Random(ground.dice.random())

    def play_with_flags() -> None:
        with ground.servers.dovecot.connected(ground.address) as imap:
            imap.select(ground.folder)
            while not done.is_set():
                found = imap.uid("SEARCH", "ALL")[1][0].split()
                if found:
                    flags = " ".join(dice.sample(FLAGS, dice.randint(1, 3)))
                    imap.uid(
                        "STORE", dice.choice(found).decode(), dice.choice(["+FLAGS", "-FLAGS"]), f"({flags})"
                    )

    thread = threading.Thread(target=play_with_flags)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(60)


@pytest.mark.fault_slice("fetch.fetched")
@pytest.mark.parametrize("point", ["", "fetch.fetched", "journal.committed"])
def test_another_client_plays_with_flags(play: Play, point: str, seed: int) -> None:
    """F9: read or unread, deleted or not: no flag decides what is new."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        ground.append(letters[:4])
        with client_that_sets_flags(ground):
            if point:
                ground.poll_until_killed(f"{point}:1:kill")
            child = ground.start("poller")
            for raw in letters[4:]:
                ground.append([raw])
            ground.wait_settled()
            child.stop()
        return ground.look()

    play(case, "F9 flags set at random", f"poller killed at {point}" if point else "poller runs")


CUTS = {
    "greeting, close": Fault("close", after=b"* OK", plus=3),
    "sign-in answered by BYE": Fault(
        "say", after=b"* OK", plus=0, text=b" hello\r\n* BYE too many connections\r\n"
    ),
    "SEARCH answer, close": Fault("close", after=b"* SEARCH", plus=2),
    "SEARCH answer, corrupt": Fault("corrupt", after=b"* SEARCH ", plus=0),
    "SELECT answer, BYE": Fault("say", after=b"UIDVALIDITY", plus=1, text=b"\r\n* BYE going down\r\n"),
    "sizes, reset": Fault("reset", after=b"RFC822.SIZE", plus=3),
    "tag of an answer, close": Fault("close", after=b"FETCH (UID 1", plus=40),
    "literal, close": Fault("close", after=b"BODY[] {", plus=400),
    "literal, reset": Fault("reset", after=b"BODY[] {", plus=2000),
    "literal, freeze": Fault("freeze", after=b"BODY[] {", plus=700),
    "literal called longer": Fault("replace", after=b"BODY[] {", skip=1, text=b"98"),
    "literal called shorter": Fault("replace", after=b"BODY[] {", skip=3, text=b"12"),
    "second letter, BYE": Fault(
        "say", after=b"(UID 2 BODY[]", plus=200, text=b"\r\n* BYE idle for too long\r\n"
    ),
}


@pytest.mark.fault_slice(
    "SEARCH answer, close",
    "SELECT answer, BYE",
    "literal, close",
    "literal called shorter",
    "tag of an answer, close",
    "second letter, BYE",
)
@pytest.mark.parametrize("name", CUTS)
def test_line_breaks_in_an_answer(play: Play, name: str, seed: int) -> None:
    """F10: cut, reset, frozen or wrong in the middle of an answer, three times; then the line is good again."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(5))
        before = ground.on_server()
        plan = CUTS[name]
        times = 1 if "freeze" in name or "longer" in name else ground.dice.randint(1, 3)
        plus = plan.plus + (ground.dice.randint(0, 60) if "literal" in name and plan.plus else 0)
        fault = ground.imap.break_with(
            Fault(plan.action, plan.after, plus, plan.text, plan.skip, times=times)
        )
        ground.poll_until_settled()
        assert fault.struck == times, "the fault was not reached"
        return ground.look(before)

    play(case, "F10 answer broken", name)


@pytest.mark.fault_slice("silent")
@pytest.mark.parametrize("how", ["silent", "reset", "refused for a while"])
def test_line_dies_while_idle(play: Play, how: str, seed: int) -> None:
    """F11: in IDLE the line goes dead without a word; new mail is found all the same."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(2))
        child = ground.poll_until_settled()
        if how == "silent":
            ground.imap.freeze_open()
        elif how == "reset":
            ground.imap.reset_open()
        else:
            ground.imap.refuse()
        ground.append(ground.write(3))
        before = ground.on_server()
        if how == "refused for a while":
            ground.wait_said(child, "nothing listens there")
            ground.imap.start()
        ground.wait_settled()
        return ground.look(before)

    play(case, "F11 dead line in IDLE", how)


@pytest.mark.fault_slice("slow line")
@pytest.mark.parametrize("how", ["slow line", "late answers", "greeting never comes"])
def test_slow_server(play: Play, how: str, seed: int) -> None:
    """F12: slow is not broken; a server that never answers is left after the time limit."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(3, big=40_000))
        before = ground.on_server()
        if how == "slow line":
            ground.imap.rate = 60_000
        elif how == "late answers":
            ground.imap.delay = 0.1
        else:
            ground.imap.break_with(Fault("freeze"), DOWN)
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F12 slow server", how)


def test_refused_sign_in_harms_no_other_mailbox(play: Play, seed: int) -> None:
    """F12: one mailbox has a wrong password for a while; the other gets its mail, and then both do."""

    def case(ground: Ground) -> Findings:
        second = ground.add_mailbox(password="wrong")
        ground.append(ground.write(3))
        ground.append(ground.write(2), to=second)
        before = ground.on_server()
        child = ground.start("poller")
        ground.wait_said(child, "refused the user name or password")
        ground.wait_settled()
        error = ground.database.rows(f"SELECT last_error FROM mailboxes WHERE address = '{second}'")[0][0]
        assert "refused" in error, "the owner is not told"
        ground.set_password(second)
        ground.wait_settled(also=second)
        return ground.look(before, also=second)

    play(case, "F12 sign-in refused for a while", "one of two mailboxes")


@pytest.mark.fault_slice("journal.bytes_stored", "ingest.read")
@pytest.mark.parametrize("point", ["capture.listed", "fetch.fetched", "journal.bytes_stored", "ingest.read"])
def test_two_pollers(play: Play, point: str, seed: int) -> None:
    """F13: a poller stands still past its lease; another takes over; the first wakes up and does no harm."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(5))
        before = ground.on_server()
        first = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(first, "failpoint ")
        second = ground.start("poller", clock=600)
        ground.wait_settled()
        first.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        ground.wait_settled()
        wait_until(lambda: first.ended is None and second.ended is None)
        found = ground.look()
        found.wrong += [f"UID {mail.uid} is gone" for mail in before if mail not in ground.on_server()]
        return found

    play(case, "F13 stale lease, two pollers", point)


def test_letter_to_two_mailboxes(play: Play, seed: int) -> None:
    """F15: the same letter in two of our mailboxes is one ticket, also when the poller dies between them."""

    def case(ground: Ground) -> Findings:
        second = ground.add_mailbox()
        letters = ground.write(3, longest=1)
        ground.append(letters)
        ground.append(
            [b"Received: from elsewhere.example by help.example\r\n" + raw for raw in letters], to=second
        )
        before = ground.on_server()
        ground.poll_until_killed(ground.dice.choice(["journal.committed:1:kill", "ingest.applied:2:kill"]))
        ground.poll_until_settled()
        ground.wait_settled(also=second)
        return ground.look(before, also=second)

    play(case, "F15 killed between copies", "two mailboxes")


def test_server_restarts_again_and_again(play: Play, seed: int) -> None:
    """Every connection is reset at random moments while letters come in."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(8)
        child = ground.start("poller")
        for raw in letters:
            ground.append([raw])
            if ground.dice.random() < 0.5:
                ground.imap.reset_open()
        ground.wait_settled()
        assert child.ended is None
        return ground.look()

    play(case, "F10 answer broken", "reset at random moments")
