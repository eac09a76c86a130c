"""columns and indexes that pages read

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('messages', sa.Column('shape', sa.String(length=10), server_default='', nullable=False))
    # The newest letters of a customer, without reading all the others.
    op.create_index('ix_messages_customer_id_arrived_at', 'messages', ['customer_id', 'arrived_at', 'id'])
    op.drop_index('ix_messages_customer_id', table_name='messages')


def downgrade() -> None:
    op.create_index('ix_messages_customer_id', 'messages', ['customer_id'])
    op.drop_index('ix_messages_customer_id_arrived_at', table_name='messages')
    op.drop_column('messages', 'shape')
