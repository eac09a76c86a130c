"""a second step at sign-in: the secret, its recovery codes, and whether everybody needs one

Whoever is signed in stays so: their sessions have come all the way.

Revision: 0023
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('sign_ins', sa.Column('stage', sa.String(length=8), nullable=False, server_default=''))
    op.create_table('second_steps',
    sa.Column('agent_id', BIG, autoincrement=False, nullable=False),
    sa.Column('sealed', sa.String(length=300), nullable=False, server_default=''),
    sa.Column('since', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('waiting', sa.String(length=300), nullable=False, server_default=''),
    sa.Column('last_used', sa.BigInteger(), nullable=False, server_default='0'),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_second_steps_agent_id_agents'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('agent_id', name=op.f('pk_second_steps'))
    )
    op.create_table('recovery_codes',
    sa.Column('id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_recovery_codes_agent_id_agents'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
    sa.UniqueConstraint('agent_id', 'code_hash', name=op.f('uq_recovery_codes_agent_id_code_hash'))
    )
    rules = op.create_table('sign_in_rules',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('second_step', sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_rules'))
    )
    # There from the beginning: who signs in while the rule changes waits for it at this row.
    op.bulk_insert(rules, [{'id': 1, 'second_step': False}])


def downgrade() -> None:
    # Who stands half-way between the two steps must not come in by the way back.
    op.execute("DELETE FROM sign_ins WHERE stage <> ''")
    for table in ('sign_in_rules', 'recovery_codes', 'second_steps'):
        op.drop_table(table)
    op.drop_column('sign_ins', 'stage')
