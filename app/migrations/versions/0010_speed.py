"""columns and indexes that pages read

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ASKED_BY_LISTS = {
    'ix_messages_by_a_person': "kind = 'incoming' AND automatic IS NULL",
    'ix_messages_by_a_program': "kind = 'incoming' AND automatic IS NOT NULL",
    'ix_messages_failed': "delivery IN ('failed', 'uncertain', 'bounced')",
}


def upgrade() -> None:
    op.add_column('messages', sa.Column('shape', sa.String(length=10), server_default='', nullable=False))
    # The newest letters of a customer, without reading all the others.
    op.create_index('ix_messages_customer_id_arrived_at', 'messages', ['customer_id', 'arrived_at', 'id'])
    op.drop_index('ix_messages_customer_id', table_name='messages')
    # What a list asks of each of its tickets.
    for name, which in ASKED_BY_LISTS.items():
        op.create_index(
            name, 'messages', ['ticket_id'], sqlite_where=sa.text(which), postgresql_where=sa.text(which)
        )


def downgrade() -> None:
    for name in ASKED_BY_LISTS:
        op.drop_index(name, table_name='messages')
    op.create_index('ix_messages_customer_id', 'messages', ['customer_id'])
    op.drop_index('ix_messages_customer_id_arrived_at', table_name='messages')
    op.drop_column('messages', 'shape')
