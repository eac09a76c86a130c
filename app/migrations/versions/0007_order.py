"""splitting, snoozing, fields, spam and trash

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('tickets', sa.Column('snoozed_until', app.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('tickets', sa.Column('trashed_at', app.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column(
        'tickets', sa.Column('status_before', sa.String(length=10), server_default='', nullable=False)
    )
    for column in ('snoozed_until', 'trashed_at'):
        chosen = sa.text(f'{column} IS NOT NULL')
        op.create_index(
            f'ix_tickets_{column}',
            'tickets',
            [column, 'id'],
            sqlite_where=chosen,
            postgresql_where=chosen,
        )
    op.add_column('tags', sa.Column('colour', sa.String(length=10), server_default='', nullable=False))
    op.add_column('customers', sa.Column('merged_into_id', sa.BigInteger(), nullable=True))
    _spam_and_trash()
    _fields()
    _cards()


def _spam_and_trash() -> None:
    op.create_table(
        'spam_senders',
        sa.Column('id', ROW_ID, nullable=False),
        sa.Column('pattern', sa.String(length=320), nullable=False),
        sa.Column('agent_id', ROW_ID, nullable=True),
        sa.Column('ticket_id', sa.BigInteger(), nullable=True),
        sa.Column('learnt_at', app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('caught', sa.Integer(), nullable=False),
        sa.Column('last_caught_at', app.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_spam_senders_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spam_senders')),
        sa.UniqueConstraint('pattern', name=op.f('uq_spam_senders_pattern')),
    )
    op.create_table(
        'deleted_tickets',
        sa.Column('ticket_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('agent_id', ROW_ID, nullable=True),
        sa.Column('deleted_at', app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('letters', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_deleted_tickets_agent_id')),
        sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_deleted_tickets')),
    )
    op.create_table(
        'unwanted_blobs',
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('since', app.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('sha256', name=op.f('pk_unwanted_blobs')),
    )
    op.create_table(
        'preferences',
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('value', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_preferences')),
    )


def _fields() -> None:
    op.create_table(
        'fields',
        sa.Column('id', ROW_ID, nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('choices', sa.JSON(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('required', sa.Boolean(), nullable=False),
        sa.Column('retired_at', app.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_fields')),
        sa.UniqueConstraint('scope', 'key', name=op.f('uq_fields_scope_key')),
    )
    for table, owner, owners in (
        ('ticket_values', 'ticket_id', 'tickets'),
        ('card_values', 'customer_id', 'customers'),
    ):
        op.create_table(
            table,
            sa.Column(owner, ROW_ID, nullable=False),
            sa.Column('field_id', ROW_ID, nullable=False),
            sa.Column('value', sa.String(length=500), nullable=False),
            sa.Column('number', sa.Double(), nullable=True),
            sa.ForeignKeyConstraint(
                [owner], [f'{owners}.id'], name=op.f(f'fk_{table}_{owner}'), ondelete='CASCADE'
            ),
            sa.ForeignKeyConstraint(
                ['field_id'], ['fields.id'], name=op.f(f'fk_{table}_field_id'), ondelete='CASCADE'
            ),
            sa.PrimaryKeyConstraint(owner, 'field_id', name=op.f(f'pk_{table}')),
        )
        op.create_index(op.f(f'ix_{table}_field_id_value'), table, ['field_id', 'value'])


def _cards() -> None:
    op.create_table(
        'card_merges',
        sa.Column('id', ROW_ID, nullable=False),
        sa.Column('source_id', ROW_ID, nullable=False),
        sa.Column('target_id', ROW_ID, nullable=False),
        sa.Column('agent_id', ROW_ID, nullable=True),
        sa.Column('merged_at', app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('undone_at', app.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('moved', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['source_id'], ['customers.id'], name=op.f('fk_card_merges_source_id')),
        sa.ForeignKeyConstraint(['target_id'], ['customers.id'], name=op.f('fk_card_merges_target_id')),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_card_merges_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_card_merges')),
    )
    op.create_index(op.f('ix_card_merges_source_id'), 'card_merges', ['source_id'])
    op.create_index(op.f('ix_card_merges_target_id'), 'card_merges', ['target_id'])


def downgrade() -> None:
    op.drop_table('card_merges')
    for table in ('card_values', 'ticket_values', 'fields'):
        op.drop_table(table)
    for table in ('preferences', 'unwanted_blobs', 'deleted_tickets', 'spam_senders'):
        op.drop_table(table)
    op.drop_column('customers', 'merged_into_id')
    op.drop_column('tags', 'colour')
    for column in ('snoozed_until', 'trashed_at'):
        op.drop_index(f'ix_tickets_{column}', 'tickets')
    for column in ('status_before', 'trashed_at', 'snoozed_until'):
        op.drop_column('tickets', column)
