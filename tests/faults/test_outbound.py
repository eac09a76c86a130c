"""The way of a reply, broken at every step: the sender is killed, the server refuses, delays, hangs up or lies.

Whatever happens, each recipient's server accepts a reply at most once, and nothing is lost without an agent being told.
"""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.outgoing import service as outgoing
from tests.faults.ground import Ground
from tests.faults.observer import Findings
from tests.faults.replies import addresses, bounce_of, write_replies
from tests.support.proxy import UP, Fault
from tests.support.scripted_smtp import CLOSE, RESET

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
# Place, and what becomes of the delivery that was there: copies that a server accepted, whether it is uncertain.
POINTS = {
    "deliver.before_connect": (1, False),
    "deliver.after_mail": (1, False),
    "deliver.after_rcpt": (1, False),
    "deliver.before_data": (0, True),
    "deliver.before_dot": (0, True),
    "deliver.after_dot": (1, True),
    "deliver.before_record": (1, True),
    "deliver.recorded": (1, False),
}
REPLIES = 3
DAY = 86_400


def states(ground: Ground) -> list[str]:
    return [row[0] for row in ground.database.rows("SELECT state FROM outbox ORDER BY id")]


@pytest.mark.fault_slice(
    "deliver.before_connect-kill",
    "deliver.after_mail-kill",
    "deliver.after_rcpt-kill",
    "deliver.before_data-kill",
    "deliver.before_dot-kill",
    "deliver.after_dot-kill",
    "deliver.before_record-kill",
    "deliver.recorded-kill",
    "deliver.before_data-error",
)
@pytest.mark.parametrize("action", ["kill", "error"])
@pytest.mark.parametrize("point", POINTS)
def test_sender_breaks_off(play: Play, point: str, action: str, seed: int) -> None:
    """F19-F24: killed, or hit by an error of our own, between any two steps."""
    copies, uncertain = POINTS[point]

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        passage = 1 if point == "deliver.before_connect" else ground.dice.randint(1, REPLIES)
        child = ground.start("sender", f"{point}:{passage}:{action}")
        child.wait()
        assert child.said("failpoint "), f"{point} was not reached"
        ground.sent_all(clocks=[3600, 7200, 10_800])
        found = ground.look()
        if action == "kill":
            if found.uncertain != uncertain:
                found.wrong.append(f"{found.uncertain} uncertain: {states(ground)}")
            if len(ground.servers.sink.accepted) != REPLIES - 1 + copies:
                found.wrong.append(f"{len(ground.servers.sink.accepted)} copies")
        return found

    play(case, f"F19-F24 sender: {'killed' if action == 'kill' else 'error'}", point)


@pytest.mark.fault_slice("False")
@pytest.mark.parametrize("arrived", [True, False])
def test_agent_settles_an_uncertain_delivery(play: Play, arrived: bool, seed: int) -> None:
    """F23: taken, and nobody knows. Nothing is sent by itself; an agent decides, and a second copy is counted."""

    def case(ground: Ground) -> Findings:
        message_id = write_replies(ground, 1)[0]
        ground.start("sender", "deliver.after_dot:1:kill").wait()
        ground.sent_all(clocks=[3600, DAY, 6 * DAY])
        assert states(ground) == ["uncertain"] and len(ground.servers.sink.accepted) == 1
        with db.transaction() as session:
            agent = session.scalars(sa.select(Agent)).one()
            outgoing.resolve_uncertain(session, message_id, arrived=arrived, by=agent, now=db.now())
        ground.sent_all(clocks=[0, 3600])
        found = ground.look()
        if len(ground.servers.sink.accepted) != (1 if arrived else 2) or states(ground) != ["accepted"]:
            found.wrong.append(f"{len(ground.servers.sink.accepted)} copies, {states(ground)}")
        return found

    play(case, "F23 uncertain, settled by an agent", "it arrived" if arrived else "it is sent again")


