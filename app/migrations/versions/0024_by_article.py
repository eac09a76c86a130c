"""indexes that hold all that the ratings of an article are counted from

Of suggestions only those that a reply has closed are looked up by it: the index is smaller than the one it replaces.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

CLOSED = sa.text('reply_id IS NOT NULL')
PERIOD = ['created_at', 'agent_id', 'mailbox_id', 'customer_id', 'in_ticket_id', 'anonymous']
FIGURES = ['counted_at', 'face', 'agent_id', 'mailbox_id', 'customer_id', 'ticket_id', 'anonymous']


def upgrade() -> None:
    op.drop_index('ix_suggestions_reply_id', table_name='suggestions')
    op.create_index('ix_suggestions_reply_id', 'suggestions', ['reply_id', 'article_id', 'outcome'],
                    sqlite_where=CLOSED, postgresql_where=CLOSED)
    op.drop_index('ix_rating_invitations_created_at', table_name='rating_invitations')
    op.create_index('ix_rating_invitations_created_at', 'rating_invitations', [*PERIOD, 'message_id'])
    op.drop_index('ix_ratings_figures', table_name='ratings')
    op.create_index('ix_ratings_figures', 'ratings', [*FIGURES, 'invitation_id'])
    op.create_index('ix_ratings_invitation_id_counted_at', 'ratings', ['invitation_id', 'counted_at'])


def downgrade() -> None:
    op.drop_index('ix_ratings_invitation_id_counted_at', table_name='ratings')
    op.drop_index('ix_ratings_figures', table_name='ratings')
    op.create_index('ix_ratings_figures', 'ratings', FIGURES)
    op.drop_index('ix_rating_invitations_created_at', table_name='rating_invitations')
    op.create_index('ix_rating_invitations_created_at', 'rating_invitations', PERIOD)
    op.drop_index('ix_suggestions_reply_id', table_name='suggestions')
    op.create_index('ix_suggestions_reply_id', 'suggestions', ['reply_id'])
