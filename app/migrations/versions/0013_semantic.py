"""what vectors of letters need

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_vectors',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('model', sa.String(length=80), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_message_vectors_message_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_message_vectors'))
    )
    op.add_column('knowledge_log', sa.Column('texts', sa.JSON(), nullable=True))
    op.add_column('knowledge_log', sa.Column('mailbox_id', sa.BigInteger(), nullable=True))
    op.add_column('knowledge_log', sa.Column('vector', sa.LargeBinary(), nullable=True))
    op.add_column('knowledge_log', sa.Column('vector_model', sa.String(length=80), server_default='', nullable=False))
    op.add_column('heartbeats', sa.Column('note', sa.String(length=300), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('heartbeats', 'note')
    op.drop_column('knowledge_log', 'vector_model')
    op.drop_column('knowledge_log', 'vector')
    op.drop_column('knowledge_log', 'mailbox_id')
    op.drop_column('knowledge_log', 'texts')
    op.drop_table('message_vectors')
