"""what reports measure further: searches for earlier letters, days that are worked although the week says no, and where
an invitation to rate stands

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
    op.add_column('rating_invitations', sa.Column('in_ticket_id', sa.BigInteger(), nullable=True))
    op.execute(
        'UPDATE rating_invitations SET in_ticket_id ='
        ' (SELECT messages.ticket_id FROM messages WHERE messages.id = rating_invitations.message_id)'
    )
    op.drop_index('ix_rating_invitations_created_at', 'rating_invitations')
    op.create_index('ix_rating_invitations_created_at', 'rating_invitations',
                    ['created_at', 'agent_id', 'mailbox_id', 'customer_id', 'in_ticket_id', 'anonymous'])
    op.create_index('ix_ratings_figures', 'ratings',
                    ['counted_at', 'face', 'agent_id', 'mailbox_id', 'customer_id', 'ticket_id', 'anonymous'])
    op.drop_index('ix_rating_hits_at', 'rating_hits')
    op.create_index('ix_rating_hits_at', 'rating_hits', ['at', 'invitation_id', 'filtered'])
    op.add_column('holidays', sa.Column('spans', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column('holidays', 'spans')
    op.drop_index('ix_rating_hits_at', 'rating_hits')
    op.create_index('ix_rating_hits_at', 'rating_hits', ['at', 'invitation_id'])
    op.drop_index('ix_ratings_figures', 'ratings')
    op.drop_index('ix_rating_invitations_created_at', 'rating_invitations')
    op.drop_column('rating_invitations', 'in_ticket_id')
    op.create_index('ix_rating_invitations_created_at', 'rating_invitations', ['created_at', 'agent_id'])
    op.drop_table('earlier_searches')
