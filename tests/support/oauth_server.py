"""A provider of OAuth 2.0 on loopback: a token endpoint for us, and an introspection endpoint (RFC 7662) for Dovecot."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from app.mailboxes import oauth_http
from app.mailboxes.oauth_providers import PROVIDERS, Provider


@dataclass
class OAuthServer:
    """Gives tokens for `refresh_tokens` and `codes`, and says of its own access tokens whose they are.

    refuse       an error object that answers every question for tokens, such as {"error": "invalid_grant"}
    status       of such an answer
    expires_in   life of the access tokens, in seconds; `rotate` gives a new refresh token each time and ends the old
    asked        the forms that came to the token endpoint
    slow         seconds before the token endpoint answers
    """

    user: str = "support@help.example"
    secret: str = "app-secret"
    expires_in: int = 3600
    rotate: bool = False
    slow: float = 0.0
    status: int = 400
    refuse: dict[str, Any] | None = None
    more: dict[str, Any] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-0"})
    codes: set[str] = field(default_factory=set)
    live: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> OAuthServer:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                form = {key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()}
                status, answer = owner._answer(self.path, form)
                body = json.dumps(answer).encode()
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", f"{owner.url}/stolen")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def grant(self) -> str:
        """A fresh access token, as if somebody had asked for one."""
        token = f"access-{secrets.token_hex(8)}"
        self.live.add(token)
        return token

    def provider(self, **more: Any) -> Provider:
        return Provider("Test", f"{self.url}/authorize", f"{self.url}/token", ("mail",), **more)

    def _answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/introspect":
            return 200, {"active": form.get("token") in self.live, "username": self.user}
        with self._lock:
            self.asked.append({"path": path, **form})
        if self.slow:
            time.sleep(self.slow)
        if self.refuse is not None:
            return self.status, self.refuse
        if form.get("client_secret", "") != self.secret:
            return 401, {"error": "invalid_client"}
        with self._lock:
            return self._tokens(form)

    def _tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        answer: dict[str, Any] = {"expires_in": self.expires_in, "token_type": "Bearer", **self.more}
        if form.get("grant_type") == "authorization_code":
            if form.get("code") not in self.codes:
                return 400, {"error": "invalid_grant"}
            self.codes.discard(form["code"])
            answer["refresh_token"] = self._fresh_refresh_token()
        elif form.get("refresh_token") not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        elif self.rotate:
            self.refresh_tokens.discard(form["refresh_token"])
            answer["refresh_token"] = self._fresh_refresh_token()
        answer["access_token"] = self.grant()
        return 200, answer

    def _fresh_refresh_token(self) -> str:
        token = f"refresh-{secrets.token_hex(8)}"
        self.refresh_tokens.add(token)
        return token


@contextmanager
def as_provider(server: OAuthServer, kind: str = "google", **more: Any) -> Iterator[None]:
    """In this process `kind` means that server, and tokens may be asked for without encryption on loopback."""
    with pretending(kind, server.provider(**more)):
        yield


@contextmanager
def pretending(kind: str, provider: Provider) -> Iterator[None]:
    real = PROVIDERS[kind]
    PROVIDERS[kind] = provider
    oauth_http._State.plain_loopback = True
    try:
        yield
    finally:
        PROVIDERS[kind] = real
        oauth_http._State.plain_loopback = False
