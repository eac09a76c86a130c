"""The sandbox mail server: real IMAP and SMTP on loopback, so that the whole product works before any
real mailbox is connected.

Place in the flow: it stands where a customer's provider and ours would stand. `support@sandbox.example` is
the mailbox we poll; every other address is a customer whose inbox takes our replies.

    python -m mail_ingest.sandbox --data DIR [--imap-port N] [--smtp-port M] [--host 127.0.0.1]
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import hashlib
import ipaddress
import json
import os
import signal
import smtplib
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from app import sandbox_mail
from app.sandbox_mail import SUPPORT_ADDRESS, Ports
from mail_ingest.sandbox_imap import Accounts, start_imap
from mail_ingest.sandbox_letters import SeedLetter, letters
from mail_ingest.sandbox_smtp import Postman, start_smtp
from mail_ingest.sandbox_store import make_password, write_file, write_ports

_START_LIMIT = 30.0  # seconds; a start takes about one


class SandboxRefused(Exception):
    """The server cannot start; the text is for the person who started it."""


class SandboxServer:
    """The server in this process, on a thread of its own: `start`, use the ports, `stop`.

    `seed=True` puts the sample letters in at the directory's very first start. Port 0 takes the port of
    the last run if that is free, else any.
    """

    def __init__(
        self,
        directory: Path,
        *,
        host: str = "127.0.0.1",
        imap_port: int = 0,
        smtp_port: int = 0,
        seed: bool = False,
    ) -> None:
        if not _is_loopback(host):
            raise SandboxRefused(
                f"The sandbox listens on this machine only (127.0.0.1 or ::1), not on {host}."
            )
        self.directory = Path(directory)
        self.host = host
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self.password = ""
        self._seed = seed
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: SandboxRefused | OSError | None = None
        self._ready = False

    def start(self) -> SandboxServer:
        """Return when both ports answer and the sample letters are in; SandboxRefused or OSError when not."""
        self._thread = threading.Thread(target=self._run_thread, name="sandbox-mail", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_LIMIT):
            raise SandboxRefused(f"The sandbox mail server was not ready after {_START_LIMIT:.0f} seconds.")
        if self._failure:
            raise self._failure
        if not self._ready:
            raise SandboxRefused("The sandbox mail server ended while it started.")
        return self

    def stop(self) -> None:
        """End every connection and return when the ports are free. Safe to call twice."""
        if self._thread and self._loop and self._stopping:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def serve(self, ready: Callable[[], None], stopping: asyncio.Event) -> None:
        """Serve in the running loop until `stopping` is set."""
        self.password = make_password(self.directory)
        with (self.directory / "lock").open("w") as lock:
            _hold(lock.fileno(), self.directory)
            async with AsyncExitStack() as stack:
                await self._listen(stack)
                ready()
                await stopping.wait()

    async def _listen(self, stack: AsyncExitStack) -> None:
        sample = _sample_letters(self.directory) if self._seed else []
        accounts = Accounts(self.directory)
        known = accounts.of(SUPPORT_ADDRESS).inbox.folder
        arrival_of = {letter.digest: letter.arrives_at for letter in sample}
        postman = Postman(accounts, self.password, arrival_of)
        last = sandbox_mail.ports(self.directory)

        async def imap(port: int) -> asyncio.Server:
            return await start_imap(accounts, self.password, self.host, port)

        async def smtp(port: int) -> asyncio.Server:
            return await start_smtp(postman, self.host, port)

        self.imap_port = await _open(stack, imap, self.imap_port, last.imap if last else 0)
        self.smtp_port = await _open(stack, smtp, self.smtp_port, last.smtp if last else 0)
        if sample:
            here = {hashlib.sha256(known.read(uid)).digest() for uid in known.letters}
            missing = [letter for letter in sample if letter.digest not in here]
            await asyncio.to_thread(_send, missing, self.host, self.smtp_port)
            _remember_seeded(self.directory)
            # From here on even a byte-for-byte copy of a sample letter arrives when it arrives.
            arrival_of.clear()
        write_ports(self.directory, Ports(self.host, self.imap_port, self.smtp_port, os.getpid()))

    def _run_thread(self) -> None:
        try:
            asyncio.run(self._serve_thread())
        except (SandboxRefused, OSError) as error:
            self._failure = error
        finally:
            self._started.set()

    async def _serve_thread(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await self.serve(self._note_ready, self._stopping)

    def _note_ready(self) -> None:
        self._ready = True
        self._started.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM. Exit code 0, or 1 with one sentence on stderr when it could not start."""
    options = _options(arguments)
    # aiosmtpd warns of a property that it reads itself.
    warnings.filterwarnings("ignore", message="Session.login_data")
    try:
        server = SandboxServer(
            options.data,
            host=options.host,
            imap_port=options.imap_port,
            smtp_port=options.smtp_port,
            seed=True,
        )
        asyncio.run(_serve_until_signal(server))
    except (SandboxRefused, OSError) as error:
        print(f"sandbox mail: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve_until_signal(server: SandboxServer) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)

    def ready() -> None:
        where = f"IMAP {server.host}:{server.imap_port}, SMTP {server.host}:{server.smtp_port}"
        print(f"sandbox mail: ready for {SUPPORT_ADDRESS} ({where})", flush=True)

    await server.serve(ready, stopping)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mail_ingest.sandbox", description="The sandbox mail server."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="directory of its mail, password and ports.json"
    )
    parser.add_argument(
        "--imap-port", type=int, default=0, help="0: the port of the last run, else any free one"
    )
    parser.add_argument(
        "--smtp-port", type=int, default=0, help="0: the port of the last run, else any free one"
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    return parser.parse_args(arguments)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hold(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SandboxRefused(f"Another sandbox mail server already uses {directory}.") from error


async def _open(
    stack: AsyncExitStack, listen: Callable[[int], Awaitable[asyncio.Server]], wanted: int, last: int
) -> int:
    try:
        server = await listen(wanted or last)
    except OSError:
        if wanted:
            raise
        server = await listen(0)
    # Not `async with`: from Python 3.12 on that waits until every client has left by itself. The end of the
    # loop cancels the connections, and IMAP clients hear "BYE".
    stack.callback(server.close)
    return int(server.sockets[0].getsockname()[1])


def _sample_letters(directory: Path) -> list[SeedLetter]:
    """The sample letters while they are still to be put in; their dates count from the first attempt."""
    try:
        state = json.loads((directory / "seed.json").read_text("ascii"))
    except FileNotFoundError:
        state = {"now": datetime.now(UTC).isoformat(), "done": False}
        write_file(directory / "seed.json", json.dumps(state))
    return [] if state["done"] else letters(datetime.fromisoformat(state["now"]))


def _remember_seeded(directory: Path) -> None:
    state = json.loads((directory / "seed.json").read_text("ascii"))
    write_file(directory / "seed.json", json.dumps(state | {"done": True}))


def _send(sample: Sequence[SeedLetter], host: str, port: int) -> None:
    with smtplib.SMTP(host, port, local_hostname="localhost", timeout=_START_LIMIT) as smtp:
        for letter in sample:
            smtp.sendmail(letter.envelope_from, [SUPPORT_ADDRESS], letter.raw, mail_options=["BODY=8BITMIME"])


if __name__ == "__main__":
    sys.exit(main())
