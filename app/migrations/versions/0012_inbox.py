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
    op.add_column('customers', sa.Column('renamed', sa.Boolean(), server_default=sa.false(), nullable=False))
    # Cards whose name stands in no letter of theirs.
    op.execute(
        "UPDATE customers SET renamed = true WHERE name <> '' AND NOT EXISTS ("
        'SELECT 1 FROM messages WHERE messages.customer_id = customers.id AND messages.sender_name = customers.name)'
    )
    op.create_index(
        'ix_customers_renamed', 'customers', ['id'], sqlite_where=sa.text('renamed'), postgresql_where=sa.text('renamed')
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index('ix_customers_renamed', 'customers')
    op.drop_column('customers', 'renamed')
    op.drop_index('ix_tickets_priority', 'tickets')
    op.drop_column('tickets', 'priority')
