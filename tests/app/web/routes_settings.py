"""Rows of the table of every route: mailboxes, the sandbox, rules, macros, hours and service levels."""

from __future__ import annotations

from tests.app.web.route_rows import Route

_MAILBOX = {
    "name": "Help", "language": "en", "active": "on", "after_fetch": "nothing", "send_per_minute": "0",
}  # fmt: skip
_SERVERS = {
    "auth": "password", "imap_host": "93.184.216.34", "imap_port": "993", "imap_security": "tls", "imap_user": "u",
    "imap_password": "p", "smtp_host": "93.184.216.34", "smtp_port": "465", "smtp_security": "tls", "smtp_user": "u",
    "smtp_password": "p",
}  # fmt: skip
_SERVERS_FOUND = {
    "imap_host": "93.184.216.34", "imap_port": "993", "imap_security": "tls", "smtp_host": "93.184.216.34",
    "smtp_port": "465", "smtp_security": "tls", "user": "u", "password": "p",
}  # fmt: skip
_RULE = {
    "name": "VIP", "trigger": "letter", "c": "0", "c0.field": "subject", "c0.op": "word", "c0.value": "urgent",
    "a": "0", "a0.do": "add_tags", "a0.value": "vip", "do": "save",
}  # fmt: skip
_MACRO = {
    "name": "Thanks",
    "scope": "private",
    "a": "0",
    "a0.do": "text",
    "a0.text": "Thank you",
    "do": "save",
}
_HOURS = {"name": "Berlin", "timezone": "Europe/Berlin", "day0": "9:00-18:00"}

