"""what asking and counting need

Revision: 0017
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = app.db.UtcDateTime(timezone=True)
SENT_FROM = (
    "(SELECT tickets.mailbox_id FROM messages JOIN tickets ON tickets.id = messages.ticket_id"
    " WHERE messages.id = rating_invitations.message_id)"
)
REASONS = (
    {"en": "Politeness", "ru": "Вежливость"},
    {"en": "Speed", "ru": "Скорость"},
    {"en": "Competence", "ru": "Знание дела"},
    {"en": "The result", "ru": "Результат"},
)


def upgrade() -> None:
    _asked()
    _given()
    _asking()
    _reasons()
    _acting()
    op.add_column("tickets", sa.Column("recovery_id", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("recovery_due_at", MOMENT, nullable=True))


def _asked() -> None:
    table = "rating_invitations"
    op.add_column(table, sa.Column("mailbox_id", sa.BigInteger(), nullable=True))
    op.add_column(table, sa.Column("anonymous", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(f"UPDATE rating_invitations SET mailbox_id = {SENT_FROM}")  # noqa: S608 (our own text)
    op.create_index("ix_rating_invitations_created_at", table, ["created_at", "agent_id"])
    op.create_index("ix_rating_invitations_recipient", table, ["recipient", "created_at"])
    op.create_index("ix_rating_hits_at", "rating_hits", ["at", "invitation_id"])
    op.create_table(
        "not_asked",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("message_id", ROW_ID, nullable=False),
        sa.Column("agent_id", ROW_ID, nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_not_asked_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_not_asked_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_asked")),
    )
    op.create_index(op.f("ix_not_asked_message_id"), "not_asked", ["message_id"])
    op.create_index("ix_not_asked_at", "not_asked", ["at"])


def _given() -> None:
    op.add_column("rating_changes", sa.Column("reasons", sa.JSON(), server_default="[]", nullable=False))
    with _WithoutChildren(), op.batch_alter_table("ratings") as batch:
        batch.add_column(sa.Column("mailbox_id", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("anonymous", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("counted_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("mark", sa.BigInteger(), server_default="0", nullable=False))
        batch.alter_column("ticket_id", existing_type=ROW_ID, nullable=True)
        batch.alter_column("customer_id", existing_type=ROW_ID, nullable=True)
    op.execute(
        "UPDATE ratings SET counted_at = created_at, mark = id, mailbox_id = (SELECT rating_invitations.mailbox_id"
        " FROM rating_invitations WHERE rating_invitations.id = ratings.invitation_id)"
    )
    op.create_index("ix_ratings_counted_at", "ratings", ["counted_at", "mark"])
    op.create_index("ix_ratings_agent_id_counted_at", "ratings", ["agent_id", "counted_at", "mark"])


class _WithoutChildren:
    """SQLite makes the table anew, and would not let the old one go while rows of another one point into it."""

    def __enter__(self) -> None:
        op.execute("CREATE TABLE kept_changes AS SELECT * FROM rating_changes")
        op.execute("DELETE FROM rating_changes")

    def __exit__(self, *_: object) -> None:
        columns = "id, rating_id, face, comment, reasons, at"
        # PostgreSQL would not take the numbers for used: its own count is where it was, above them.
        op.execute(f"INSERT INTO rating_changes ({columns}) SELECT {columns} FROM kept_changes")  # noqa: S608
        op.execute("DROP TABLE kept_changes")


def _asking() -> None:
    op.create_table(
        "askings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("mailbox_id", ROW_ID, nullable=True),
        sa.Column("moment", sa.String(length=10), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("style", sa.String(length=10), nullable=False),
        sa.Column("anonymous", sa.String(length=3), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_askings_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_askings")),
        sa.UniqueConstraint("mailbox_id", name=op.f("uq_askings_mailbox_id")),
    )


def _reasons() -> None:
    reasons = op.create_table(
        "rating_reasons",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("for_good", sa.Boolean(), nullable=False),
        sa.Column("for_bad", sa.Boolean(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_reasons")),
    )
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        reasons,
        [
            {"position": place, "words": words, "for_good": True, "for_bad": True, "created_at": begun}
            for place, words in enumerate(REASONS, 1)
        ],
    )
    op.create_table(
        "rating_chosen_reasons",
        sa.Column("rating_id", ROW_ID, nullable=False),
        sa.Column("reason_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("fk_rating_chosen_reasons_rating_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reason_id"], ["rating_reasons.id"], name=op.f("fk_rating_chosen_reasons_reason_id")
        ),
        sa.PrimaryKeyConstraint("rating_id", "reason_id", name=op.f("pk_rating_chosen_reasons")),
    )
    op.create_index(op.f("ix_rating_chosen_reasons_reason_id"), "rating_chosen_reasons", ["reason_id"])


def _acting() -> None:
    op.create_table(
        "praises",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("rating_id", ROW_ID, nullable=False),
        sa.Column("by_id", ROW_ID, nullable=False),
        sa.Column("agent_id", ROW_ID, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("fk_praises_rating_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name=op.f("fk_praises_by_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_praises_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praises")),
        sa.UniqueConstraint("rating_id", "by_id", name=op.f("uq_praises_rating_id_by_id")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ticket_id", ROW_ID, nullable=False),
        sa.Column("rating_id", ROW_ID, nullable=True),
        sa.Column("owner_id", ROW_ID, nullable=True),
        sa.Column("article_id", ROW_ID, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by_id", ROW_ID, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_tasks_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("fk_tasks_rating_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name=op.f("fk_tasks_owner_id")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_tasks_article_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["agents.id"], name=op.f("fk_tasks_closed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("rating_id", name=op.f("uq_tasks_rating_id")),
    )
    op.create_index(op.f("ix_tasks_ticket_id"), "tasks", ["ticket_id"])
    op.create_index("ix_tasks_due", "tasks", ["closed_at", "due_at", "id"])
    op.create_index("ix_tasks_owner_due", "tasks", ["owner_id", "closed_at", "due_at", "id"])


def downgrade() -> None:
    for column in ("recovery_due_at", "recovery_id"):
        op.drop_column("tickets", column)
    for table in ("tasks", "praises", "rating_chosen_reasons", "rating_reasons", "askings", "not_asked"):
        op.drop_table(table)
    nobody = "SELECT id FROM ratings WHERE ticket_id IS NULL OR customer_id IS NULL"
    op.execute(f"DELETE FROM rating_changes WHERE rating_id IN ({nobody})")  # noqa: S608
    op.execute("DELETE FROM ratings WHERE ticket_id IS NULL OR customer_id IS NULL")
    op.drop_index("ix_ratings_agent_id_counted_at", table_name="ratings")
    op.drop_index("ix_ratings_counted_at", table_name="ratings")
    with _WithoutChildren(), op.batch_alter_table("ratings") as batch:
        for column in ("mark", "counted_at", "anonymous", "mailbox_id"):
            batch.drop_column(column)
        batch.alter_column("ticket_id", existing_type=ROW_ID, nullable=False)
        batch.alter_column("customer_id", existing_type=ROW_ID, nullable=False)
    op.drop_column("rating_changes", "reasons")
    op.drop_index("ix_rating_hits_at", table_name="rating_hits")
    op.drop_index("ix_rating_invitations_recipient", table_name="rating_invitations")
    op.drop_index("ix_rating_invitations_created_at", table_name="rating_invitations")
    for column in ("anonymous", "mailbox_id"):
        op.drop_column("rating_invitations", column)
