"""A browser as far as bench.web needs one: one connection that stays open, one cookie, forms with their token."""

from __future__ import annotations

import http.client
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

PANE = {"HX-Request": "true", "HX-Target": "ticket"}
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class PageFailed(Exception):
    """A page answered something that no agent wants to see."""


@dataclass
class Client:
    port: int
    cookie: str
    token: str = ""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        return self._ask("GET", path, None, headers or {})

    def post(self, path: str, form: dict[str, str]) -> bytes:
        """Gets a token from the inbox the first time."""
        if not self.token:
            found = _TOKEN.search(self.get("/inbox/open").decode())
            assert found is not None
            self.token = found[1]
        body = urlencode({"csrf_token": self.token, **form}).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def reply(self, ticket_id: int, email: str) -> bytes:
        text = "<div>Thank you for your letter.<br><br>We have looked into it, and your parcel leaves today.</div>"
        nonce = secrets.token_urlsafe(16)
        return self.post(f"/tickets/{ticket_id}/reply", {"to": email, "html": text, "nonce": nonce})

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        sent = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}", **headers}
        answer, content = self._exchange(method, path, body, sent)
        if answer.status not in (200, 204, 303):
            raise PageFailed(f"{method} {path}: {answer.status}")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("session="):
                self.cookie = value.partition(";")[0]
        return content

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """On the open connection; anew on another one if the server closed it because nobody used it for a while."""
        for _ in range(2):
            reused = self._connection is not None
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                return answer, answer.read()
            except (OSError, http.client.HTTPException):
                self.close()
                self._connection = None
                if not reused:
                    raise
        raise PageFailed(f"{method} {path}: no answer")


def together(
    clients: Sequence[Client], ask: Callable[[Client, int], object], seconds: float
) -> tuple[int, int]:
    """All clients ask for so many seconds, each as soon as it was answered; how many answers, how many failures."""
    end = time.monotonic() + seconds
    counts = [[0, 0] for _ in clients]

    def work(place: int) -> None:
        turn = place
        while time.monotonic() < end:
            try:
                ask(clients[place], turn)
                counts[place][0] += 1
            except (OSError, http.client.HTTPException, PageFailed):
                counts[place][1] += 1
            turn += len(clients)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(one[0] for one in counts), sum(one[1] for one in counts)
