"""what reports need

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _of_ticket():
    return [
        sa.Column('mailbox_id', sa.BigInteger(), nullable=False),
        sa.Column('team_id', sa.BigInteger(), nullable=True),
        sa.Column('assignee_id', sa.BigInteger(), nullable=True),
        sa.Column('customer_id', sa.BigInteger(), nullable=False),
    ]


def _number(name, *, nullable=False):
    return sa.Column(name, sa.Integer(), nullable=nullable)


def upgrade() -> None:
    op.create_table('ticket_facts',
    sa.Column('ticket_id', BIG, autoincrement=False, nullable=False),
    *_of_ticket(),
    _number('day'),
    _number('closed_day', nullable=True),
    _number('first_seconds', nullable=True),
    _number('first_business', nullable=True),
    _number('full_seconds', nullable=True),
    _number('full_business', nullable=True),
    _number('solved_seconds', nullable=True),
    _number('solved_business', nullable=True),
    _number('reopened'),
    _number('letters'),
    _number('replies'),
    sa.Column('open', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_facts_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_facts'))
    )
    op.create_index('ix_ticket_facts_day', 'ticket_facts', ['day', 'ticket_id'])
    op.create_index('ix_ticket_facts_closed_day', 'ticket_facts', ['closed_day', 'ticket_id'])
    op.create_index(
        'ix_ticket_facts_open', 'ticket_facts', ['day', 'mailbox_id', 'team_id', 'assignee_id'],
        sqlite_where=sa.text('open'), postgresql_where=sa.text('open'),
    )
    op.create_table('letter_facts',
    sa.Column('message_id', BIG, autoincrement=False, nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    *_of_ticket(),
    _number('day'),
    _number('hour'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_letter_facts_message_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_letter_facts'))
    )
    op.create_index('ix_letter_facts_ticket_id', 'letter_facts', ['ticket_id'])
    op.create_index(
        'ix_letter_facts_when', 'letter_facts',
        ['day', 'hour', 'mailbox_id', 'team_id', 'assignee_id', 'customer_id', 'ticket_id'],
    )
    op.create_index(
        'ix_letter_facts_who', 'letter_facts',
        ['customer_id', 'day', 'mailbox_id', 'team_id', 'assignee_id', 'ticket_id'],
    )
    op.create_table('reply_facts',
    sa.Column('message_id', BIG, autoincrement=False, nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    *_of_ticket(),
    sa.Column('agent_id', sa.BigInteger(), nullable=False),
    _number('day'),
    _number('hour'),
    _number('waited_seconds', nullable=True),
    _number('waited_business', nullable=True),
    _number('composing', nullable=True),
    sa.Column("article_id", sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_reply_facts_message_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_reply_facts'))
    )
    op.create_index('ix_reply_facts_ticket_id', 'reply_facts', ['ticket_id'])
    op.create_index(
        'ix_reply_facts_day', 'reply_facts',
        ['day', 'agent_id', 'mailbox_id', 'team_id', 'article_id', 'waited_seconds', 'waited_business', 'customer_id',
         'ticket_id'],
    )
    op.create_index(
        'ix_reply_facts_agent', 'reply_facts',
        ['agent_id', 'day', 'article_id', 'composing', 'waited_seconds', 'waited_business', 'mailbox_id', 'team_id',
         'customer_id', 'ticket_id'],
    )
    op.create_index(
        'ix_reply_facts_article', 'reply_facts', ['article_id', 'day', 'agent_id', 'mailbox_id', 'team_id', 'customer_id'],
        sqlite_where=sa.text('article_id IS NOT NULL'), postgresql_where=sa.text('article_id IS NOT NULL'),
    )
    op.create_table('ticket_steps',
    sa.Column('ticket_id', BIG, nullable=False),
    _number('number'),
    _number('day'),
    _number('step'),
    *_of_ticket(),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_ticket_steps_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', 'number', name=op.f('pk_ticket_steps'))
    )
    op.create_index('ix_ticket_steps_day', 'ticket_steps', ['day', 'ticket_id'])
    op.create_table('report_progress',
    sa.Column('id', BIG, autoincrement=False, nullable=False),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('swept_to', sa.BigInteger(), nullable=True),
    sa.Column('ran_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_progress'))
    )
    op.create_table('briefing_wishes',
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('by_mail', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_briefing_wishes_agent_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_briefing_wishes'))
    )


def downgrade() -> None:
    for table in ('briefing_wishes', 'report_progress', 'ticket_steps', 'reply_facts', 'letter_facts', 'ticket_facts'):
        op.drop_table(table)
