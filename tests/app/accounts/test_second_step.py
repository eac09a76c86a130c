"""The second step at sign-in: which codes count, how often, and what becomes of sessions. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts import audit, links, recovery_codes, second_step, service, sign_ins, stages, totp
from app.accounts.models import Agent, RecoveryCode, Role, SecondStep, SignIn, Stage
from app.errors import InvalidInput, NotAllowed
from tests.support.other_writers import together

NOW = datetime(2026, 11, 22, 10, 0, 10, tzinfo=UTC)
KEY = "tests only: forty characters of a secret"
PASSWORD = "seven unrelated words"
STEP = timedelta(seconds=totp.SECONDS)


def make(session: Session, name: str = "nora", role: str = Role.AGENT) -> Agent:
    agent = service.make_agent(session, f"{name}@help.example", name.title(), role=role, now=NOW)
    service.welcome(session, links.invite(session, agent, now=NOW), PASSWORD, now=NOW, cost="low")
    return agent


def code(secret: str, at: datetime) -> str:
    return totp.code_at(secret, totp.step_at(at))


def with_step(
    session: Session, agent: Agent, *, at: datetime = NOW - timedelta(hours=1)
) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    token = sign_ins.start(session, agent.id, now=at)
    second_step.begin(session, agent, key=KEY)
    secret = second_step.standing(session, agent.id, key=KEY).waiting
    codes, fresh = second_step.confirm(session, agent, code(secret, at), token, key=KEY, now=at)
    assert sign_ins.find(session, token, now=at) is None, "whoever copied the old token is out"
    assert sign_ins.find(session, fresh, now=at) is not None
    return secret, codes


def half(session: Session, *, at: datetime = NOW) -> str:
    checked = sign_ins.check(session, "nora@help.example", PASSWORD)
    assert checked is not None
    started = sign_ins.start_checked(session, checked, now=at)
    assert started.stage == Stage.CODE
    return started.token


def comes_in(session: Session, typed: str, *, at: datetime = NOW) -> bool:
    try:
        token = second_step.come_in(session, half(session, at=at), typed, key=KEY, now=at)
    except InvalidInput:
        return False
    found = sign_ins.find(session, token, now=at)
    return found is not None and found.stage == Stage.IN


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, its last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert totp.step_of(secret, digits, now=at) == seconds // 30
        assert totp.step_of(secret, f" {digits[:3]} {digits[3:]}", now=at) == seconds // 30
    assert totp.step_of("", "123456", now=NOW) is None, "no secret, no code"


def test_a_code_counts_once_and_one_step_early_or_late(session: Session) -> None:
    agent = make(session)
    secret, _ = with_step(session, agent)
    token = half(session)
    assert sign_ins.find(session, token, now=NOW) is None, "the password alone opens nothing"
    assert not comes_in(session, code(secret, NOW - 2 * STEP))
    assert not comes_in(session, code(secret, NOW + 2 * STEP))
    assert not comes_in(session, "000000") and not comes_in(session, "") and not comes_in(session, "½" * 6)
    assert comes_in(session, code(secret, NOW - STEP))
    assert not comes_in(session, code(secret, NOW - STEP)), "used"
    assert comes_in(session, code(secret, NOW + STEP)), "a phone that is ahead"
    assert not comes_in(session, code(secret, NOW)), "older than one that was used"
    later = NOW + timedelta(minutes=5)
    assert comes_in(session, code(secret, later), at=later)


def test_a_half_sign_in_lives_ten_minutes_and_dies_with_the_password(session: Session) -> None:
    agent = make(session)
    secret, _ = with_step(session, agent)
    late = NOW + timedelta(minutes=11)
    with pytest.raises(NotAllowed):
        second_step.come_in(session, half(session), code(secret, late), key=KEY, now=late)
    token = half(session)
    service.welcome(
        session, links.invite(session, agent, now=NOW), "another long password", now=NOW, cost="low"
    )
    with pytest.raises(NotAllowed):
        second_step.come_in(session, token, code(secret, NOW), key=KEY, now=NOW)
    after = sign_ins.start_after_password(session, agent.id, now=NOW)
    assert after.stage == Stage.CODE, "a reset of the password does not get round it"
    whole = sign_ins.start(session, agent.id, now=NOW)
    with pytest.raises(NotAllowed):
        second_step.come_in(session, whole, code(secret, NOW), key=KEY, now=NOW)


def test_recovery_codes_work_once_and_are_replaced(session: Session) -> None:
    agent = make(session)
    secret, codes = with_step(session, agent)
    assert len(set(codes)) == recovery_codes.NUMBER
    stored = session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert not {code.replace("-", "") for code in codes} & set(stored)
    assert comes_in(session, f" {codes[0].upper().replace('-', ' ')} ")
    assert not comes_in(session, codes[0])
    assert recovery_codes.unused(session, agent.id) == 9
    assert recovery_codes.ours(session, agent.id, codes, key=KEY) == codes[1:]
    other = make(session, "otto")
    assert not recovery_codes.spend(session, other.id, codes[1], key=KEY, now=NOW)
    assert not recovery_codes.spend(session, agent.id, codes[1], key="another key", now=NOW)
    with pytest.raises(InvalidInput):
        second_step.new_codes(session, agent, "000000", key=KEY, now=NOW)
    fresh = second_step.new_codes(session, agent, code(secret, NOW), key=KEY, now=NOW)
    assert not comes_in(session, codes[1])
    assert comes_in(session, fresh[1])
    kinds = session.scalars(sa.select(audit.AuditEntry.kind).order_by(audit.AuditEntry.id)).all()
    assert kinds[-3:] == ["recovery code", "recovery codes", "recovery code"]
    assert audit.first_broken(session) is None


def test_the_secret_is_sealed_and_a_foreign_key_opens_nothing(session: Session) -> None:
    agent = make(session)
    secret, _ = with_step(session, agent)
    row = session.get(SecondStep, agent.id)
    assert row is not None and secret not in row.sealed
    wrong = second_step.answer(session, agent, code(secret, NOW), key="another key", now=NOW)
    assert not wrong


def test_another_phone_takes_over_with_its_first_code(session: Session) -> None:
    agent = make(session)
    old, _ = with_step(session, agent)
    token = sign_ins.start(session, agent.id, now=NOW)
    second_step.begin(session, agent, key=KEY)
    new = second_step.standing(session, agent.id, key=KEY).waiting
    assert not comes_in(session, code(new, NOW))
    assert comes_in(session, code(old, NOW))
    later = NOW + timedelta(minutes=5)
    with pytest.raises(InvalidInput):
        second_step.confirm(session, agent, code(old, later), token, key=KEY, now=later)
    second_step.confirm(session, agent, code(new, later), token, key=KEY, now=later)
    later += timedelta(minutes=5)
    assert not comes_in(session, code(old, later), at=later)
    assert comes_in(session, code(new, later), at=later)


def test_required_for_everybody(session: Session) -> None:
    ada, nora = make(session, "ada", Role.ADMIN), make(session)
    with_step(session, ada)
    hers = sign_ins.start(session, ada.id, now=NOW)
    his, elsewhere = sign_ins.start(session, nora.id, now=NOW), sign_ins.start(session, nora.id, now=NOW)

    def stage(token: str) -> str:
        found = sign_ins.find(session, token, now=NOW)
        assert found is not None
        return found.stage

    assert second_step.require(session, True, by=ada, now=NOW)
    assert not second_step.require(session, True, by=ada, now=NOW)
    assert (stage(hers), stage(his), stage(elsewhere)) == (Stage.IN, Stage.SETUP, Stage.SETUP)
    assert sign_ins.start_after_password(session, nora.id, now=NOW).stage == Stage.SETUP
    second_step.begin(session, nora, key=KEY)
    secret = second_step.standing(session, nora.id, key=KEY).waiting
    _, his = second_step.confirm(session, nora, code(secret, NOW), his, key=KEY, now=NOW)
    assert stage(his) == Stage.IN
    assert sign_ins.find(session, elsewhere, now=NOW) is None, "signed in with the password alone"
    with pytest.raises(InvalidInput):
        second_step.switch_off(session, nora, code(secret, NOW + STEP), key=KEY, now=NOW)
    assert second_step.reset(session, nora, by=ada, now=NOW)
    assert sign_ins.find(session, his, now=NOW) is None
    waiting = sign_ins.start_after_password(session, nora.id, now=NOW)
    assert waiting.stage == Stage.SETUP
    second_step.require(session, False, by=ada, now=NOW)
    assert stage(waiting.token) == Stage.IN
    assert not stages.has_second_step(session, nora.id)
    assert not second_step.reset(session, nora, by=ada, now=NOW)


def test_of_two_who_send_the_same_code_one_comes_in(database: str) -> None:
    with db.transaction() as session:
        agent = make(session)
        secret, codes = with_step(session, agent)
        agent_id = agent.id
    for typed in (code(secret, NOW), codes[0]):
        with db.transaction() as session:
            tokens = [half(session) for _ in range(4)]

        def one(token: str, typed: str = typed) -> bool:
            try:
                with db.transaction() as session:
                    second_step.come_in(session, token, typed, key=KEY, now=NOW)
            except InvalidInput:
                return False
            return True

        answers = together([partial(one, token) for token in tokens])
        assert sorted(answers) == [False] * 3 + [True]
    with db.reading() as session:
        ends = session.scalars(sa.select(SignIn.stage).where(SignIn.agent_id == agent_id)).all()
        assert sorted(ends).count(Stage.IN) == 3
