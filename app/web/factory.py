"""Putting the web together: settings, database, queue, security, pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import db, queue, security
from app.blobs import BlobStore
from app.settings import Settings
from app.web import auth, begun_again, blueprints, errors, headers, locale, pages

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FORM_OVERHEAD = 1024 * 1024

csrf = CSRFProtect()


def make_app(settings: Settings) -> Flask:
    """See app.create_app."""
    app = Flask("app", template_folder=str(TEMPLATES))
    _configure(app, settings)
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    app.extensions["blobs"] = BlobStore(settings.blob_dir)
    headers.init_app(app)
    csrf.init_app(app)
    locale.init_app(app)
    auth.init_app(app)
    pages.init_app(app)
    errors.init_app(app)
    blueprints.register(app)
    begun_again.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=security.derive_key(settings.secret_key, "web session"),
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Pages send no Referer at all; app.web.headers checks Origin and Sec-Fetch-Site instead.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.upload_bytes + FORM_OVERHEAD,
        MAX_FORM_MEMORY_SIZE=headers.LONGEST_FORM,
        TRUSTED_HOSTS=headers.known_hosts(settings),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
