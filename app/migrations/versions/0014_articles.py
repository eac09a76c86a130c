"""what articles need: languages, who may see them, owners, files, scripts

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('articles', sa.Column('key', sa.String(length=80), nullable=True))
    op.add_column('articles', sa.Column('visibility', sa.String(length=10), server_default='agents', nullable=False))
    op.add_column('articles', sa.Column('restricted', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('articles', sa.Column('owner_id', sa.BigInteger(), nullable=True))
    op.add_column('articles', sa.Column('review_on', sa.Date(), nullable=True))
    op.add_column('articles', sa.Column('review_told_on', sa.Date(), nullable=True))
    op.add_column('article_versions', sa.Column('language', sa.String(length=5), server_default='', nullable=False))
    op.execute("UPDATE articles SET key = 'article-' || id")
    op.execute(
        'UPDATE article_versions SET language = '
        '(SELECT language FROM articles WHERE articles.id = article_versions.article_id)'
    )
    op.create_index(op.f('ix_articles_key'), 'articles', ['key'], unique=True)
    op.create_index(op.f('ix_articles_review_on'), 'articles', ['review_on'], unique=False)
    op.create_table('article_variants',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_variants_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['updated_by_id'], ['agents.id'], name=op.f('fk_article_variants_updated_by_id')),
    sa.PrimaryKeyConstraint('article_id', 'language', name=op.f('pk_article_variants'))
    )
    op.create_table('article_mailboxes',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('mailbox_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_mailboxes_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['mailbox_id'], ['mailboxes.id'], name=op.f('fk_article_mailboxes_mailbox_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', 'mailbox_id', name=op.f('pk_article_mailboxes'))
    )
    op.create_index(op.f('ix_article_mailboxes_mailbox_id'), 'article_mailboxes', ['mailbox_id'], unique=False)
    op.create_table('article_teams',
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('team_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_teams_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_article_teams_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', 'team_id', name=op.f('pk_article_teams'))
    )
    op.create_index(op.f('ix_article_teams_team_id'), 'article_teams', ['team_id'], unique=False)
    op.create_table('article_files',
    sa.Column('id', BIG, nullable=False),
    sa.Column('article_id', BIG, nullable=False),
    sa.Column('filename', sa.String(length=300), nullable=False),
    sa.Column('content_type', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('added_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_files_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_files'))
    )
    op.create_index(op.f('ix_article_files_article_id'), 'article_files', ['article_id'], unique=False)
    op.create_table('scripts',
    sa.Column('id', BIG, nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('archived', sa.Boolean(), nullable=False),
    sa.Column('updated_at', app.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['updated_by_id'], ['agents.id'], name=op.f('fk_scripts_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scripts'))
    )


def downgrade() -> None:
    op.drop_table('scripts')
    op.drop_index(op.f('ix_article_files_article_id'), table_name='article_files')
    op.drop_table('article_files')
    op.drop_index(op.f('ix_article_teams_team_id'), table_name='article_teams')
    op.drop_table('article_teams')
    op.drop_index(op.f('ix_article_mailboxes_mailbox_id'), table_name='article_mailboxes')
    op.drop_table('article_mailboxes')
    op.drop_table('article_variants')
    op.drop_index(op.f('ix_articles_review_on'), table_name='articles')
    op.drop_index(op.f('ix_articles_key'), table_name='articles')
    op.drop_column('article_versions', 'language')
    op.drop_column('articles', 'review_told_on')
    op.drop_column('articles', 'review_on')
    op.drop_column('articles', 'owner_id')
    op.drop_column('articles', 'restricted')
    op.drop_column('articles', 'visibility')
    op.drop_column('articles', 'key')
