"""what was mended

Revision: 0022
"""

revision = '0022'
down_revision = '0020'
branch_labels = None
depends_on = None

def upgrade() -> None:
    pass

def downgrade() -> None:
    pass
