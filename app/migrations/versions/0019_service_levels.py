"""what service levels need

Revision: 0019
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
RUNNING = sa.text('stopped_at IS NULL AND due_at IS NOT NULL')
DUE = sa.text('due_at IS NOT NULL')


def upgrade() -> None:
    op.create_table('service_levels',
    sa.Column('id', BIG, nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('mailbox_ids', sa.JSON(), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('business', sa.Boolean(), nullable=False),
    sa.Column('warn_minutes', sa.Integer(), nullable=False),
    sa.Column('escalate_team_id', sa.BigInteger(), nullable=True),
    sa.Column('escalate_urgent', sa.Boolean(), nullable=False),
    sa.Column('armed_from', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_levels')),
    sa.UniqueConstraint('name', name=op.f('uq_service_levels_name'))
    )
    op.create_table('level_clocks',
    sa.Column('ticket_id', BIG, autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('started_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('level_id', sa.BigInteger(), nullable=False),
    sa.Column('target_seconds', sa.Integer(), nullable=False),
    sa.Column('spent_seconds', sa.Integer(), nullable=False),
    sa.Column('due_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('broken', sa.Boolean(), nullable=False),
    sa.Column('warned_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('escalated_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_level_clocks_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'kind', 'started_at', name=op.f('pk_level_clocks'))
    )
    op.create_index('ix_level_clocks_running', 'level_clocks', ['due_at'], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index('ix_level_clocks_started_at', 'level_clocks', ['started_at', 'ticket_id'])
    op.create_table('level_progress',
    sa.Column('id', BIG, autoincrement=False, nullable=False),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('swept_to', sa.BigInteger(), nullable=True),
    sa.Column('ran_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('swept_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_level_progress'))
    )
    op.add_column('tickets', sa.Column('due_at', app.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('tickets', sa.Column('due_kind', sa.String(length=6), server_default='', nullable=False))
    op.create_index('ix_tickets_due_at', 'tickets', ['due_at', 'id'], sqlite_where=DUE, postgresql_where=DUE)


def downgrade() -> None:
    op.drop_index('ix_tickets_due_at', table_name='tickets')
    op.drop_column('tickets', 'due_kind')
    op.drop_column('tickets', 'due_at')
    op.drop_table('level_progress')
    op.drop_table('level_clocks')
    op.drop_table('service_levels')
