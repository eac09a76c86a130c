"""Rows of the table of every route: the door, one's own profile, agents and teams, notices, the desk's looks."""

from __future__ import annotations

from tests.app.web.route_rows import PASSWORD, Route

ACCOUNTS: dict[tuple[str, str], Route] = {
    ("GET", "static"): Route("public"),
    ("GET", "health.healthz"): Route("public"),
    ("GET", "pages.home"): Route("public", answer=302),  # to the inbox, which asks who it is
    ("GET", "signin.show"): Route("public"),
    ("POST", "signin.sign_in"): Route("public", form={"email": "a@b.example", "password": "x"}, answer=401, writes=False),
    ("GET", "signin.code"): Route("public", answer=302),  # to the first step
    ("POST", "signin.second_step"): Route("public", form={"code": "000000"}, answer=302, writes=False),
    ("POST", "signin.sign_out"): Route("public", answer=302),
    ("POST", "signin.demo"): Route("public", answer=404, writes=False),
    ("GET", "signin.welcome"): Route("public"),
    ("POST", "signin.set_password"): Route("public", form={"password": PASSWORD, "again": PASSWORD}, answer=302),
    ("GET", "public_ratings.show"): Route("public"),
    ("GET", "public_ratings.trap"): Route("public"),
    ("GET", "public_ratings.thanks"): Route("public"),
    ("POST", "public_ratings.give"): Route("public", form={"face": "good", "comment": "Better now"}, answer=303),
    ("GET", "profile.show"): Route(),
    ("POST", "profile.edit"): Route(
        "anyone", form={"name": "Nora", "language": "en", "timezone": "UTC", "theme": "dark", "signature": "N"}, answer=302
    ),
    ("POST", "profile.away"): Route("anyone", form={"away": "on"}, answer=302),
    ("POST", "profile.password"): Route(
        "anyone", form={"current": PASSWORD, "password": "another quiet morning", "again": "another quiet morning"}, answer=302
    ),
    ("POST", "profile.end_session"): Route("anyone", answer=302),
    ("POST", "profile.end_others"): Route("anyone", answer=302),
    ("GET", "second_step.show"): Route(),
    ("POST", "second_step.begin"): Route("anyone", answer=302),
    ("POST", "second_step.confirm"): Route("anyone", form={"code": "000000"}, answer=422, writes=False),
    ("POST", "second_step.new_codes"): Route("anyone", form={"code": "000000"}, answer=422, writes=False),
    ("POST", "second_step.codes_file"): Route("anyone", form={"codes": "aaaa-aaaa-aaaa-aaaa"}, answer=404, writes=False),
    ("POST", "second_step.switch_off"): Route("anyone", form={"code": "000000"}, answer=422, writes=False),
    ("GET", "administration.index"): Route(),
    ("GET", "administration.log"): Route("auditor"),
    ("GET", "administration.health"): Route("auditor"),
    ("GET", "branding.show"): Route("admin"),
    ("POST", "branding.change"): Route("admin", form={"company": "Orbit", "colour": "#3f4bc4", "footer": "Orbit"}, answer=302),
    ("GET", "branding.logo"): Route("public"),
    # What the generated request sends is no picture, and is refused; what is one: test_signature_pictures.py.
    ("POST", "branding.keep_picture"): Route("anyone", form={"file": "a.png"}, answer=422, writes=False),
    ("GET", "agents.index"): Route("auditor"),
    ("GET", "agents.show"): Route("auditor"),
    ("POST", "agents.mailboxes"): Route("admin", form={"every": "no", "mailboxes": "=second_mailbox"}, answer=302),
    ("POST", "agents.in_teams"): Route("admin", answer=302),
    ("POST", "agents.team_mailboxes"): Route("admin", form={"mailboxes": "=mailbox_id"}, answer=302),
    ("POST", "agents.sign_out"): Route("admin", answer=302),
    ("POST", "agents.invite"): Route(
        "admin", form={"email": "new@help.example", "name": "New", "role": "agent", "language": "en"}
    ),
    ("POST", "agents.new_link"): Route("admin"),
    ("POST", "agents.role"): Route("admin", form={"role": "admin"}, answer=302),
    ("POST", "agents.reset_second_step"): Route("admin", answer=302),
    ("POST", "agents.require_second_step"): Route("admin", form={"required": "on"}, answer=302),
    ("POST", "agents.deactivate"): Route("admin", form={"to": "=me"}, answer=302),
    ("POST", "agents.activate"): Route("admin"),
    ("GET", "teams.index"): Route("lead"),
    ("POST", "teams.create"): Route("lead", form={"name": "Second line", "way": "turn", "agent": "=me"}, answer=302),
    ("POST", "teams.edit"): Route("lead", form={"name": "Another name", "way": "load"}, answer=302),
    ("POST", "teams.set_active"): Route("lead", answer=302),
    ("POST", "teams.mailbox"): Route("lead", form={"team": "=team_id", "way": "hand", "own_agent": "on"}, answer=302),
    ("GET", "notices.index"): Route(),
    ("GET", "notices.settings"): Route(),
    ("POST", "notices.choose"): Route("anyone", form={"mail_mention": "now", "hour": "8"}, answer=302),
    ("POST", "notices.read_one"): Route("anyone", unknown=303, answer=303),
    ("POST", "notices.read_all"): Route("anyone", answer=303),
}  # fmt: skip
