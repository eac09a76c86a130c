"""Which parts a running helpdesk has, in the order in which they start, and when each of them is up."""

from __future__ import annotations

import http.client
import json
import sys

from app import queue, sandbox_mail, sandbox_setup
from app.settings import Settings
from workers import queue_server
from workers.part import Part

# One more than may work for the same mailbox (app.outgoing.turns.MOST_SENDERS), so that one slow mail server does not
# hold up the replies to all others.
WORKERS = 2
WEB, BEHIND, MAIL, QUEUE = range(4)
# Unbuffered, so that lines are shown when they are said.
PYTHON = (sys.executable, "-u", "-m")
PROGRAMS = {
    "poller": "mail_ingest.poller:main",
    "keeper": "workers.keeper:main",
    "worker": "workers.worker:main",
    "web": "workers.web:main",
}


def queue_part(settings: Settings) -> Part | None:
    """The embedded queue server; None when REDIS_URL names another one."""
    if settings.redis_url:
        return None
    queue.configure(settings.queue_url)
    socket = settings.queue_socket
    directory = settings.run_dir / "queue"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Part(
        "queue",
        queue_server.command(queue_server.program(), socket, directory),
        stage=QUEUE,
        quiet=True,
        before=lambda: queue_server.clear_socket(socket),
        ready=lambda _pid: queue.answers(),
    )


def mail_part(settings: Settings) -> Part:
    """The sandbox's own mail server. Once it is up, the sandbox's mailbox is told its ports."""
    directory = settings.sandbox_mail_dir
    command = [*PYTHON, "mail_ingest.sandbox", "--data", str(directory)]

    def ready(pid: int) -> bool:
        # The file of the last run stays until this one has written its own.
        ports = sandbox_mail.ports(directory)
        return ports is not None and ports.pid == pid and bool(sandbox_mail.password(directory))

    def up() -> None:
        ports, password = sandbox_mail.ports(directory), sandbox_mail.password(directory)
        if ports is not None and password is not None:
            sandbox_setup.ensure(settings, ports.imap, ports.smtp, password)

    return Part("mail", command, stage=MAIL, ready=ready, up=up)


def web_part(settings: Settings) -> Part:
    """gunicorn with threads. It ignores what proxies claim; the app itself trusts TRUSTED_PROXIES of them."""
    command = [
        *PYTHON, "gunicorn", "--worker-class", "gthread", "--workers", str(settings.web_workers),
        "--threads", str(settings.web_threads), "--bind", f"{bracketed(settings.host)}:{settings.port}",
        "--graceful-timeout", "8", "--timeout", "120", "--keep-alive", "5", "--log-level", "warning",
        "--forwarded-allow-ips", "", "--no-control-socket", "wsgi:app",
    ]  # fmt: skip
    return Part(
        "web",
        command,
        stage=WEB,
        ready=lambda _pid: web_answers(settings),
        stop_seconds=10,
        program=PROGRAMS["web"],
    )


def parts_behind() -> list[Part]:
    """The processes that nobody talks to."""
    names = {"poller": "poller", "keeper": "keeper"}
    names |= {f"worker-{number}": "worker" for number in range(1, WORKERS + 1)}
    return [
        Part(name, [*PYTHON, PROGRAMS[kind].partition(":")[0]], stage=BEHIND, program=PROGRAMS[kind])
        for name, kind in names.items()
    ]


def web_answers(settings: Settings) -> bool:
    """True when /healthz says so."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (compared, not bound)
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": settings.public_url.partition("://")[2]})
        reply = connection.getresponse()
        return reply.status == http.HTTPStatus.OK and json.loads(reply.read()).get("status") == "ok"
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def bracketed(host: str) -> str:
    """An IPv6 address as it stands before a port."""
    return f"[{host}]" if ":" in host else host
