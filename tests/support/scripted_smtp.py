"""An SMTP server that says at each verb what a test wants, and keeps every copy it accepted.

Small on purpose: a thread for each connection, the few verbs that a client like ours uses. A copy counts as accepted
when its final dot was read and the answer is to be 2xx, whether or not the client ever hears that answer.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

VERBS = ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DOT", "RSET", "QUIT")
_USUAL = {
    "CONNECT": "220 sink.example",
    "EHLO": "250-sink.example\r\n250-SIZE 67108864\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 welcome",
    "DATA": "354 go on",
    "QUIT": "221 bye",
}
CLOSE, RESET = "close", "reset"


@dataclass(frozen=True)
class Copy:
    """One accepted mail and one of its recipients."""

    message_id: str
    recipient: str
    raw: bytes


class ScriptedSmtp:
    """`script["RCPT"] = ["451 later"]`: the next RCPT hears that, those after it the usual. `for_recipient[address]`
    answers each RCPT of that address. An answer may be CLOSE or RESET; `delay["DOT"]` seconds come before each answer."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = 0
        self.script: dict[str, list[str]] = defaultdict(list)
        self.for_recipient: dict[str, str] = {}
        self.delay: dict[str, float] = {}
        self.accepted: list[Copy] = []
        self.connections = 0
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def start(self) -> ScriptedSmtp:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(32)
        self.port, self._listener = listener.getsockname()[1], listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Nobody listens any more; `start` opens the same port again."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for connection in list(self._open):
            _close(connection)

    def forget(self) -> None:
        """Nothing accepted yet, nothing scripted: for the next test."""
        self.script.clear()
        self.for_recipient.clear()
        self.delay.clear()
        self.accepted.clear()

    @property
    def copies(self) -> list[tuple[str, str]]:
        with self._lock:
            return [(copy.message_id, copy.recipient) for copy in self.accepted]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        dialogue = _Dialogue(self, connection)
        try:
            dialogue.run()
        except (OSError, _HungUp):
            pass
        finally:
            # The reader holds the socket open as well.
            dialogue.lines.close()
            _close(connection)
            self._open.discard(connection)

    def answer(self, verb: str, recipient: str = "") -> str:
        """What this verb is to hear now."""
        if self.delay.get(verb):
            time.sleep(self.delay[verb])
        with self._lock:
            if verb == "RCPT" and recipient in self.for_recipient:
                return self.for_recipient[recipient]
            planned = self.script[verb]
            return planned.pop(0) if planned else _USUAL.get(verb, "250 ok")

    def keep(self, raw: bytes, recipients: list[str]) -> None:
        found = re.search(rb"(?im)^message-id:\s*<([^>]*)>", raw)
        name = found[1].decode() if found else ""
        with self._lock:
            self.accepted += [Copy(name, recipient, raw) for recipient in recipients]


class _HungUp(Exception):
    pass


class _Dialogue:
    def __init__(self, server: ScriptedSmtp, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self.lines = connection.makefile("rb")
        self._recipients: list[str] = []

    def run(self) -> None:
        self._say(self._server.answer("CONNECT"))
        while line := self.lines.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            self._take(verb.upper(), rest)

    def _take(self, verb: str, rest: str) -> None:
        if verb == "DATA":
            return self._data()
        recipient = ""
        if verb == "MAIL":
            self._recipients = []
        if verb == "RCPT":
            recipient = rest.partition("<")[2].partition(">")[0]
        if verb == "RSET":
            self._recipients = []
        if verb == "AUTH" and len(rest.split()) < 2:
            return self._login()
        answer = self._server.answer(verb, recipient)
        if recipient and answer.startswith("2"):
            self._recipients.append(recipient)
        self._say(answer)
        if verb == "QUIT":
            raise _HungUp
        return None

    def _login(self) -> None:
        for question in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
            self._say(question)
            self.lines.readline()
        self._say(self._server.answer("AUTH"))

    def _data(self) -> None:
        ready = self._server.answer("DATA")
        self._say(ready)
        if not ready.startswith("354"):
            return
        raw = []
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                raise _HungUp
            raw.append(line[1:] if line.startswith(b"..") else line)
        # Taken before anything is said: what is lost between the two is what RFC 1047 is about.
        recipients, self._recipients = self._recipients, []
        planned = self._server.script["DOT"][:1]
        taken = not planned or planned[0].startswith("2") or planned[0] in (CLOSE, RESET)
        if taken:
            self._server.keep(b"".join(raw), recipients)
        self._say(self._server.answer("DOT"))

    def _say(self, answer: str) -> None:
        if answer in (CLOSE, RESET):
            if answer == RESET:
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _HungUp
        self._connection.sendall(answer.encode() + b"\r\n")


def _close(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    connection.close()
