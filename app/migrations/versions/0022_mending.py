"""signatures with their looks

A signature that has none stays what it is, plain lines: the text is kept beside the looks, so that going back loses
only these.

Revision: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('agents', 'mailboxes', 'written_replies'):
        op.add_column(table, sa.Column('signature_html', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    for table in ('written_replies', 'mailboxes', 'agents'):
        op.drop_column(table, 'signature_html')
