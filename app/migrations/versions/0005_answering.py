"""forwarding, sending later and signatures

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_PRESENT = sa.text('send_at IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('send_then', sa.String(length=10), nullable=False, server_default=''))
    with op.batch_alter_table('mailboxes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('signature_mode', sa.String(length=10), nullable=False, server_default='both'))
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bcc', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('forwarded_id', sa.BigInteger(), nullable=True))
    with op.batch_alter_table('written_replies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('quoted_html', sa.Text(), nullable=True))
    files = _files_of_drafts()
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.alter_column('ticket_id', existing_type=_BIG, nullable=True)
        batch_op.add_column(sa.Column('bcc', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('subject', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('mailbox_id', _BIG, nullable=True))
        batch_op.create_foreign_key(op.f('fk_drafts_mailbox_id'), 'mailboxes', ['mailbox_id'], ['id'])
        batch_op.add_column(sa.Column('about_id', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('about_files', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('send_at', app.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('then_status', sa.String(length=10), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('stopped', sa.String(length=300), nullable=False, server_default=''))
    _put_back(files)
    op.create_index('ix_drafts_send_at', 'drafts', ['send_at'], unique=False, sqlite_where=_PRESENT,
                    postgresql_where=_PRESENT)


def downgrade() -> None:
    op.drop_index('ix_drafts_send_at', table_name='drafts')
    op.execute("DELETE FROM drafts WHERE ticket_id IS NULL OR kind = 'forward'")
    files = _files_of_drafts()
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_drafts_mailbox_id'), type_='foreignkey')
        for name in ('stopped', 'then_status', 'send_at', 'about_files', 'about_id', 'mailbox_id', 'subject', 'bcc'):
            batch_op.drop_column(name)
        batch_op.alter_column('ticket_id', existing_type=_BIG, nullable=False)
    _put_back(files)
    for table, names in (('written_replies', ['quoted_html']), ('messages', ['forwarded_id', 'bcc']),
                         ('mailboxes', ['signature_mode']), ('agents', ['send_then'])):
        for name in names:
            op.drop_column(table, name)


def _files_of_drafts() -> list[tuple[int, int]]:
    """SQLite changes a column by writing the table anew, and forgets meanwhile which files hung on its rows."""
    rows = op.get_bind().execute(sa.text('SELECT id, draft_id FROM attachments WHERE draft_id IS NOT NULL'))
    return [(row.id, row.draft_id) for row in rows]


def _put_back(files: list[tuple[int, int]]) -> None:
    put = sa.text('UPDATE attachments SET draft_id = :draft WHERE id = :file AND draft_id IS NULL')
    for file, draft in files:
        op.get_bind().execute(put, {'draft': draft, 'file': file})
