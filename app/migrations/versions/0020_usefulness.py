"""what reports measure further: searches for earlier letters, and days that are worked although the week says no

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('earlier_searches',
    sa.Column('id', BIG, nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('ticket_id', BIG, nullable=True),
    sa.Column('found_id', BIG, nullable=True),
    sa.Column('found_ms', sa.Integer(), nullable=True),
    sa.Column('at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_earlier_searches_agent_id_agents')),
    sa.ForeignKeyConstraint(['found_id'], ['tickets.id'], name=op.f('fk_earlier_searches_found_id_tickets')),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_earlier_searches_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_searches')),
    sa.UniqueConstraint('key', name=op.f('uq_earlier_searches_key'))
    )
    op.create_index('ix_earlier_searches_at', 'earlier_searches', ['at', 'agent_id', 'kind', 'found_ms', 'ticket_id'])
    for column in ('agent_id', 'ticket_id', 'found_id'):
        op.create_index(op.f(f'ix_earlier_searches_{column}'), 'earlier_searches', [column])
    op.add_column('holidays', sa.Column('spans', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('holidays') as batch:
        batch.drop_column('spans')
    op.drop_table('earlier_searches')
