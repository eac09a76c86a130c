"""mail never lost

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('automatic_mails',
    sa.Column('mailbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('last_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('wanted_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withheld', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_automatic_mails_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mailbox_id', 'address', name=op.f('pk_automatic_mails'))
    )
    with op.batch_alter_table('automatic_mails', schema=None) as batch_op:
        batch_op.create_index('ix_automatic_mails_mailbox_id_last_at', ['mailbox_id', 'last_at'], unique=False)
        batch_op.create_index('ix_automatic_mails_mailbox_id_wanted_at', ['mailbox_id', 'wanted_at'], unique=False)

    op.create_table('oauth_grants',
    sa.Column('mailbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.String(length=300), nullable=False),
    sa.Column('client_secret', sa.Text(), nullable=False),
    sa.Column('tenant', sa.String(length=100), nullable=False),
    sa.Column('refresh_token', sa.Text(), nullable=False),
    sa.Column('refresh_until', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('access_token', sa.Text(), nullable=False),
    sa.Column('access_until', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('refreshed_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.Column('failing_since', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('refreshing_by', sa.String(length=40), nullable=False),
    sa.Column('refreshing_until', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('pending_state', sa.String(length=64), nullable=False),
    sa.Column('pending_verifier', sa.Text(), nullable=False),
    sa.Column('pending_until', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_oauth_grants_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mailbox_id', name=op.f('pk_oauth_grants'))
    )
    op.create_table('sent_copies',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mailbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('due_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('done_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_sent_copies_mailbox_id')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_sent_copies_message_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_sent_copies'))
    )
    with op.batch_alter_table('sent_copies', schema=None) as batch_op:
        batch_op.create_index('ix_sent_copies_due', ['state', 'due_at'], unique=False)

    with op.batch_alter_table('mailboxes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('auth', sa.String(length=10), nullable=False, server_default='password'))
        batch_op.add_column(sa.Column('after_fetch', sa.String(length=10), nullable=False, server_default='nothing'))
        batch_op.add_column(sa.Column('after_fetch_folder', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('after_fetch_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('check_wanted_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('checked_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('check_result', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('sent_copy', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('sent_folder', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('send_per_minute', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('next_send_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('send_slowly_until', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('auto_ack', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('auto_ack_text', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('automatic_stopped_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('thanks_reopen', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('authserv_id', sa.String(length=253), nullable=False, server_default=''))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waits_for_server', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('folders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('watched', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('added_at', app.db.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('raw_mails', schema=None) as batch_op:
        batch_op.add_column(sa.Column('instruction', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('checked_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('damaged', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('server_done_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('server_copy_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_raw_mails_parked', ['id'], unique=False, sqlite_where=sa.text("state = 'parked'"), postgresql_where=sa.text("state = 'parked'"))
        batch_op.create_index('ix_raw_mails_damaged', ['id'], unique=False, sqlite_where=sa.text('damaged'), postgresql_where=sa.text('damaged'))
        batch_op.create_index('ix_raw_mails_sender_internal_date', ['sender', 'internal_date'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('raw_mails', schema=None) as batch_op:
        batch_op.drop_index('ix_raw_mails_sender_internal_date')
        batch_op.drop_index('ix_raw_mails_damaged')
        batch_op.drop_index('ix_raw_mails_parked')
        batch_op.drop_column('server_copy_at')
        batch_op.drop_column('server_done_at')
        batch_op.drop_column('damaged')
        batch_op.drop_column('checked_at')
        batch_op.drop_column('instruction')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('waits_for_server')

    with op.batch_alter_table('folders', schema=None) as batch_op:
        batch_op.drop_column('added_at')
        batch_op.drop_column('watched')

    with op.batch_alter_table('mailboxes', schema=None) as batch_op:
        batch_op.drop_column('authserv_id')
        batch_op.drop_column('thanks_reopen')
        batch_op.drop_column('automatic_stopped_at')
        batch_op.drop_column('auto_ack_text')
        batch_op.drop_column('auto_ack')
        batch_op.drop_column('send_slowly_until')
        batch_op.drop_column('next_send_at')
        batch_op.drop_column('send_per_minute')
        batch_op.drop_column('sent_folder')
        batch_op.drop_column('sent_copy')
        batch_op.drop_column('check_result')
        batch_op.drop_column('checked_at')
        batch_op.drop_column('check_wanted_at')
        batch_op.drop_column('after_fetch_at')
        batch_op.drop_column('after_fetch_folder')
        batch_op.drop_column('after_fetch')
        batch_op.drop_column('auth')

    with op.batch_alter_table('sent_copies', schema=None) as batch_op:
        batch_op.drop_index('ix_sent_copies_due')

    op.drop_table('sent_copies')
    op.drop_table('oauth_grants')
    with op.batch_alter_table('automatic_mails', schema=None) as batch_op:
        batch_op.drop_index('ix_automatic_mails_mailbox_id_wanted_at')
        batch_op.drop_index('ix_automatic_mails_mailbox_id_last_at')

    op.drop_table('automatic_mails')
