"""The way of a letter, broken at every step: the poller is killed, raises, or finds the disk full, and starts again.

Whatever happens, every letter is found: none is lost, none is there twice, the server is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.ground import Ground
from tests.faults.observer import Findings
from tests.support.letters import letter
from tests.support.proxy import Fault
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

# Place, and how often a run of ten letters passes it at least.
POINTS = {
    "fetch.selected": 1,
    "capture.listed": 1,
    "capture.listing_noted": 1,
    "capture.sized": 1,
    "fetch.fetched": 1,
    "blobs.written": 1,
    "blobs.named": 5,
    "journal.bytes_stored": 1,
    "journal.inserted": 1,
    "journal.committed": 1,
    "poller.looked": 2,
    "ingest.read": 1,
    "ingest.applied": 5,
    "ingest.written": 1,
    "ingest.committed": 1,
    "poller.decided": 1,
}
# Where an error is one that the product has to live with: it goes on by itself.
RAISING = (
    "fetch.fetched",
    "blobs.written",
    "journal.inserted",
    "ingest.read",
    "ingest.applied",
    "ingest.written",
)
DISK = ("blobs.written", "blobs.named", "journal.inserted", "ingest.read", "ingest.applied")
Play = Callable[..., None]
Case = Callable[[Ground], Findings]


def killed(point: str, passages: int, action: str = "kill") -> Case:
    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        early = ground.dice.randint(5, len(letters))
        ground.append(letters[:early])
        ground.poll_until_killed(f"{point}:{ground.dice.randint(1, passages)}:{action}")
        ground.append(letters[early:])
        before = ground.on_server()
        ground.poll_until_settled()
        return ground.look(before)

    return case


def raises(point: str, action: str) -> Case:
    """The process lives: it must go on without anybody's help."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        ground.append(letters[:5])
        child = ground.start("poller", f"{point}:{ground.dice.randint(1, POINTS[point])}:{action}")
        ground.wait_said(child, "failpoint ")
        ground.wait_settled()
        ground.append(letters[5:])
        ground.wait_settled()
        assert child.ended is None, "the poller did not survive"
        return ground.look()

    return case


@pytest.mark.parametrize("point", POINTS)
def test_poller_killed(play: Play, point: str, seed: int) -> None:
    play(killed(point, POINTS[point]), "F1-F6 poller killed", point)


@pytest.mark.fault_slice("fetch.fetched", "journal.inserted", "ingest.applied")
@pytest.mark.parametrize("point", RAISING)
def test_poller_meets_an_error(play: Play, point: str, seed: int) -> None:
    play(raises(point, "error"), "F5 error in the poller", point)


@pytest.mark.fault_slice("blobs.written", "ingest.applied")
@pytest.mark.parametrize("point", DISK)
def test_poller_finds_the_disk_full(play: Play, point: str, seed: int) -> None:
    play(raises(point, "disk"), "F35 disk full for a moment", point)


