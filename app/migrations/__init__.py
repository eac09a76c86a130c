"""Alembic migrations, from the first table on. Run by app.installation.migrate, never by hand in production."""
