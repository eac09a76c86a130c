"""macros, rules and business hours

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

from app.db import BigId, UtcDateTime

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendars',
        sa.Column('id', BigId, nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('timezone', sa.String(length=64), nullable=False),
        sa.Column('week', sa.JSON(), nullable=False),
        sa.Column('is_default', sa.Boolean(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendars')),
        sa.UniqueConstraint('name', name=op.f('uq_calendars_name')),
    )
    op.create_table('holidays',
        sa.Column('calendar_id', BigId, nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_holidays_calendar_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('calendar_id', 'day', name=op.f('pk_holidays')),
    )
    op.create_table('mailbox_calendars',
        sa.Column('mailbox_id', BigId, nullable=False),
        sa.Column('calendar_id', BigId, nullable=False),
        sa.ForeignKeyConstraint(['calendar_id'], ['calendars.id'], name=op.f('fk_mailbox_calendars_calendar_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_calendars_mailbox_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_mailbox_calendars')),
    )
    op.create_index(op.f('ix_mailbox_calendars_calendar_id'), 'mailbox_calendars', ['calendar_id'])
    op.create_table('macros',
        sa.Column('id', BigId, nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('owner_id', BigId, nullable=True),
        sa.Column('mailbox_id', BigId, nullable=True),
        sa.Column('actions', sa.JSON(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_macros_mailbox_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['owner_id'], ['agents.id'], name=op.f('fk_macros_owner_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_macros')),
    )
    op.create_index(op.f('ix_macros_owner_id'), 'macros', ['owner_id'])
    op.create_index(op.f('ix_macros_mailbox_id'), 'macros', ['mailbox_id'])
    op.create_table('macro_runs',
        sa.Column('id', BigId, nullable=False),
        sa.Column('macro_id', BigId, nullable=True),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('agent_id', BigId, nullable=False),
        sa.Column('at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('undone_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('changes', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_macro_runs_agent_id')),
        sa.ForeignKeyConstraint(['macro_id'], ['macros.id'], name=op.f('fk_macro_runs_macro_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_macro_runs')),
    )
    op.create_index(op.f('ix_macro_runs_at'), 'macro_runs', ['at'])
    op.create_index(op.f('ix_macro_runs_macro_id'), 'macro_runs', ['macro_id'])
    op.create_table('rules',
        sa.Column('id', BigId, nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('trigger', sa.String(length=10), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('timing', sa.JSON(), nullable=False),
        sa.Column('conditions', sa.JSON(), nullable=False),
        sa.Column('actions', sa.JSON(), nullable=False),
        sa.Column('armed_from', UtcDateTime(timezone=True), nullable=True),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('failed_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('failure', sa.Text(), nullable=False),
        sa.Column('round_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('round_id', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rules')),
    )
    book = op.create_table('rule_book',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_book')),
    )
    op.bulk_insert(book, [{'id': 1, 'version': 0}])
    op.create_table('rule_triggers',
        sa.Column('id', BigId, nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('ticket_id', BigId, nullable=False),
        sa.Column('message_id', sa.BigInteger(), nullable=True),
        sa.Column('before', sa.String(length=10), nullable=False),
        sa.Column('chain', sa.JSON(), nullable=False),
        sa.Column('happened_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('due_at', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rule_triggers_ticket_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_triggers')),
    )
    op.create_index('ix_rule_triggers_due_at', 'rule_triggers', ['due_at', 'id'])
    op.create_index(op.f('ix_rule_triggers_ticket_id'), 'rule_triggers', ['ticket_id'])
    op.create_table('rule_firings',
        sa.Column('rule_id', BigId, nullable=False),
        sa.Column('ticket_id', BigId, nullable=False),
        sa.Column('moment', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['rule_id'], ['rules.id'], name=op.f('fk_rule_firings_rule_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rule_firings_ticket_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('rule_id', 'ticket_id', name=op.f('pk_rule_firings')),
    )
    op.create_index(op.f('ix_rule_firings_ticket_id'), 'rule_firings', ['ticket_id'])
    op.create_table('rule_log',
        sa.Column('id', BigId, nullable=False),
        sa.Column('rule_id', BigId, nullable=True),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('trigger', sa.String(length=10), nullable=False),
        sa.Column('ticket_id', BigId, nullable=False),
        sa.Column('at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('why', sa.JSON(), nullable=False),
        sa.Column('done', sa.JSON(), nullable=False),
        sa.Column('chain', sa.JSON(), nullable=False),
        sa.Column('failure', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['rule_id'], ['rules.id'], name=op.f('fk_rule_log_rule_id'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_rule_log_ticket_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_log')),
    )
    op.create_index(op.f('ix_rule_log_at'), 'rule_log', ['at'])
    op.create_index('ix_rule_log_rule_id_id', 'rule_log', ['rule_id', 'id'])
    op.create_index('ix_rule_log_ticket_id_id', 'rule_log', ['ticket_id', 'id'])
    op.create_table('acknowledgements',
        sa.Column('mailbox_id', BigId, nullable=False),
        sa.Column('text_en', sa.Text(), nullable=False),
        sa.Column('text_ru', sa.Text(), nullable=False),
        sa.Column('only_closed', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_acknowledgements_mailbox_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_acknowledgements')),
    )
    op.create_index('ix_tickets_rule_opened', 'tickets', ['opened_at', 'id'])
    for name, column in TIMES:
        op.create_index(name, 'tickets', [column, 'id'], sqlite_where=sa.text(f'{column} IS NOT NULL'), postgresql_where=sa.text(f'{column} IS NOT NULL'))


# What time rules go by. The newest message has an index already.
TIMES = (('ix_tickets_rule_waiting', 'waiting_since'), ('ix_tickets_rule_closed', 'closed_at'))


def downgrade() -> None:
    for name, _column in TIMES:
        op.drop_index(name, 'tickets')
    op.drop_index('ix_tickets_rule_opened', 'tickets')
    for table in ('acknowledgements', 'rule_log', 'rule_firings', 'rule_triggers', 'rule_book', 'rules', 'macro_runs',
                  'macros', 'mailbox_calendars', 'holidays', 'calendars'):
        op.drop_table(table)
