"""presence, notices and links

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TIME = app.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column('agents', sa.Column('unread_notices', sa.Integer(), server_default='0', nullable=False))
    op.add_column('agents', sa.Column('notice_mark', sa.Integer(), server_default='0', nullable=False))
    op.create_index('ix_tickets_related_id', 'tickets', ['related_id'])
    op.create_table('presences',
    sa.Column('ticket_id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('doing', sa.String(length=8), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_presences_ticket_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_presences_agent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'agent_id', name=op.f('pk_presences'))
    )
    op.create_index('ix_presences_at', 'presences', ['at'])
    op.create_table('watches',
    sa.Column('ticket_id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('watching', sa.Boolean(), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_watches_ticket_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_watches_agent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'agent_id', name=op.f('pk_watches'))
    )
    op.create_index('ix_watches_agent_id', 'watches', ['agent_id'])
    op.create_table('notices',
    sa.Column('id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('ticket_id', BIG, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('by_id', BIG, nullable=True),
    sa.Column('message_id', sa.BigInteger(), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.Column('read_at', TIME, nullable=True),
    sa.Column('mark', sa.Integer(), nullable=False),
    sa.Column('mailing', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_notices_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_notices_ticket_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['agents.id'], name=op.f('fk_notices_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index('ix_notices_agent_id_at', 'notices', ['agent_id', 'at', 'id'])
    op.create_index('ix_notices_ticket_id', 'notices', ['ticket_id'])
    unread = sa.text('read_at IS NULL')
    op.create_index('uq_notices_unread', 'notices', ['agent_id', 'ticket_id', 'kind'], unique=True,
                    sqlite_where=unread, postgresql_where=unread)
    to_mail = sa.text("mailing IN ('waiting', 'due')")
    op.create_index('ix_notices_to_mail', 'notices', ['agent_id'], sqlite_where=to_mail, postgresql_where=to_mail)
    op.create_table('followed',
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('newest', sa.BigInteger(), nullable=False),
    sa.Column('stamp', sa.String(length=60), server_default='', nullable=False),
    sa.Column('missing', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_followed'))
    )
    # What is here already is told to nobody.
    op.execute("INSERT INTO followed SELECT 'events', coalesce(max(id), 0), '', '[]' FROM events")
    op.execute("INSERT INTO followed SELECT 'messages', coalesce(max(id), 0), '', '[]' FROM messages")
    op.create_table('notice_settings',
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('watch_own', sa.Boolean(), nullable=False),
    sa.Column('mail', sa.JSON(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('mailbox_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_notice_settings_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_notice_settings_mailbox_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_notice_settings'))
    )
    op.create_table('notice_mails',
    sa.Column('id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('ticket_id', BIG, nullable=True),
    sa.Column('mailbox_id', BIG, nullable=False),
    sa.Column('period', sa.String(length=30), nullable=False),
    sa.Column('recipient', sa.String(length=320), nullable=False),
    sa.Column('rfc_message_id', sa.String(length=300), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('subject', sa.String(length=500), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=14), nullable=False),
    sa.Column('due_at', TIME, nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_tried_at', TIME, nullable=True),
    sa.Column('lease_token', sa.String(length=40), nullable=False),
    sa.Column('lease_until', TIME, nullable=True),
    sa.Column('done_at', TIME, nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('created_at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_notice_mails_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_notice_mails_ticket_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_notice_mails_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_mails')),
    sa.UniqueConstraint('agent_id', 'period', name=op.f('uq_notice_mails_agent_id_period'))
    )
    op.create_index('ix_notice_mails_due', 'notice_mails', ['state', 'due_at'])
    op.create_index('ix_notice_mails_rfc_message_id', 'notice_mails', ['rfc_message_id'])
    op.create_table('ticket_links',
    sa.Column('id', BIG, nullable=False),
    sa.Column('low_id', BIG, nullable=False),
    sa.Column('high_id', BIG, nullable=False),
    sa.Column('message_id', BIG, nullable=True),
    sa.Column('agent_id', BIG, nullable=True),
    sa.Column('at', TIME, nullable=False),
    sa.ForeignKeyConstraint(['low_id'], ['tickets.id'], name=op.f('fk_ticket_links_low_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['high_id'], ['tickets.id'], name=op.f('fk_ticket_links_high_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_ticket_links_message_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_ticket_links_agent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_links')),
    sa.UniqueConstraint('low_id', 'high_id', name=op.f('uq_ticket_links_low_id_high_id'))
    )
    op.create_index('ix_ticket_links_high_id', 'ticket_links', ['high_id'])


def downgrade() -> None:
    for table in ('ticket_links', 'notice_mails', 'notice_settings', 'followed', 'notices', 'watches', 'presences'):
        op.drop_table(table)
    op.drop_index('ix_tickets_related_id', 'tickets')
    with op.batch_alter_table('agents') as batch:
        batch.drop_column('notice_mark')
        batch.drop_column('unread_notices')