@pytest.mark.fault_slice("1.5-accepted", "4.0-uncertain")
@pytest.mark.parametrize(
    ("delay", "state"), [(0.15, "accepted"), (1.5, "accepted"), (2.3, "accepted"), (4.0, "uncertain")]
)
def test_late_answer_to_the_final_dot(play: Play, delay: float, state: str, seed: int) -> None:
    """F25, at a time limit of three seconds instead of ten minutes."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, 1)
        ground.servers.sink.delay["DOT"] = delay
        ground.sent_all(clocks=[0])
        ground.servers.sink.delay.clear()
        ground.sent_all(clocks=[3600, 7200])
        found = ground.look()
        if states(ground) != [state] or len(ground.servers.sink.accepted) != 1:
            found.wrong.append(f"{states(ground)}, {len(ground.servers.sink.accepted)} copies")
        return found

    play(case, "F25 late answer to the dot", f"{delay:g} of 3 s")


LATER = {
    "CONNECT": "421 busy",
    "EHLO": "421 busy",
    "AUTH": "454 later",
    "MAIL": "451 later",
    "RCPT": "450 greylisted",
    "DATA": "451 later",
    "DOT": "452 disk full",
}
NEVER = {
    "AUTH": "535 wrong password",
    "MAIL": "550 not you",
    "RCPT": "550 no such user",
    "DATA": "554 no",
    "DOT": "554 spam",
}


@pytest.mark.fault_slice("4xx-CONNECT", "4xx-RCPT", "4xx-DATA", "4xx-DOT", "reset-DATA", "close-AUTH")
@pytest.mark.parametrize("verb", LATER)
@pytest.mark.parametrize("answer", ["4xx", RESET, CLOSE])
def test_server_says_later(play: Play, verb: str, answer: str, seed: int) -> None:
    """F26: a temporary refusal, or a line that ends there, at each verb; in the end one copy each."""
    if verb == "DOT" and answer != "4xx":
        pytest.skip("the letter was taken: see the next test")

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        times = ground.dice.randint(1, 3)
        ground.servers.sink.script[verb] = [LATER[verb] if answer == "4xx" else answer] * times
        ground.sent_all(clocks=[n * 3600 for n in range(6)])
        found = ground.look()
        if states(ground) != ["accepted"] * REPLIES:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, f"F26 server: {'later' if answer == '4xx' else answer}", verb)


@pytest.mark.fault_slice("reset")
@pytest.mark.parametrize("answer", [RESET, CLOSE])
def test_taken_and_hung_up(play: Play, answer: str, seed: int) -> None:
    """F23: the server takes the letter and the line ends before its answer."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        ground.servers.sink.script["DOT"] = ["250 ok"] * ground.dice.randint(0, 2) + [answer]
        ground.sent_all()
        found = ground.look()
        if sorted(states(ground)) != ["accepted", "accepted", "uncertain"]:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, f"F23 taken, then {answer}", "DOT")


@pytest.mark.fault_slice("in the letter", "behind the dot")
@pytest.mark.parametrize("place", ["in the letter", "before the dot", "behind the dot"])
def test_line_breaks_in_the_letter(play: Play, place: str, seed: int) -> None:
    """F22-F23: cut by the network at a byte; uncertain, and never sent again by itself."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        where = {
            "in the letter": (b"DATA\r\n", 200),
            "before the dot": (b"\r\n.", 0),
            "behind the dot": (b"\r\n.\r\n", 0),
        }
        after, plus = where[place]
        fault = ground.smtp.break_with(Fault(ground.dice.choice(["close", "reset"]), after, plus), UP)
        ground.sent_all()
        assert fault.struck == 1
        found = ground.look()
        if sorted(states(ground)) != ["accepted", "accepted", "uncertain"]:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, "F22-F23 line cut", place)


@pytest.mark.fault_slice("RCPT", "DOT")
@pytest.mark.parametrize("verb", NEVER)
def test_server_says_never(play: Play, verb: str, seed: int) -> None:
    """F27: a final refusal at each verb is shown, and no copy exists; a refused password is no fault of the letter."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        ground.servers.sink.script[verb] = [NEVER[verb]]
        ground.sent_all()
        found = ground.look()
        wanted = ["accepted"] * 3 if verb == "AUTH" else ["accepted", "accepted", "failed"]
        if sorted(states(ground)) != wanted:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, "F27 server: never", verb)


@pytest.mark.fault_slice("True-450 later-accepted", "False-550 no such user-failed")
@pytest.mark.parametrize(("answer", "ends"), [("450 later", "accepted"), ("550 no such user", "failed")])
@pytest.mark.parametrize("killed", [False, True])
def test_one_of_three_recipients_is_refused(
    play: Play, answer: str, ends: str, killed: bool, seed: int
) -> None:
    """F27: each recipient has a fate of their own; nobody gets a second copy because another was refused."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, 2, recipients=3)
        chosen = ground.dice.choice(addresses(1, 3))
        ground.servers.sink.for_recipient[chosen] = answer
        if killed:
            ground.start("sender", f"deliver.recorded:{ground.dice.randint(1, 5)}:kill").wait()
        ground.sent_all(clocks=[0, 3600])
        ground.servers.sink.for_recipient.clear()
        ground.sent_all(clocks=[7200, 14_400])
        found = ground.look()
        if sorted(states(ground)) != sorted(["accepted"] * 5 + [ends]):
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, "F27 one of three refused", f"{answer[:3]}{', sender killed' if killed else ''}")


@pytest.mark.fault_slice("reset")
@pytest.mark.parametrize("answer", ["421 too late", RESET, CLOSE])
def test_goodbye_goes_wrong(play: Play, answer: str, seed: int) -> None:
    """F28: what is said after the 250 changes nothing."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        ground.servers.sink.script["QUIT"] = [answer] * 3
        ground.sent_all()
        found = ground.look()
        if states(ground) != ["accepted"] * REPLIES:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, "F28 QUIT", answer)


