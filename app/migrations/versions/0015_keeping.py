"""what keeping articles good needs: when an article was inserted, how long a reply took, gaps, likenesses, typed answers

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('messages', sa.Column('composing_seconds', sa.Integer(), nullable=True))
    op.add_column('suggestions', sa.Column('inserted_at', app.db.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE suggestions SET inserted_at = outcome_at WHERE outcome IN ('inserted', 'accepted', 'edited')")
    op.create_index(op.f('ix_suggestions_reply_id'), 'suggestions', ['reply_id'], unique=False)
    op.create_table('gaps',
    sa.Column('id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('state_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state_by_id', BIG, nullable=True),
    sa.Column('article_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['state_by_id'], ['agents.id'], name=op.f('fk_gaps_state_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gaps'))
    )
    op.create_index(op.f('ix_gaps_state'), 'gaps', ['state'], unique=False)
    op.create_table('asked_letters',
    sa.Column('message_id', BIG, autoincrement=False, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('asked_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('gap_id', BIG, nullable=True),
    sa.Column('closeness', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['gap_id'], ['gaps.id'], name=op.f('fk_asked_letters_gap_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_asked_letters_message_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_asked_letters'))
    )
    op.create_index(op.f('ix_asked_letters_asked_at'), 'asked_letters', ['asked_at'], unique=False)
    op.create_index('ix_asked_letters_gap_id_closeness', 'asked_letters', ['gap_id', 'closeness'], unique=False)
    op.create_table('likenesses',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('other_id', BIG, nullable=False),
    sa.Column('text', sa.Double(), nullable=False),
    sa.Column('asked', sa.Double(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('state_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state_by_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_likenesses_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['articles.id'], name=op.f('fk_likenesses_other_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['state_by_id'], ['agents.id'], name=op.f('fk_likenesses_state_by_id')),
    sa.PrimaryKeyConstraint('article_id', 'other_id', name=op.f('pk_likenesses'))
    )
    op.create_index(op.f('ix_likenesses_other_id'), 'likenesses', ['other_id'], unique=False)
    op.create_table('article_merges',
    sa.Column('id', BIG, nullable=False),
    sa.Column('kept_id', BIG, nullable=False),
    sa.Column('gone_id', BIG, nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('lessons', sa.JSON(), nullable=False),
    sa.Column('merged_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('merged_by_id', BIG, nullable=True),
    sa.Column('undone_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['gone_id'], ['articles.id'], name=op.f('fk_article_merges_gone_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['kept_id'], ['articles.id'], name=op.f('fk_article_merges_kept_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_by_id'], ['agents.id'], name=op.f('fk_article_merges_merged_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_merges'))
    )
    op.create_index(op.f('ix_article_merges_gone_id'), 'article_merges', ['gone_id'], unique=False)
    op.create_index(op.f('ix_article_merges_kept_id'), 'article_merges', ['kept_id'], unique=False)
    op.create_table('typed_answers',
    sa.Column('id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('article_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_typed_answers'))
    )
    op.create_table('free_replies',
    sa.Column('message_id', BIG, autoincrement=False, nullable=False),
    sa.Column('author_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('sent_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('typed_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['agents.id'], name=op.f('fk_free_replies_author_id')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_free_replies_message_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['typed_id'], ['typed_answers.id'], name=op.f('fk_free_replies_typed_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_free_replies'))
    )
    op.create_index(op.f('ix_free_replies_sent_at'), 'free_replies', ['sent_at'], unique=False)
    op.create_index(op.f('ix_free_replies_typed_id'), 'free_replies', ['typed_id'], unique=False)
    op.create_table('typed_dismissals',
    sa.Column('typed_id', BIG, nullable=False),
    sa.Column('agent_id', BIG, nullable=False),
    sa.Column('told_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('dismissed_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_typed_dismissals_agent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['typed_id'], ['typed_answers.id'], name=op.f('fk_typed_dismissals_typed_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('typed_id', 'agent_id', name=op.f('pk_typed_dismissals'))
    )
    op.create_table('upkeep_rounds',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('began_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', app.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_upkeep_rounds'))
    )


def downgrade() -> None:
    for table in (
        'upkeep_rounds', 'typed_dismissals', 'free_replies', 'typed_answers', 'article_merges', 'likenesses',
        'asked_letters', 'gaps',
    ):
        op.drop_table(table)
    op.drop_index(op.f('ix_suggestions_reply_id'), table_name='suggestions')
    op.drop_column('suggestions', 'inserted_at')
    op.drop_column('messages', 'composing_seconds')
