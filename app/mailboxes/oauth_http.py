"""The door to the token endpoints of OAuth providers: one POST, encrypted, without redirects, small and soon over."""

from __future__ import annotations

import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.errors import PermanentFailure, TemporaryFailure
from app.settings import is_loopback

TIMEOUT_SECONDS = 10.0
LONGEST_SECONDS = 20.0
LARGEST_ANSWER = 256 * 1024


class _State:
    # No setting and no variable reaches it: only the provider of the tests, in their own process.
    plain_loopback = False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry our secret elsewhere."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def post_form(url: str, form: Mapping[str, str]) -> tuple[int, dict[str, object]]:
    """(status, JSON object) of the answer, also when it is a refusal. Raises TemporaryFailure when there is none."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and _State.plain_loopback and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not plain:
        raise PermanentFailure("Tokens are asked for over encrypted connections only.")
    request = urllib.request.Request(  # noqa: S310 (the scheme was checked)
        url,
        data=urlencode(form).encode(),
        headers={"Accept": "application/json", "User-Agent": "Sincerely"},
    )
    opener = urllib.request.build_opener(
        _NoRedirects(), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    host = parts.hostname or ""
    try:
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.status, _object(answer, host)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _object(refused, host)
    except (OSError, HTTPException) as error:
        raise TemporaryFailure(f"{host}: {_words(error)}") from error


def _object(answer: Any, host: str) -> dict[str, object]:
    end, content = time.monotonic() + LONGEST_SECONDS, b""
    while chunk := answer.read1(16384):
        content += chunk
        if len(content) > LARGEST_ANSWER or time.monotonic() > end:
            raise TemporaryFailure(f"{host}: the answer was too long.")
    try:
        read = json.loads(content)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _words(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer within the time limit."
    if isinstance(cause, ssl.SSLError):
        return "no trustworthy encrypted connection."
    if isinstance(cause, socket.gaierror):
        return "no such host name, or no network."
    return "the connection broke."
