"""Values for our scripts, which put them on the page as text: as JSON in which no tag can begin."""

from __future__ import annotations

import json
from typing import Any

from flask import Response


def plain(value: Any) -> str:
    """As a text inside a larger answer, for JSON.parse."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def plain_answer(value: Any) -> Response:
    return Response(plain(value), mimetype="application/json")
