"""The files of an article go along with the letter it is inserted into: as copies, so that either may change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import ArticleFile
from app.tickets.models import Attachment, Draft
from app.tickets.uploads import add_file


def copy_files(
    session: Session, draft: Draft, files: Sequence[ArticleFile], *, most_bytes: int, now: datetime
) -> list[Attachment]:
    """What is new on the draft; a file that hangs there already is not hung there twice.

    Raises InvalidInput when the letter would grow too large.
    """
    there = set(session.scalars(sa.select(Attachment.sha256).where(Attachment.draft_id == draft.id)))
    return [
        add_file(
            session,
            draft,
            file.filename,
            file.content_type,
            (file.sha256, file.size),
            most_bytes=most_bytes,
            now=now,
        )
        for file in files
        if file.sha256 not in there
    ]
