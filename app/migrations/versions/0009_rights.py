"""roles, grants and the audit log

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


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


def downgrade() -> None:
    op.drop_index('ix_mailbox_grants_mailbox_id', table_name='mailbox_grants')
    op.drop_table('mailbox_grants')
    with op.batch_alter_table('agents', schema=None) as batch_op:
        batch_op.drop_column('every_mailbox')