@pytest.mark.fault_slice("3")
@pytest.mark.parametrize("days", [3, 6])
def test_server_is_down_for_days(play: Play, days: int, seed: int) -> None:
    """F29: after three days everything leaves in the order it was written; after five we say that we gave up."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, 4)
        ground.servers.sink.stop()
        try:
            steps = [0, 60, 400, 1300, 5000, *range(9000, days * DAY, 8 * 3600)]
            for clock in steps:
                ground.start("sender", clock=clock).wait()
        finally:
            ground.servers.sink.start()
        ground.sent_all(clocks=[days * DAY, days * DAY + 7200])
        found = ground.look()
        wanted = "accepted" if days < 5 else "failed"
        if states(ground) != [wanted] * 4:
            found.wrong.append(f"{states(ground)}")
        order = [copy.recipient for copy in ground.servers.sink.accepted]
        if order != sorted(order):
            found.wrong.append(f"sent in the order {order}")
        return found

    play(case, "F29 server down", f"{days} days")


@pytest.mark.fault_slice("deliver.before_data", "deliver.after_dot")
@pytest.mark.parametrize(
    "point", ["deliver.after_rcpt", "deliver.before_data", "deliver.after_dot", "deliver.before_record"]
)
def test_sender_wakes_up_late(play: Play, point: str, seed: int) -> None:
    """F33: a sender stands still for an hour in the middle; another did its work; it wakes up and goes on."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, REPLIES)
        first = ground.start("sender", f"{point}:{ground.dice.randint(1, REPLIES)}:stop")
        ground.wait_said(first, "failpoint ")
        ground.sent_all(clocks=[3600, 7200])
        first.signal(signal.SIGCONT)
        first.wait()
        ground.sent_all(clocks=[10_800])
        return ground.look()

    play(case, "F33 sender an hour late", point)


def test_three_senders_at_once(play: Play, seed: int) -> None:
    """F33: the same work given out three times at the same moment."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, 4, recipients=2)
        for child in [ground.start("sender") for _ in range(3)]:
            child.wait()
        ground.sent_all()
        found = ground.look()
        if states(ground) != ["accepted"] * 8:
            found.wrong.append(f"{states(ground)}")
        return found

    play(case, "F33 job run three times at once", "4 replies, 8 recipients")


@pytest.mark.fault_slice("real", "forged")
@pytest.mark.parametrize("kind", ["real", "delayed", "forged"])
def test_poller_killed_while_a_bounce_comes_in(play: Play, kind: str, seed: int) -> None:
    """F30: a real bounce marks its reply once; a notice of delay and a forged bounce mark none."""

    def case(ground: Ground) -> Findings:
        write_replies(ground, 2)
        ground.sent_all()
        copy = ground.dice.choice(ground.servers.sink.accepted)
        token, _, domain = copy.message_id.partition("@")
        name = copy.message_id if kind != "forged" else f"{token[:-6]}aaaaaa@{domain}"
        action = "delayed" if kind == "delayed" else "failed"
        ground.append([bounce_of(name, copy.recipient, to=ground.address, action=action)])
        ground.poll_until_killed(ground.dice.choice(["ingest.applied:1:kill", "ingest.written:1:kill"]))
        before = ground.on_server()
        ground.poll_until_settled()
        found = ground.look(before)
        bounced = ground.database.rows("SELECT recipient FROM outbox WHERE state = 'bounced'")
        events = ground.database.number("SELECT count(*) FROM events WHERE kind = 'delivery_bounced'")
        wanted = [(copy.recipient,)] if kind == "real" else []
        if bounced != wanted or events != len(wanted):
            found.wrong.append(f"bounced: {bounced}, {events} events")
        return found

    play(case, "F30 bounce, poller killed", kind)
