"""what the help centre needs: its settings, public pages and their addresses, votes and reads

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('help_centre',
    sa.Column('id', BIG, nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('topics', sa.JSON(), nullable=False),
    sa.Column('form', sa.Boolean(), nullable=False),
    sa.Column('mailbox_id', BIG, nullable=True),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('salt_on', sa.Date(), nullable=True),
    sa.Column('updated_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_help_centre_mailbox_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_centre'))
    )
    op.create_table('help_pages',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=100), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('plain', sa.Text(), nullable=False),
    sa.Column('stems', sa.JSON(), nullable=False),
    sa.Column('updated_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_help_pages_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', 'language', name=op.f('pk_help_pages'))
    )
    op.create_index(op.f('ix_help_pages_language_title'), 'help_pages', ['language', 'title'], unique=False)
    op.create_index(op.f('ix_help_pages_language_updated_at'), 'help_pages', ['language', 'updated_at'], unique=False)
    op.create_table('help_slugs',
    sa.Column('id', BIG, nullable=False),
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('slug', sa.String(length=100), nullable=False),
    sa.Column('created_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_help_slugs_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_slugs')),
    sa.UniqueConstraint('language', 'slug', name=op.f('uq_help_slugs_language_slug'))
    )
    op.create_index(op.f('ix_help_slugs_article_id'), 'help_slugs', ['article_id'], unique=False)
    op.create_table('help_votes',
    sa.Column('id', BIG, nullable=False),
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('helped', sa.Boolean(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('visitor', sa.String(length=64), nullable=False),
    sa.Column('at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_help_votes_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_votes')),
    sa.UniqueConstraint('article_id', 'language', 'visitor', name=op.f('uq_help_votes_article_id_language_visitor'))
    )
    op.create_table('help_reads',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_help_reads_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', 'language', 'day', name=op.f('pk_help_reads'))
    )
    op.create_index(op.f('ix_help_reads_language_day'), 'help_reads', ['language', 'day'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_help_reads_language_day'), table_name='help_reads')
    op.drop_table('help_reads')
    op.drop_table('help_votes')
    op.drop_index(op.f('ix_help_slugs_article_id'), table_name='help_slugs')
    op.drop_table('help_slugs')
    op.drop_index(op.f('ix_help_pages_language_title'), table_name='help_pages')
    op.drop_table('help_pages')
    op.drop_table('help_centre')
