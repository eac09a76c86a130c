"""In which language and time zone this request is answered."""

from __future__ import annotations

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel

from app.settings import Settings

LANGUAGES = ("en", "ru")


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=chosen_language, timezone_selector=chosen_timezone)


def chosen_language() -> str:
    """The agent's own language, else the best one the browser asks for, else the installation's."""
    settings: Settings = current_app.config["SETTINGS"]
    if not has_request_context():
        return settings.language
    agent = g.get("agent")
    if agent is not None and agent.language in LANGUAGES:
        return str(agent.language)
    return request.accept_languages.best_match(LANGUAGES) or settings.language


def chosen_timezone() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    agent = g.get("agent") if has_request_context() else None
    return str(agent.timezone) if agent is not None and agent.timezone else settings.timezone