SETTINGS: dict[tuple[str, str], Route] = {
    ("GET", "mailboxes.index"): Route(),
    ("GET", "mailbox_settings.show"): Route(),
    ("POST", "mailbox_settings.edit"): Route("admin", form=_MAILBOX, answer=302),
    ("POST", "mailbox_settings.servers"): Route("admin", form=_SERVERS, answer=302),
    ("POST", "mailbox_settings.add_folder"): Route("admin", form={"folder": "Returns"}, answer=302),
    ("POST", "mailbox_settings.remove_folder"): Route("admin", answer=302),
    ("POST", "mailbox_settings.want_check"): Route("admin", answer=302),
    ("POST", "mailbox_settings.resume_automatic"): Route("admin", answer=302, writes=False),
    ("GET", "mailbox_settings.check"): Route("admin"),
    ("GET", "mailbox_connect.new"): Route("admin only"),
    ("GET", "assistant.new"): Route("admin only"),
    ("POST", "assistant.begin"): Route(
        "admin only", form={"address": "shop@help.example", "password": "p", "language": "en"}, answer=302
    ),
    ("GET", "assistant.show"): Route("admin only"),
    ("GET", "assistant.state"): Route("admin only"),
    ("POST", "assistant.servers"): Route("admin only", form=_SERVERS_FOUND, answer=302),
    ("POST", "assistant.choose"): Route("admin only", form={"first_import": "month"}, answer=302),
    ("POST", "assistant.forget"): Route("admin only", answer=302),
    ("POST", "mailbox_connect.create"): Route(
        "admin only", form={
            "address": "new@93.184.216.34", "auth": "password", "password": "x", "language": "en", "first_import": "new",
        }, answer=422, writes=False,
    ),
    ("POST", "mailbox_connect.connect"): Route("admin only", ids={"mailbox_id": "oauth_mailbox"}),
    ("GET", "mailbox_connect.callback"): Route("admin only", query="state=x&code=y", answer=422),
    ("GET", "parked.index"): Route(),
    ("GET", "parked.source"): Route(),
    ("GET", "parked.show"): Route(),
    ("POST", "parked.act"): Route(form={"one": "=raw_mail_id", "act": "leave_out", "why": "a test"}, answer=302),
    ("POST", "parked.replay"): Route(form={"id": "=raw_mail_id"}, answer=302),
    ("GET", "sandbox.write"): Route(sandbox=True),
    ("POST", "sandbox.send"): Route(
        sandbox=True, form={"sender": "anna@mail.example", "subject": "Hi", "text": "Hello"}, answer=303
    ),
    ("GET", "rules.index"): Route("admin"),
    ("GET", "rules.new"): Route("admin"),
    ("POST", "rules.make"): Route("admin", form=_RULE, answer=303),
    ("GET", "rules.show"): Route("admin"),
    ("POST", "rules.edit"): Route("admin", form=_RULE, answer=303),
    ("POST", "rules.set_active"): Route("admin", form={"active": "yes"}, answer=303),
    ("POST", "rules.move"): Route("admin", form={"to": "down"}, answer=303),
    ("POST", "rules.remove"): Route("admin", answer=303),
    ("GET", "rules.log"): Route("admin"),
    ("GET", "macros.index"): Route(),
    ("GET", "macros.new"): Route(),
    ("POST", "macros.make"): Route(form=_MACRO, answer=303),
    ("GET", "macros.show"): Route(own=True),
    ("POST", "macros.edit"): Route(form=_MACRO, answer=303, own=True),
    ("POST", "macros.remove"): Route(answer=303, own=True),
    ("GET", "macros.choose"): Route(query="ticket=1"),
    ("GET", "macros.preview"): Route(query="ticket=1", own=True),
    ("POST", "macros.apply"): Route(form={"ticket": "=ticket_id"}, answer=303, own=True),
    ("GET", "macros.used"): Route(own=True),
    ("POST", "macros.undo"): Route(answer=303, own=True),
    ("GET", "hours.index"): Route("admin"),
    ("GET", "hours.new"): Route("admin"),
    ("POST", "hours.make"): Route("admin", form={**_HOURS, "name": "Another"}, answer=303),
    ("GET", "hours.show"): Route("admin"),
    ("POST", "hours.edit"): Route("admin", form=_HOURS, answer=303),
    ("POST", "hours.remove"): Route("admin", ids={"calendar_id": "second_calendar"}, answer=303),
    ("POST", "hours.add_holidays"): Route("admin", form={"first": "2026-12-31", "last": "2027-01-02", "holiday": "New Year"}, answer=303),
    ("POST", "hours.add_public_holidays"): Route("admin", form={"country": "RU", "year": "2027"}, answer=303),
    ("GET", "service_levels.index"): Route("auditor"),
    ("GET", "service_levels.new"): Route("admin"),
    ("POST", "service_levels.make"): Route("admin", form={"name": "All", "match": "all", "normal.first": "4 h", "warn": "30", "do": "save"}, answer=303),
    ("GET", "service_levels.show"): Route("admin"),
    ("POST", "service_levels.edit"): Route("admin", form={"name": "Some", "match": "all", "normal.first": "2 h", "warn": "30", "do": "save"}, answer=303),
    ("POST", "service_levels.set_active"): Route("admin", form={"active": "no"}, answer=303),
    ("POST", "service_levels.move"): Route("admin", ids={"level_id": "second_level"}, form={"to": "up"}, answer=303),
    ("POST", "service_levels.remove"): Route("admin", answer=303),
    ("POST", "hours.add_working_days"): Route("admin", form={"worked": "2027-02-20"}, answer=303),
    ("POST", "hours.remove_holidays"): Route("admin", form={"first": "2026-12-25"}, answer=303),
    ("GET", "receipts.index"): Route("admin"),
    ("GET", "receipts.show"): Route("admin"),
    ("POST", "receipts.edit"): Route("admin", form={"on": "on", "text_en": "Got it"}, answer=303),
    ("GET", "sandbox.sent"): Route(sandbox=True),
    ("GET", "sandbox.state"): Route(sandbox=True),
    ("GET", "sandbox.mailbox"): Route(sandbox=True),
    ("GET", "sandbox.letter"): Route(sandbox=True, query="address=anna@mail.example&uid=1"),
    ("GET", "sandbox.count"): Route(sandbox=True, query="address=anna@mail.example"),
}  # fmt: skip
