"""Ratings of an installation in use come through the migration whole, both ways."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import command

from app import db
from app import installation as installations
from app.ratings import service
from app.ratings.models import Rating, RatingChange, RatingInvitation
from app.settings import Settings
from tests.app.ratings.conftest import add_people, add_reply


def test_ratings_with_their_history_stay_and_anonymous_ones_go_with_the_way_back(
    installation: Settings, database: str
) -> None:
    now = db.now()
    with db.transaction() as session:
        ben, olga = add_people(session, now)
        named, nobody = add_reply(
            session, ben, olga, installation.secret_key, at=now - timedelta(hours=1),
            recipients=(("olga@client.example", "en"), ("o@client.example", "en")),
        )  # fmt: skip
        nobody.anonymous = True
        for one, face in ((named, "bad"), (named, "good"), (nobody, "bad")):
            service.give(session, one, face, "words", now=now, change_days=7)
    _through_the_version_before(database)
    with db.reading() as session:
        [rating] = session.scalars(sa.select(Rating)).all()
        assert (rating.face, rating.comment, rating.counted_at, rating.ticket_id) == ("good", "words", now, 1)
        assert rating.mailbox_id == 1 and rating.mark == rating.id
        assert session.scalars(sa.select(RatingChange.face)).all() == ["bad", "good"]
        assert session.scalars(sa.select(RatingInvitation.mailbox_id)).all() == [1, 1]
    with db.transaction() as session:
        [asked] = session.scalars(sa.select(RatingInvitation).where(RatingInvitation.id == named.id))
        service.give(session, asked, "okay", "more", now=now, change_days=7, reason_ids=[2])


def _through_the_version_before(database: str) -> None:
    engine = db.make_engine(database)
    with engine.begin() as connection:
        command.downgrade(installations._config(connection), "0016")
    engine.dispose()
    installations.migrate(database)
