"""A desk to look after."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.app.upkeep.made_desk import MadeDesk


@pytest.fixture
def made(session: Session) -> MadeDesk:
    return MadeDesk(session)
