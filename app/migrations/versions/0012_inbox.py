"""how urgent a ticket is

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

UNUSUAL = sa.text("priority <> 'normal'")


def upgrade() -> None:
    op.add_column('tickets', sa.Column('priority', sa.String(length=6), server_default='normal', nullable=False))
    op.create_index(
        'ix_tickets_priority', 'tickets', ['priority', 'last_message_at', 'id'],
        sqlite_where=UNUSUAL, postgresql_where=UNUSUAL,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index('ix_tickets_priority', 'tickets')
    op.drop_column('tickets', 'priority')
