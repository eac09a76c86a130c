"""roles, grants and the audit log

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

# The log is only ever added to, whoever asks.
APPEND_ONLY = {
    'sqlite': tuple(
        f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
        for verb in ('UPDATE', 'DELETE')
    ),
    'postgresql': (
        "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$",
        "CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()",
    ),
}


def upgrade() -> None:
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('every_mailbox', sa.Boolean(), server_default=sa.true(), nullable=False))

    op.create_table('mailbox_grants',
    sa.Column('id', ID, nullable=False),
    sa.Column('agent_id', ID, nullable=True),
    sa.Column('team_id', ID, nullable=True),
    sa.Column('mailbox_id', ID, nullable=False),
    sa.CheckConstraint('(agent_id IS NULL) <> (team_id IS NULL)', name=op.f('ck_mailbox_grants_one_receiver')),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_mailbox_grants_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_mailbox_grants_team_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_grants_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox_grants')),
    sa.UniqueConstraint('agent_id', 'mailbox_id', name=op.f('uq_mailbox_grants_agent_id_mailbox_id')),
    sa.UniqueConstraint('team_id', 'mailbox_id', name=op.f('uq_mailbox_grants_team_id_mailbox_id')),
    )
    op.create_index(op.f('ix_mailbox_grants_mailbox_id'), 'mailbox_grants', ['mailbox_id'], unique=False)

    op.create_table('audit_entries',
    sa.Column('id', ID, nullable=False),
    sa.Column('at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('agent_id', ID, nullable=True),
    sa.Column('agent_name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=320), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_audit_entries_agent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    sa.UniqueConstraint('digest', name=op.f('uq_audit_entries_digest')),
    )
    for column in ('at', 'agent_id', 'kind'):
        op.create_index(op.f(f'ix_audit_entries_{column}'), 'audit_entries', [column], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)

    op.create_table('brands',
    sa.Column('id', ID, nullable=False),
    sa.Column('mailbox_id', ID, nullable=True),
    sa.Column('company', sa.String(length=120), nullable=False),
    sa.Column('colour', sa.String(length=7), nullable=False),
    sa.Column('footer', sa.Text(), nullable=False),
    sa.Column('logo_sha256', sa.String(length=64), nullable=False),
    sa.Column('logo_type', sa.String(length=20), nullable=False),
    sa.Column('logo_width', sa.Integer(), nullable=False),
    sa.Column('logo_height', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_brands_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brands')),
    sa.UniqueConstraint('mailbox_id', name=op.f('uq_brands_mailbox_id')),
    )

    op.create_table('brand_logos',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_brand_logos')),
    )
    with op.batch_alter_table('written_replies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('look', sa.JSON(), server_default='{}', nullable=False))

    op.create_table('mailbox_setups',
    sa.Column('id', ID, nullable=False),
    sa.Column('agent_id', ID, nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('step', sa.String(length=10), nullable=False),
    sa.Column('password', sa.Text(), nullable=False),
    sa.Column('servers', sa.JSON(), nullable=False),
    sa.Column('found_by', sa.String(length=20), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('wanted', sa.String(length=10), nullable=False),
    sa.Column('wanted_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('first_import', sa.String(length=10), nullable=False),
    sa.Column('mailbox_id', ID, nullable=True),
    sa.Column('welcome', sa.Text(), nullable=False),
    sa.Column('created_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_mailbox_setups_agent_id')),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_mailbox_setups_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox_setups')),
    )

    op.create_table('heartbeats',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('host', sa.String(length=100), nullable=False),
    sa.Column('at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('name', 'host', name=op.f('pk_heartbeats')),
    )


def downgrade() -> None:
    for name in ('heartbeats', 'mailbox_setups', 'brand_logos', 'brands', 'audit_entries'):
        op.drop_table(name)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION audit_entries_stay()')
    with op.batch_alter_table('written_replies', schema=None) as batch_op:
        batch_op.drop_column('look')
    op.drop_index('ix_mailbox_grants_mailbox_id', table_name='mailbox_grants')
    op.drop_table('mailbox_grants')
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.drop_column('every_mailbox')
