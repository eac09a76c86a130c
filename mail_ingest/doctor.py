"""flask doctor: look at every part of the installation and say what is wrong, each in one sentence."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import sqlalchemy as sa

from app import db, installation, queue
from app.errors import TemporaryFailure
from app.knowledge.models import Article, ArticleVariant
from app.mailboxes import queries
from app.mailboxes.models import Auth, Mailbox, OAuthGrant
from app.mailboxes.oauth_providers import PROVIDERS
from app.settings import Settings
from kb_search.embed import standing
from kb_search.index import IndexTrouble, open_current
from mail_ingest.connection_check import missing_folders, try_servers
from mail_ingest.dns_records import Records
from mail_ingest.sender_policy import is_reserved, judge

DISK_FLOOR = 1024**3
SOON = timedelta(days=7)
Level = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """`level` bad makes the command fail; warn is worth knowing."""

    level: Level
    what: str
    text: str


def examine(settings: Settings) -> list[Finding]:
    """All checks in order; a check that breaks is itself a finding."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _settings,
        _data_directory,
        _database,
        _redis,
        _mailboxes,
        _permissions,
        _sending_domains,
        _index,
        _sentence_model,
    )
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check(settings))
        except Exception as error:  # noqa: BLE001  # the doctor reports a broken part, whatever breaks in it
            findings.append(Finding("bad", check.__name__.strip("_"), f"{type(error).__name__}: {error}"))
    return findings


def _settings(settings: Settings) -> Iterator[Finding]:
    mode = "sandbox" if settings.is_sandbox else "real mailboxes"
    yield Finding("ok", "settings", f"readable; mode: {mode}; address: {settings.public_url}")


def _data_directory(settings: Settings) -> Iterator[Finding]:
    mode = stat.S_IMODE(settings.home.stat().st_mode)
    if mode & 0o077:
        yield Finding("bad", "data directory", f"{settings.home} can be read by other users: chmod 700 it.")
    free = shutil.disk_usage(settings.home).free
    level: Level = "ok" if free >= DISK_FLOOR else "bad"
    yield Finding(level, "data directory", f"{settings.home}, {free / 1024**3:.1f} GB free")


def _database(settings: Settings) -> Iterator[Finding]:
    name = sa.make_url(settings.database).get_backend_name()
    current = installation.is_current(settings.database)
    yield Finding(
        "ok" if current else "bad",
        "database",
        f"{name}, schema {'up to date' if current else 'needs migration'}",
    )
    if name == "sqlite":
        with db.reading() as session:
            answer = session.scalar(sa.text("PRAGMA quick_check(1)"))
        yield Finding("ok" if answer == "ok" else "bad", "database", f"quick check: {answer}")


def _redis(settings: Settings) -> Iterator[Finding]:
    queue.configure(settings.queue_url)
    if queue.answers():
        yield Finding("ok", "Redis", "answers")
    elif settings.redis_url:
        yield Finding(
            "bad", "Redis", "REDIS_URL is set, but nothing answers there. Work is delayed, none is lost."
        )
    else:
        yield Finding("warn", "Redis", "the embedded queue is not running (make run starts it)")


def _mailboxes(settings: Settings) -> Iterator[Finding]:
    silence = timedelta(minutes=settings.silence_alarm_minutes)
    with db.reading() as session:
        balances = queries.balances(session, now=db.now(), silence=silence)
    connected = [balance for balance in balances if balance.mailbox.imap_host]
    if not connected:
        yield Finding("warn", "mailboxes", "none is connected (flask add-mailbox ADDRESS)")
    for balance in connected:
        yield from _servers(balance.mailbox, settings)
        counts = ", ".join(f"{number} {state}" for state, number in sorted(balance.counts.items()))
        yield Finding(
            "ok" if balance.balanced and not balance.alarm else "bad",
            balance.mailbox.address,
            f"{balance.listed} mails seen = {counts or 'none'}"
            + (
                f"; {balance.mailbox.last_error or 'no successful look for too long'}"
                if balance.alarm
                else ""
            ),
        )