@pytest.mark.fault_slice("50")
@pytest.mark.parametrize("share", [25, 50, 75])
def test_poller_killed_in_the_middle_of_a_letter(play: Play, share: int, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        size = ground.dice.randint(200_000, 400_000)
        ground.append(ground.write(5, big=size))
        before = ground.on_server()
        fault = ground.imap.break_with(Fault("freeze", after=b"BODY[] {", plus=size * share // 100))
        child = ground.start("poller")
        wait_until(lambda: fault.struck, every=0.005)
        child.kill()
        ground.imap.heal()
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F3 poller killed in a literal", f"{share} % of it")


@pytest.mark.fault_slice("4")
@pytest.mark.parametrize("times", [2, 4])
def test_poller_killed_again_and_again(play: Play, times: int, seed: int) -> None:
    along = ["fetch.fetched", "journal.inserted", "ingest.applied", "ingest.written"]

    def case(ground: Ground) -> Findings:
        letters = ground.write(8)
        ground.append(letters[:6])
        for point in sorted(ground.dice.sample(along, times), key=along.index):
            ground.poll_until_killed(f"{point}:1:kill")
        ground.append(letters[6:])
        before = ground.on_server()
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F1-F6 poller killed", f"{times} times in a row")


def copies(ground: Ground, kind: str) -> list[bytes]:
    """Four letters of which some belong together by their Message-ID, or have none."""
    words = [f"letter-{len(ground.threads)}-0", f"letter-{len(ground.threads) + 1}-0"]
    name = f"one-id-{ground.address}"
    senders = {"same content": (0, 0), "other content": (0, 1), "no Message-ID": (0, 1)}[kind]
    made = [
        letter(
            words[number],
            sender=f"c{number}@buyer.example",
            message_id=None if kind == "no Message-ID" else name,
        )
        for number in senders
    ]
    ground.threads.extend([word] for word in words[: len(set(senders))])
    return made


@pytest.mark.fault_slice("same content")
@pytest.mark.parametrize("kind", ["same content", "other content", "no Message-ID"])
def test_poller_killed_between_copies(play: Play, kind: str, seed: int) -> None:
    """F15: the same letter twice is one; another letter under the same Message-ID, or under none, is one of its own."""

    def case(ground: Ground) -> Findings:
        first, second = copies(ground, kind)
        ground.append([first])
        ground.poll_until_killed(ground.dice.choice(["ingest.applied:1:kill", "journal.committed:1:kill"]))
        ground.append([second, *ground.write(2)])
        before = ground.on_server()
        ground.poll_until_killed(ground.dice.choice(["ingest.written:1:kill", "ingest.committed:1:kill"]))
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F15 killed between copies", kind)


@pytest.mark.fault_slice("86400", "-86400")
@pytest.mark.parametrize("clock", [86_400, -86_400, 3600, -3600])
def test_clock_that_jumps(play: Play, clock: int, seed: int) -> None:
    """F17: the poller that dies has another time than the next; nothing it noted may stand in the way."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(5)
        ground.append(letters[:4])
        ground.poll_until_killed("journal.committed:1:kill", clock=clock)
        ground.append(letters[4:])
        before = ground.on_server()
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F17 clock jumps back or forth", f"{clock:+} s")


@pytest.mark.fault_slice("99999")
@pytest.mark.parametrize("year", [1970, 2050, 99999])
def test_letters_with_impossible_dates(play: Play, year: int, seed: int) -> None:
    """F17: the order of the tickets is the order of arrival, whatever a letter says of itself."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(4, longest=1)
        odd = f"Date: Sat, 01 Jan {year} 00:00:00 +0000".encode()
        changed = [
            b"\n".join(odd if line.startswith(b"Date:") and number % 2 else line for line in raw.split(b"\n"))
            for number, raw in enumerate(letters)
        ]
        for number, raw in enumerate(changed):
            ground.append([raw], at=datetime.now(UTC) - timedelta(hours=10 - number))
        before = ground.on_server()
        ground.poll_until_killed("ingest.applied:2:kill")
        ground.poll_until_settled()
        found = ground.look(before)
        order = ground.database.rows(
            "SELECT visible FROM messages WHERE kind = 'incoming' ORDER BY arrived_at, id"
        )
        arrived = [row[0].split()[0] for row in order]
        wanted = [raw.split(b"letter-")[1].split()[0].decode() for raw in changed]
        if arrived != [f"letter-{word}" for word in wanted]:
            found.wrong.append(f"the order is {arrived}")
        return found

    play(case, "F17 Date header", f"year {year}")


def test_restored_from_an_older_copy(play: Play, seed: int) -> None:
    """F18: the mailbox knows more than the database; nothing is sent, what is missing is taken again."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        ground.append(letters[:4])
        ground.poll_until_settled().stop()
        older = ground.save_database()
        ground.append(letters[4:])
        before = ground.on_server()
        ground.poll_until_settled().stop()
        ground.restore_database(older)
        ground.poll_until_settled()
        ground.sent_all(clocks=[0])
        assert not ground.servers.sink.accepted
        return ground.look(before)

    play(case, "F18 older database restored", "mailbox is newer")


@pytest.mark.parametrize("megabytes", [3, pytest.param(50, marks=pytest.mark.faults_whole)])
def test_large_letter(play: Play, megabytes: int, seed: int) -> None:
    """F16: broken off in the middle, then fetched whole."""

    def case(ground: Ground) -> Findings:
        ground.environment["MAX_MAIL_MB"] = "100"
        ground.append(ground.write(3, big=int(megabytes * 1_000_000 * 0.73)))
        before = ground.on_server()
        ground.imap.break_with(Fault("reset", after=b"BODY[] {", plus=megabytes * 500_000))
        ground.poll_until_settled(deadline=120)
        return ground.look(before)

    play(case, "F16 large letter, cut once", f"{megabytes} MB")


def test_letter_above_the_limit(play: Play, seed: int) -> None:
    """F16: set aside with its header and a reason; the others do not wait for it."""

    def case(ground: Ground) -> Findings:
        ground.environment["MAX_MAIL_MB"] = "1"
        letters = ground.write(4, longest=1, big=1_500_000)
        ground.append(letters)
        before = ground.on_server()
        ground.poll_until_killed("journal.inserted:1:kill")
        ground.poll_until_settled()
        huge = ground.threads.pop(0)[0]
        found = ground.look(before, header_only={mail.uid for mail in before if huge.encode() in mail.raw})
        if found.parked != 1:
            found.lost.append(f"{found.parked} letters are set aside")
        return found

    play(case, "F16 letter above the limit", "journal.inserted")


@pytest.mark.faults_whole
def test_letter_of_200_megabytes(play: Play, seed: int) -> None:
    """F16: allowed by the limit, cut once, stored whole, and set aside with a reason when it needs too much memory."""

    def case(ground: Ground) -> Findings:
        ground.environment["MAX_MAIL_MB"] = "250"
        ground.append(ground.write(4, longest=1, big=146_000_000))
        before = ground.on_server()
        ground.imap.break_with(Fault("reset", after=b"BODY[] {", plus=100_000_000))
        ground.poll_until_settled(deadline=180)
        reasons = ground.database.rows("SELECT reason FROM raw_mails WHERE state = 'parked'")
        assert len(reasons) == 1 and "memory" in reasons[0][0], reasons
        ground.threads.pop(0)
        return ground.look(before)

    play(case, "F16 large letter, cut once", "200 MB")
