"""saved views, teams and assignment

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TIME = app.db.UtcDateTime(timezone=True)
OPEN = sa.text("status = 'open'")
# Of open tickets alone, so that they stay small however many tickets there ever were.
NOBODYS = sa.text("status = 'open' AND assignee_id IS NULL")
OF_OPEN = (
    ('ix_tickets_open_queue', ['status', 'queue_at', 'id']),
    ('ix_tickets_open_assignee_queue', ['status', 'assignee_id', 'queue_at', 'id']),
    ('ix_tickets_open_mailbox_queue', ['status', 'mailbox_id', 'queue_at', 'id']),
    ('ix_tickets_open_team_queue', ['status', 'team_id', 'queue_at', 'id']),
    ('ix_tickets_open_places', ['status', 'mailbox_id', 'team_id', 'assignee_id']),
)


def upgrade() -> None:
    _teams()
    _assignment()
    _columns()
    _saved_views()
    _bulk()


def _teams() -> None:
    op.create_table(
        'teams',
        sa.Column('id', ID, nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('way', sa.String(length=12), nullable=False),
        sa.Column('own_agent', sa.Boolean(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_teams')),
        sa.UniqueConstraint('name', name=op.f('uq_teams_name')),
    )
    op.create_table(
        'team_members',
        sa.Column('team_id', ID, nullable=False),
        sa.Column('agent_id', ID, nullable=False),
        sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_team_members_team_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_team_members_agent_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('team_id', 'agent_id', name=op.f('pk_team_members')),
    )
    op.create_index(op.f('ix_team_members_agent_id'), 'team_members', ['agent_id'])


def _assignment() -> None:
    op.create_table(
        'mailbox_assignments',
        sa.Column('mailbox_id', ID, nullable=False),
        sa.Column('team_id', ID, nullable=True),
        sa.Column('way', sa.String(length=12), nullable=False),
        sa.Column('own_agent', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_assignments_mailbox_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_mailbox_assignments_team_id')),
        sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_mailbox_assignments')),
    )
    op.create_table(
        'assignment_pools',
        sa.Column('name', sa.String(length=30), nullable=False),
        sa.Column('turn', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_assignment_pools')),
    )
    op.create_table(
        'assignment_turns',
        sa.Column('pool', sa.String(length=30), nullable=False),
        sa.Column('agent_id', ID, nullable=False),
        sa.Column('turn', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['agent_id'], ['agents.id'], name=op.f('fk_assignment_turns_agent_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('pool', 'agent_id', name=op.f('pk_assignment_turns')),
    )


def _columns() -> None:
    op.add_column('agents', sa.Column('away', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('agents', sa.Column('view_orders', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('customers', sa.Column('own_agent_id', sa.BigInteger(), nullable=True))
    op.add_column('tickets', sa.Column('team_id', sa.BigInteger(), nullable=True))
    # Where a ticket stands in the queue: a key without NULL, so that a page goes on at one mark by one index.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'ALTER TABLE tickets ADD COLUMN queue_at timestamp with time zone GENERATED ALWAYS AS'
            " (coalesce(waiting_since, '9000-01-01 00:00:00.000000+00')) STORED"
        )
    else:
        op.execute(
            'ALTER TABLE tickets ADD COLUMN queue_at DATETIME GENERATED ALWAYS AS'
            " (coalesce(waiting_since, '9000-01-01 00:00:00.000000')) VIRTUAL"
        )
    for name, columns in OF_OPEN:
        op.create_index(name, 'tickets', columns, sqlite_where=OPEN, postgresql_where=OPEN)
    # For PostgreSQL "is NULL" is no value that an index could be sorted behind.
    op.create_index(
        'ix_tickets_nobodys_queue',
        'tickets',
        ['status', 'queue_at', 'id'],
        sqlite_where=NOBODYS,
        postgresql_where=NOBODYS,
    )
    op.create_index(
        'ix_tickets_team_id_status_last_message_at', 'tickets', ['team_id', 'status', 'last_message_at']
    )


def _saved_views() -> None:
    op.create_table(
        'saved_views',
        sa.Column('id', ID, nullable=False),
        sa.Column('owner_id', ID, nullable=False),
        sa.Column('shared', sa.String(length=10), nullable=False),
        sa.Column('team_id', ID, nullable=True),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('icon', sa.String(length=30), nullable=False),
        sa.Column('query', sa.String(length=200), nullable=False),
        sa.Column('sorting', sa.String(length=12), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.ForeignKeyConstraint(['owner_id'], ['agents.id'], name=op.f('fk_saved_views_owner_id')),
        sa.ForeignKeyConstraint(
            ['team_id'], ['teams.id'], name=op.f('fk_saved_views_team_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    )
    op.create_index(op.f('ix_saved_views_owner_id'), 'saved_views', ['owner_id'])


def _bulk() -> None:
    op.create_table(
        'bulk_actions',
        sa.Column('id', ID, nullable=False),
        sa.Column('agent_id', ID, nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('detail', sa.JSON(), nullable=False),
        sa.Column('at', TIME, nullable=False),
        sa.Column('undone_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_bulk_actions_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_actions')),
    )
    op.create_index(op.f('ix_bulk_actions_at'), 'bulk_actions', ['at'])
    op.create_table(
        'bulk_changes',
        sa.Column('bulk_id', ID, nullable=False),
        sa.Column('ticket_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('outcome', sa.String(length=12), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('after', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['bulk_id'], ['bulk_actions.id'], name=op.f('fk_bulk_changes_bulk_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('bulk_id', 'ticket_id', name=op.f('pk_bulk_changes')),
    )


def downgrade() -> None:
    for table in ('bulk_changes', 'bulk_actions', 'saved_views'):
        op.drop_table(table)
    op.drop_index('ix_tickets_team_id_status_last_message_at', 'tickets')
    op.drop_index('ix_tickets_nobodys_queue', 'tickets')
    for name, _columns in OF_OPEN:
        op.drop_index(name, 'tickets')
    for table, column in (
        ('tickets', 'queue_at'),
        ('tickets', 'team_id'),
        ('customers', 'own_agent_id'),
        ('agents', 'view_orders'),
        ('agents', 'away'),
    ):
        op.drop_column(table, column)
    for table in ('assignment_turns', 'assignment_pools', 'mailbox_assignments', 'team_members', 'teams'):
        op.drop_table(table)
