"""full-text search of messages

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Messages that are there already are indexed by the scheduler, newest first, while everybody works."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE TABLE search_words (id bigint PRIMARY KEY, words tsvector NOT NULL)')
        op.execute('CREATE INDEX ix_search_words_words ON search_words USING gin (words)')
    else:
        op.execute(
            'CREATE VIRTUAL TABLE search_words USING fts5('
            "subject, sender, recipients, body, tokenize = 'unicode61 remove_diacritics 0')"
        )
    op.create_table(
        'search_progress',
        sa.Column('below', sa.BigInteger(), nullable=False),
    )
    op.execute('INSERT INTO search_progress (below) SELECT coalesce(max(id), 0) + 1 FROM messages')


def downgrade() -> None:
    op.drop_table('search_progress')
    op.drop_table('search_words')
