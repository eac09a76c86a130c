"""Our own TCP proxy on loopback: it breaks a connection where and how a test says, while the two ends run.

Faults strike in one direction of the stream, at a place named by bytes that went by ("28 bytes after `BODY[] {`"), a
given number of times. Everything can be changed at any moment; what is not told to fail passes unchanged.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

DOWN, UP = "down", "up"  # server → client, client → server
_RESET = struct.pack("ii", 1, 0)
_CHUNK = 16384


@dataclass
class Fault:
    """What happens `plus` bytes after `after` was seen ('' is the beginning), `times` times in all.

    close: both ends see an orderly end; reset: a reset (RST); freeze: from here on nothing goes through, either way,
    and nobody is told; corrupt: the next byte is another one; say: `text` is put in, then as close; replace: `text`
    stands instead of the next `skip` bytes and all goes on.
    """

    action: str
    after: bytes = b""
    plus: int = 0
    text: bytes = b""
    skip: int = 0
    times: int = 1
    struck: int = 0


class Proxy:
    """Listens on a free loopback port and forwards to `target`: (host, port), or the path of a unix socket."""

    host = "127.0.0.1"

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self.target = target
        self.port = 0
        self.faults: dict[str, Fault | None] = {DOWN: None, UP: None}
        # Of every piece that goes by, in either direction; bytes a second, 0 is as fast as it comes.
        self.delay = 0.0
        self.rate = 0
        self.opened = 0
        self._listener: socket.socket | None = None
        self._links: list[_Link] = []
        self._lock = threading.Lock()

    def start(self) -> Proxy:
        """Listen; after `refuse` on the same port again."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(32)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def break_with(self, fault: Fault, direction: str = DOWN) -> Fault:
        """Arm a fault; it replaces the one before in this direction."""
        self.faults[direction] = fault
        return fault

    def heal(self) -> None:
        """From now on everything passes; a frozen connection stays dead."""
        self.faults = {DOWN: None, UP: None}
        self.delay, self.rate = 0.0, 0

    def refuse(self) -> None:
        """Nobody listens any more, and what was open is reset."""
        if self._listener is not None:
            # Closing alone would not wake the thread that waits in accept().
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.reset_open()

    @property
    def closed(self) -> bool:
        return self._listener is None

    def reset_open(self) -> None:
        for link in self._open():
            link.end(reset=True)

    def freeze_open(self) -> None:
        """What a router does that forgot the connection: both ends believe in it, nothing goes through."""
        for link in self._open():
            link.frozen = True

    def stop(self) -> None:
        self.refuse()

    def _open(self) -> list[_Link]:
        with self._lock:
            return [link for link in self._links if not link.ended]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            try:
                server = _connect(self.target)
            except OSError:
                _end(client, reset=True)
                continue
            with self._lock:
                self._links = [link for link in self._links if not link.ended]
                self._links.append(_Link(self, client, server))
                self.opened += 1


class _Link:
    """One connection through the proxy: a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.frozen = self.ended = False
        # The direction in which a fault is about to strike: nothing goes the other way any more.
        self.cut = ""
        for source, drain, direction in ((server, client, DOWN), (client, server, UP)):
            stream = _Stream(self, source, drain, direction)
            threading.Thread(target=stream.run, daemon=True).start()

    def end(self, *, reset: bool = False) -> None:
        self.ended = True
        _end(self.client, reset=reset)
        _end(self.server, reset=reset)


class _Stream:
    """One direction of one connection."""

    def __init__(self, link: _Link, source: socket.socket, drain: socket.socket, direction: str) -> None:
        self._link, self._source, self._drain, self._direction = link, source, drain, direction
        self._seen = 0  # bytes that went by
        self._tail = b""
        self._fault: Fault | None = None
        self._strikes_at: int | None = None
        self._skip = 0

    def run(self) -> None:
        try:
            while not self._link.ended:
                chunk = self._source.recv(_CHUNK)
                if not chunk:
                    break
                self._take(chunk)
        except OSError:
            pass
        if not self._link.frozen:
            self._link.end()

    def _take(self, chunk: bytes) -> None:
        while (
            chunk
            and not self._link.frozen
            and not self._link.ended
            and self._link.cut in ("", self._direction)
        ):
            if self._skip:
                cut = min(self._skip, len(chunk))
                self._skip, self._seen, chunk = self._skip - cut, self._seen + cut, chunk[cut:]
                continue
            chunk = self._until_fault(chunk)

    def _until_fault(self, chunk: bytes) -> bytes:
        """Pass what comes before the fault, let it strike, and return what is left."""
        fault = self._link.proxy.faults[self._direction]
        place = self._place(fault, chunk)
        if fault is None or place is None or place > len(chunk):
            self._pass(chunk)
            return b""
        if fault.action not in ("corrupt", "replace"):
            # What was let through may be answered at once: the answer must not slip by before the line is cut.
            self._link.cut = self._direction
        self._pass(chunk[:place])
        rest = chunk[place:]
        fault.struck += 1
        self._strikes_at = None
        return self._strike(fault, rest)

    def _place(self, fault: Fault | None, chunk: bytes) -> int | None:
        """Where in this piece the fault strikes; beyond its end when later, None when nobody knows yet."""
        if fault is not self._fault:
            self._fault, self._strikes_at = fault, None
        if fault is None or fault.struck >= fault.times:
            return None
        if self._strikes_at is None:
            window = self._tail + chunk
            found = window.find(fault.after) if fault.after else len(self._tail)
            if found < 0:
                return None
            end = found + len(fault.after)
            self._strikes_at = self._seen - len(self._tail) + end + fault.plus
        return max(0, self._strikes_at - self._seen)

    def _pass(self, piece: bytes) -> None:
        proxy = self._link.proxy
        if not piece:
            return
        if proxy.delay:
            time.sleep(proxy.delay)
        step = max(1, proxy.rate // 10) if proxy.rate else len(piece)
        for start in range(0, len(piece), step):
            self._drain.sendall(piece[start : start + step])
            if proxy.rate:
                time.sleep(0.1)
        self._seen += len(piece)
        self._tail = (self._tail + piece)[-64:]

    def _strike(self, fault: Fault, rest: bytes) -> bytes:
        self._tail = b""
        if fault.action == "corrupt" and rest:
            self._pass(bytes([rest[0] ^ 0x11]))
            return rest[1:]
        if fault.action == "replace":
            self._drain.sendall(fault.text)
            self._skip = fault.skip
            return rest
        if fault.action == "freeze":
            self._link.frozen = True
            return b""
        if fault.action == "say":
            self._drain.sendall(fault.text)
        self._link.end(reset=fault.action == "reset")
        return b""


def _connect(target: tuple[str, int] | Path) -> socket.socket:
    if isinstance(target, Path):
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(target))
        return server
    return socket.create_connection(target, timeout=None)


def _end(end: socket.socket, *, reset: bool) -> None:
    try:
        if reset and end.family != socket.AF_UNIX:
            # Wakes the thread that reads here and says nothing to the other end: the close then sends the RST.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RD)
        else:
            end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
