"""what reading needs

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('messages', sa.Column('sent_zone', sa.SmallInteger(), nullable=True))
    op.add_column('messages', sa.Column('language', sa.String(length=5), server_default='', nullable=False))
    op.add_column('tickets', sa.Column('seen_message_id', sa.BigInteger(), nullable=True))
    op.create_table('shown_senders',
    sa.Column('agent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('since', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_shown_senders_agent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('agent_id', 'email', name=op.f('pk_shown_senders'))
    )
    op.create_table('recent_searches',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('agent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('searched_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_recent_searches_agent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recent_searches')),
    sa.UniqueConstraint('agent_id', 'text', name=op.f('uq_recent_searches_agent_id_text'))
    )


def downgrade() -> None:
    op.drop_table('recent_searches')
    op.drop_table('shown_senders')
    op.drop_column('tickets', 'seen_message_id')
    op.drop_column('messages', 'language')
    op.drop_column('messages', 'sent_zone')