def _servers(mailbox: Mailbox, settings: Settings) -> Iterator[Finding]:
    with db.reading() as session:
        mailbox = queries.mailbox_with_folders(session, mailbox.id)
    for tried in try_servers(mailbox, settings):
        if tried.ok:
            yield Finding("ok", mailbox.address, f"{tried.what} login works")
        elif mailbox.sandbox:
            yield Finding(
                "warn", mailbox.address, f"{tried.what}: the sandbox is not running (make run starts it)"
            )
        else:
            yield Finding("bad", mailbox.address, f"{tried.what}: {tried.text}")
        watched = [
            folder.name for folder in mailbox.folders if folder.watched and not folder.name.startswith("(")
        ]
        for name in missing_folders(watched, tried.folders) if tried.what == "IMAP" and tried.ok else ():
            yield Finding(
                "bad", mailbox.address, f"the server has no folder {name!r}, which is to be watched"
            )


def _permissions(settings: Settings) -> Iterator[Finding]:
    """Mailboxes that sign in by a provider's permission: how long it lasts, and whether it is still given."""
    query = sa.select(Mailbox, OAuthGrant).outerjoin(OAuthGrant, OAuthGrant.mailbox_id == Mailbox.id)
    with db.reading() as session:
        rows = session.execute(query.where(Mailbox.auth != Auth.PASSWORD).order_by(Mailbox.id)).all()
    for mailbox, grant in rows:
        yield _permission(mailbox, grant)


def _permission(mailbox: Mailbox, grant: OAuthGrant | None) -> Finding:
    what = f"{mailbox.address}, permission of {PROVIDERS[mailbox.auth].name}"
    if grant is None or not grant.refresh_token:
        return Finding("bad", what, f"not given yet: flask connect-mailbox {mailbox.address}")
    if grant.failing_since is not None:
        return Finding("bad", what, f"{grant.last_error} (since {grant.failing_since:%Y-%m-%d %H:%M} UTC)")
    if grant.refresh_until is not None and grant.refresh_until - db.now() < SOON:
        return Finding(
            "warn", what, f"ends on {grant.refresh_until:%Y-%m-%d}: connect the mailbox again before"
        )
    return Finding(
        "ok", what, "renewed " + (f"{grant.refreshed_at:%Y-%m-%d %H:%M} UTC" if grant.refreshed_at else "")
    )


def _sending_domains(settings: Settings) -> Iterator[Finding]:
    with db.reading() as session:
        query = sa.select(Mailbox.address).where(Mailbox.smtp_host != "", Mailbox.sandbox.is_(False))
        domains = sorted({address.rpartition("@")[2].lower() for address in session.scalars(query)})
    records = Records()
    for domain in domains:
        if is_reserved(domain):
            continue
        try:
            for judged in judge(domain, records.texts):
                yield Finding(judged.level, domain, judged.text)
        except TemporaryFailure as trouble:
            yield Finding("warn", domain, f"SPF, DKIM and DMARC could not be looked up: {trouble}")


def _index(settings: Settings) -> Iterator[Finding]:
    with db.reading() as session:
        live = sa.select(Article.id).where(Article.archived.is_(False))
        others = sa.select(ArticleVariant.article_id).where(ArticleVariant.article_id.in_(live))
        counts = (sa.select(sa.func.count()).select_from(one.subquery()) for one in (live, others))
        articles = sum(session.scalar(count) or 0 for count in counts)
    if articles == 0:
        yield Finding("ok", "search index", "no articles yet")
        return
    try:
        documents = open_current(settings.search_dir / "index").doc_count()
    except IndexTrouble as trouble:
        yield Finding("bad", "search index", f"{trouble}: run flask rebuild-search")
        return
    if documents == articles:
        yield Finding("ok", "search index", f"{documents} articles")
    else:
        yield Finding("bad", "search index", f"{documents} of {articles} articles: run flask rebuild-search")


def _sentence_model(settings: Settings) -> Iterator[Finding]:
    found = standing()
    if found.trouble:
        yield Finding("bad", "sentence model", f"{found.trouble} Suggestions come from words alone.")
    elif found.installed:
        yield Finding("ok", "sentence model", f"{found.name}: suggestions use it")
    else:
        yield Finding(
            "ok", "sentence model", "not installed: suggestions come from words alone (make semantic)"
        )
