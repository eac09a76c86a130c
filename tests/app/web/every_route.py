"""The table of every route: who may use it, and a form that works. A route that is not in it fails the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.support.whole_desk import WholeDesk

PASSWORD = "a quiet morning"


@dataclass(frozen=True)
class Route:
    """One way to ask: an endpoint by GET or by POST.

    who      the least that may use it: "public" (nobody signed in), "anyone" (signed in, auditors too), "light" (who
             writes notes), "agent" (who answers), "lead", "admin", "admin only"; or "auditor" (admins and auditors).
             What only reads (GET) is for everybody who is signed in when its word is "agent" or below, and also for
             auditors when it is "lead" or "admin".
    ids      the desk's row for an id of the address, where it is not the row of the same name
    form     what a page of ours sends; a value that begins with "=" is the id of that row
    query    of the address
    answer   the status a person with the right to ask gets
    writes   False for a POST that changes no row of the database
    """

    who: str = "agent"
    ids: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    query: str = ""
    answer: int = 200
    writes: bool = True
    sandbox: bool = False
    # What a light agent sends instead, where the form has parts that are not theirs.
    light: dict[str, str] = field(default_factory=dict)
    # What is said of a number that nobody has, where that is not simply "not found".
    unknown: int = 404
    # Its row belongs to the agent of the tests alone: for everybody else it is not there.
    own: bool = False
    # A page for everybody that says nothing of any mailbox, ticket or parked mail, although its address has an id.
    granted: bool = True


# role → the words of `who` that let it change something; auditors change nothing but what is their own.
MAY_CHANGE = {
    "auditor": {"anyone"},
    "light": {"anyone", "light"},
    "agent": {"anyone", "light", "agent"},
    "lead": {"anyone", "light", "agent", "lead"},
    "admin": {"anyone", "light", "agent", "lead", "admin", "admin only"},
}
MAY_READ = {
    "auditor": {"anyone", "light", "agent", "lead", "admin", "auditor"},
    "light": {"anyone", "light", "agent"},
    "agent": {"anyone", "light", "agent"},
    "lead": {"anyone", "light", "agent", "lead"},
    "admin": MAY_CHANGE["admin"] | {"auditor"},
}


def may(role: str, method: str, route: Route) -> bool:
    """Whether somebody signed in with this role gets further than the door."""
    words = MAY_READ if method == "GET" else MAY_CHANGE
    return route.who == "public" or route.who in words[role]


_WRITTEN = {"body": "Hello", "to": "olga@buyer.example", "nonce": "n" * 20}
_LATER = {"ticket_id": "later_ticket", "draft_id": "later_draft"}
_BEGUN = {"kind": "new", "draft_id": "=begun_draft"}
_DRAFT = {"title": "A title", "answer": "An answer", "language": "en", "tags": ""}
_ASKING = {
    "moment": "closing", "every_days": "7", "style": "line", "anonymous": "no", "question_en": "How was it?",
    "question_ru": "", "mailbox": "",
}  # fmt: skip
_ARTICLE = {
    "title": "A title",
    "answer": "An answer",
    "language": "en",
    "tags": "",
    "version": "3",
    "action": "save",
}
_GIVEN = {"answer": 302}
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

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "static"): Route("public"),
    ("GET", "health.healthz"): Route("public"),
    ("GET", "pages.home"): Route("public", answer=302),  # to the inbox, which asks who it is
    ("GET", "signin.show"): Route("public"),
    ("POST", "signin.sign_in"): Route("public", form={"email": "a@b.example", "password": "x"}, answer=401, writes=False),
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
    ("GET", "administration.index"): Route(),
    ("GET", "administration.log"): Route("auditor"),
    ("GET", "administration.health"): Route("auditor"),
    ("GET", "branding.show"): Route("admin"),
    ("POST", "branding.change"): Route("admin", form={"company": "Orbit", "colour": "#3f4bc4", "footer": "Orbit"}, answer=302),
    ("GET", "branding.logo"): Route("public"),
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
    ("POST", "agents.deactivate"): Route("admin", form={"to": "=me"}, answer=302),
    ("POST", "agents.activate"): Route("admin"),
    ("GET", "inbox.home"): Route(answer=302),
    ("GET", "inbox.view"): Route(),
    ("POST", "inbox.set_order"): Route("anyone", form={"order": "newest"}, answer=303),
    ("GET", "saved_views.index"): Route(),
    ("GET", "saved_views.new"): Route(query="q=status:open"),
    ("POST", "saved_views.create"): Route("anyone", form={"name": "Urgent", "query": "tag:urgent"}, answer=302),
    ("GET", "saved_views.show"): Route(own=True),
    ("POST", "saved_views.edit"): Route("anyone", form={"name": "Other", "query": "is:unread"}, answer=302),
    ("POST", "saved_views.delete"): Route("anyone", answer=302),
    ("POST", "saved_views.move"): Route("anyone", form={"step": "down"}, answer=302),
    ("GET", "saved_views.numbers"): Route(),
    ("GET", "assigning.show"): Route(),
    ("POST", "assigning.choose"): Route(form={"team": "=team_id"}, answer=303),
    ("GET", "teams.index"): Route("lead"),
    ("POST", "teams.create"): Route("lead", form={"name": "Second line", "way": "turn", "agent": "=me"}, answer=302),
    ("POST", "teams.edit"): Route("lead", form={"name": "Another name", "way": "load"}, answer=302),
    ("POST", "teams.set_active"): Route("lead", answer=302),
    ("POST", "teams.mailbox"): Route("lead", form={"team": "=team_id", "way": "hand", "own_agent": "on"}, answer=302),
    ("POST", "bulk.act"): Route(form={"ticket": "=ticket_id", "do": "status:closed"}, answer=303),
    ("GET", "bulk.choices"): Route(),
    ("POST", "bulk.undo"): Route(answer=303),
    ("GET", "inbox.search"): Route(query="q=order"),
    ("GET", "live.changes"): Route(query="mark=0.0.0&ticket=1&view=open"),
    ("GET", "together.mentions"): Route(),
    ("POST", "together.watch"): Route("anyone", form={"watch": "yes"}, answer=303),
    ("GET", "renaming.show"): Route(),
    ("POST", "renaming.rename"): Route(form={"subject": "A kettle that leaks"}, answer=303),
    ("GET", "whose.show"): Route(query="q=olga"),
    ("POST", "whose.change"): Route(form={"email": "Anna <anna@buyer.example>"}, answer=303),
    ("GET", "notes.show"): Route("light", ids={"message_id": "note_id"}, own=True),
    ("POST", "notes.change"): Route(
        "light", ids={"message_id": "note_id"}, form={"text": "Other words", "version": "0"}, answer=303, own=True
    ),
    ("GET", "mailbox_move.show"): Route(),
    ("POST", "mailbox_move.move"): Route(form={"mailbox": "=second_mailbox"}, answer=303),
    ("GET", "links.show"): Route(),
    ("POST", "links.link"): Route(form={"target": "=answered_ticket"}, answer=303),
    ("POST", "links.unlink"): Route(form={"other": "=linked_ticket"}, answer=303),
    ("GET", "links.message"): Route(answer=302),
    ("GET", "notices.index"): Route(),
    ("GET", "notices.settings"): Route(),
    ("POST", "notices.choose"): Route("anyone", form={"mail_mention": "now", "hour": "8"}, answer=302),
    ("POST", "notices.read_one"): Route("anyone", unknown=303, answer=303),
    ("POST", "notices.read_all"): Route("anyone", answer=303),
    ("POST", "together.here"): Route("anyone", form={"doing": "viewing"}, answer=204),
    ("GET", "tickets.show"): Route(),
    ("POST", "tickets.set_status"): Route(form={"status": "closed"}, answer=303),
    ("POST", "tickets.assign"): Route(form={"assignee": "me"}, answer=303),
    ("POST", "tickets.set_priority"): Route(form={"priority": "high"}, answer=303),
    ("POST", "tickets.set_tags"): Route(form={"tags": "one, two"}, answer=303),
    ("POST", "tickets.mark_read"): Route("anyone", answer=303),
    ("POST", "tickets.reply"): Route(form=_WRITTEN, answer=303),
    ("POST", "tickets.note"): Route("light", form=_WRITTEN, answer=303),
    ("POST", "tickets.undo"): Route(ids={"message_id": "own_held_reply"}, answer=303),
    ("POST", "tickets.retry"): Route(ids={"message_id": "failed_reply"}, answer=303),
    ("POST", "tickets.resolve"): Route(ids={"message_id": "uncertain_reply"}, form={"arrived": "yes"}, answer=303),
    ("GET", "suggestions.panel"): Route(),
    ("POST", "suggestions.insert"): Route(form={"message_id": "=message_id"}, answer=303),
    ("POST", "suggestions.dismiss"): Route(form={"message_id": "=message_id"}, answer=303),
    ("POST", "suggestions.take_back"): Route(form={"message_id": "=message_id"}, answer=303),
    ("POST", "article_files.add"): Route(form={"file": "a.txt"}, answer=302),
    ("POST", "article_files.remove"): Route(ids={"file_id": "article_file"}, answer=302),
    ("GET", "article_files.download"): Route(ids={"file_id": "article_file"}),
    ("POST", "article_files.copy"): Route(form={"kind": "outgoing"}),
    ("POST", "article_files.copy_first"): Route(form=_BEGUN),
    ("POST", "drafts.take"): Route(ids={"draft_id": "colleagues_draft"}, answer=303),
    ("GET", "answering.people"): Route(query="q=ol"),
    ("GET", "answering.articles"): Route(query="q=title"),
    ("POST", "answering.insert"): Route(),
    ("POST", "answering.withdraw"): Route(ids=_LATER, answer=303),
    ("POST", "answering.send_now"): Route(ids=_LATER, answer=303),
    ("GET", "answering.first_articles"): Route(query="q=title"),
    ("POST", "answering.first_insert"): Route(writes=False),
    ("POST", "first_drafts.save"): Route(form={**_BEGUN, "html": "<div>More</div>", "subject": "Hello", "version": "2"}),
    ("POST", "first_drafts.discard"): Route(form=_BEGUN, answer=303),
    ("POST", "first_drafts.add_file"): Route(form={**_BEGUN, "file": "a.txt"}, answer=303),
    ("POST", "first_drafts.remove_file"): Route(ids={"attachment_id": "begun_file"}, form=_BEGUN, answer=303),
    ("GET", "letters_from_us.new"): Route(),
    ("POST", "letters_from_us.send"): Route(
        form={**_WRITTEN, "kind": "new", "mailbox_id": "=mailbox_id", "subject": "Hello"}, answer=303
    ),
    ("POST", "drafts.save"): Route("light", light={"kind": "note", "html": "<div>More</div>", "version": "0"}, form={"kind": "outgoing", "html": "<div>More</div>", "version": "2"}),
    ("POST", "drafts.discard"): Route("light", light={"kind": "note"}, form={"kind": "outgoing"}, answer=303),
    ("POST", "drafts.add_file"): Route("light", light={"kind": "note", "file": "a.txt"}, form={"kind": "outgoing", "file": "a.txt"}, answer=303),
    ("POST", "drafts.remove_file"): Route("light", light={"kind": "note"}, ids={"attachment_id": "own_file"}, form={"kind": "outgoing"}, answer=303),
    ("GET", "attachments.download"): Route(),
    ("GET", "attachments.preview"): Route(),
    ("GET", "letters.letter"): Route(),
    ("GET", "letters.body"): Route(),
    ("GET", "letters.source"): Route(),
    ("GET", "letters.original"): Route(),
    ("POST", "pictures.choose"): Route(form={"always": "yes"}, answer=303),
    ("POST", "pictures.forget"): Route(form={"email": "shown@buyer.example"}, answer=303),
    ("GET", "printing.ticket"): Route(query="quotes=yes&notes=yes"),
    ("GET", "earlier.show"): Route(query="before=2"),
    ("GET", "palette.show"): Route(query="seen=1,2"),
    ("GET", "searches.recent"): Route(),
    ("POST", "searches.remember"): Route(form={"q": "kettle"}, answer=204),
    ("POST", "searches.found"): Route(form={"kind": "card", "key": "0123456789abcdef" * 2, "ticket": "1"}, answer=204),
    ("POST", "searches.forget"): Route(form={"one": "=recent_search"}, answer=303),
    ("GET", "searches.of_customer"): Route(unknown=302, query="q=kettle", answer=302),
    ("POST", "moving.accept"): Route(ids={"message_id": "held_letter"}, answer=303),
    ("POST", "moving.move"): Route(ids={"message_id": "second_letter"}, answer=303),
    ("POST", "moving.move_back"): Route(ids={"message_id": "moved_letter"}, answer=303),
    ("GET", "merging.show"): Route(),
    ("POST", "merging.merge"): Route(form={"target": "=answered_ticket"}, answer=303),
    ("POST", "merging.unmerge"): Route(ids={"ticket_id": "merged_ticket"}, answer=303),
    ("POST", "order.snooze"): Route(form={"until": "tomorrow", "at": ""}, answer=303),
    ("POST", "order.wake"): Route(ids={"ticket_id": "sleeping_ticket"}, answer=303),
    ("GET", "order.ask_spam"): Route(),
    ("POST", "order.mark_spam"): Route(form={"learn": "address"}, answer=303),
    ("POST", "order.not_spam"): Route(ids={"ticket_id": "spam_ticket"}, answer=303),
    ("POST", "order.throw_away"): Route(answer=303),
    ("POST", "order.restore"): Route(ids={"ticket_id": "trashed_ticket"}, answer=303),
    ("GET", "order.ask_delete"): Route("admin", ids={"ticket_id": "trashed_ticket"}),
    ("POST", "order.delete"): Route(
        "admin", unknown=422, ids={"ticket_id": "trashed_ticket"}, form={"number": "=trashed_ticket"}, answer=303
    ),
    ("POST", "order.undo"): Route(answer=303, own=True),
    ("GET", "splitting.show"): Route(),
    ("POST", "splitting.split"): Route(
        form={"message": "=second_letter", "where": "new", "subject": "Another matter", "target": "", "number": ""},
        answer=303,
    ),
    ("GET", "splitting.find"): Route(query="q=order"),
    ("GET", "fields.of_ticket"): Route(),
    ("POST", "fields.fill_ticket"): Route(answer=303, writes=False),
    ("POST", "fields.fill_card"): Route(answer=303, writes=False),
    ("GET", "fields.index"): Route("lead"),
    ("POST", "fields.define"): Route(
        "lead", form={"scope": "ticket", "kind": "choice", "name": "Size", "choices": "S\nL", "required": "on"}, answer=303
    ),
    ("POST", "fields.edit"): Route("lead", form={"name": "Another name", "choices": ""}, answer=303),
    ("POST", "fields.shift"): Route("lead", form={"where": "up"}, answer=303, writes=False),
    ("POST", "fields.retire"): Route("lead", answer=303),
    ("POST", "fields.bring_back"): Route("lead", answer=303),
    ("GET", "tags.suggest"): Route(query="q=to"),
    ("GET", "tags.index"): Route("lead"),
    ("POST", "tags.rename"): Route("lead", form={"name": "renamed"}, answer=303),
    ("POST", "tags.colour"): Route("lead", form={"colour": "red"}, answer=303),
    ("POST", "tags.join"): Route("lead", form={"into": "=other_tag"}, answer=303),
    ("POST", "tags.delete"): Route("lead", answer=303),
    ("GET", "spam_list.index"): Route("lead"),
    ("POST", "spam_list.add"): Route("lead", form={"pattern": "@shop.example"}, answer=303),
    ("POST", "spam_list.remove"): Route("lead", unknown=303, answer=303),
    ("GET", "spam_list.trash_page"): Route("admin"),
    ("POST", "spam_list.keep"): Route("admin", form={"days": "7"}, answer=303),
    ("GET", "cards_merge.show"): Route(),
    ("POST", "cards_merge.merge"): Route(form={"target": "=other_card"}, answer=303),
    ("POST", "cards_merge.unmerge"): Route(answer=303),
    ("GET", "customers.index"): Route(),
    ("GET", "customers.show"): Route(),
    ("POST", "customers.edit"): Route(form={"name": "Olga P.", "organisation": "", "language": "en"}, answer=302),
    ("POST", "customers.notes"): Route(form={"notes": "Likes tea", "ticket": ""}, answer=302),
    ("POST", "customers.own_agent"): Route(form={"own_agent": "=me"}, answer=302),
    ("POST", "customers.tags"): Route(form={"tags": "vip"}, answer=302),
    ("POST", "customers.add_address"): Route(form={"email": "one.more@buyer.example"}, answer=302),
    ("POST", "customers.remove_address"): Route(answer=302),
    ("POST", "customers.make_first"): Route(answer=302),
    ("POST", "customers.add_phone"): Route(form={"phone": "+44 20 5550 0199"}, answer=302),
    ("POST", "customers.remove_phone"): Route(answer=302),
    ("GET", "knowledge.index"): Route(),
    ("GET", "knowledge.show"): Route(),
    ("GET", "knowledge.new"): Route(),
    ("POST", "knowledge.create"): Route(form=_ARTICLE, answer=302),
    ("GET", "knowledge.edit"): Route(),
    ("POST", "knowledge.save"): Route(form=_ARTICLE, answer=302),
    ("POST", "knowledge.preview"): Route(form=_ARTICLE, writes=False),
    ("POST", "knowledge_arranging.restore"): Route(form={"version": "1"}, answer=302),
    ("POST", "knowledge_arranging.arrange"): Route(form={"visibility": "public", "who": "all"}, answer=302),
    ("POST", "knowledge_arranging.reviewed"): Route(form={"months": "6"}, answer=302),
    ("POST", "knowledge_arranging.forget_language"): Route(form={"language": "ru"}, answer=302),
    ("GET", "knowledge_arranging.compared"): Route(),
    ("GET", "knowledge_exchange.show"): Route("lead"),
    ("GET", "knowledge_exchange.export"): Route(),
    ("POST", "knowledge_exchange.look"): Route("lead", form={"file": "a.zip"}, answer=422, writes=False),
    ("POST", "knowledge_exchange.do"): Route("lead", form={"digest": "0", "proof": "x"}, answer=422, writes=False),
    ("GET", "scripts.index"): Route(),
    ("GET", "scripts.new"): Route(),
    ("POST", "scripts.create"): Route(form={"title": "Anger", "language": "en", "step": "1", "1.say": "Listen", "do": "save"}, answer=302),
    ("GET", "scripts.edit"): Route(),
    ("POST", "scripts.save"): Route(form={"title": "Anger", "language": "en", "step": "1", "1.say": "Listen", "version": "1", "do": "save"}, answer=302),
    ("POST", "scripts.archive"): Route(form={"archived": "yes"}, answer=302),
    ("POST", "scripts.examples"): Route(answer=302),
    ("GET", "script_run.choose"): Route(),
    ("GET", "script_run.step"): Route(),
    ("POST", "script_run.insert"): Route(form={"step": "1"}, answer=303),
    ("POST", "knowledge.archive"): Route(answer=302),
    ("POST", "knowledge.unarchive"): Route(answer=302, writes=False),
    ("GET", "knowledge_figures.index"): Route(),
    ("GET", "knowledge_figures.table"): Route(),
    ("GET", "knowledge_figures.show"): Route(),
    ("GET", "knowledge_gaps.index"): Route(query="state=hidden"),
    ("GET", "knowledge_gaps.table"): Route(),
    ("GET", "knowledge_gaps.show"): Route(),
    ("GET", "knowledge_gaps.draft"): Route("lead"),
    ("POST", "knowledge_gaps.make"): Route("lead", form=_DRAFT, answer=302),
    ("POST", "knowledge_gaps.hide"): Route("lead", answer=302, writes=False),
    ("POST", "knowledge_gaps.show_again"): Route("lead", answer=302),
    ("GET", "knowledge_twins.index"): Route(),
    ("POST", "knowledge_twins.merge"): Route("lead", form={"kept": "=twin_one", "gone": "=twin_other"}, answer=302),
    ("POST", "knowledge_twins.undo"): Route("lead", answer=302),
    ("POST", "knowledge_twins.different"): Route(
        "lead", form={"one": "=twin_one", "other": "=twin_other"}, answer=302
    ),
    ("GET", "knowledge_typed.index"): Route(),
    ("GET", "knowledge_typed.draft"): Route(),
    ("POST", "knowledge_typed.make"): Route(form=_DRAFT, answer=302),
    ("POST", "knowledge_typed.dismiss"): Route(answer=302),
    ("GET", "knowledge_typed.beside"): Route(),
    ("POST", "knowledge_typed.answer_beside"): Route(answer=302, writes=False),
    ("GET", "knowledge_upkeep.index"): Route(),
    ("GET", "ratings.index"): Route(),
    ("GET", "briefing.show"): Route(),
    ("POST", "briefing.by_mail"): Route("anyone", form={"by_mail": "on"}, answer=303),
    ("GET", "reports.index"): Route(answer=302),
    ("GET", "reports.show"): Route(query="period=365"),
    ("GET", "reports.save"): Route(query="period=365"),
    ("GET", "reports.behind"): Route(query="period=365"),
    ("POST", "reports.set_choices"): Route("admin", form={"competition": "40"}, answer=303),
    ("GET", "ratings.figures_csv"): Route(),
    ("GET", "ratings.each"): Route(),
    ("GET", "ratings.each_csv"): Route(),
    # Agents see their own, and that is not the desk's.
    ("GET", "ratings.agent"): Route("lead"),
    ("POST", "ratings.praise"): Route(form={"words": "Well done"}, answer=303, unknown=404),
    ("GET", "ratings_asking.show"): Route("admin"),
    ("POST", "ratings_asking.change"): Route("admin", form=_ASKING, answer=302),
    ("GET", "ratings_asking.preview"): Route("admin"),
    ("POST", "ratings_asking.recovery"): Route("admin", form={"hours": "6", "article_en": "", "article_ru": ""}, answer=302),
    ("GET", "ratings_reasons.index"): Route("admin"),
    ("POST", "ratings_reasons.add"): Route("admin", form={"words_en": "Patience", "words_ru": "", "for_good": "on"}, answer=303),
    ("POST", "ratings_reasons.edit"): Route("admin", form={"words_en": "Pace", "words_ru": "", "for_bad": "on"}, answer=303),
    ("POST", "ratings_reasons.move"): Route("admin", form={"up": "yes"}, answer=303),
    ("POST", "ratings_reasons.archive"): Route("admin", form={"archived": "yes"}, answer=303),
    ("GET", "tasks.index"): Route(query="view=open"),
    ("GET", "tasks.show"): Route(),
    ("POST", "tasks.hand_over"): Route(form={"owner": "=me", "due": "2026-12-01T10:00"}, answer=303),
    ("POST", "tasks.outcome"): Route(form={"outcome": "won", "note": "Called"}, answer=303),
    ("POST", "tasks.reopen"): Route(answer=303, writes=False),
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
    ("GET", "help_centre.front"): Route("public", answer=302),
    ("GET", "help_centre.home"): Route("public"),
    ("GET", "help_centre.topic"): Route("public"),
    ("GET", "help_centre.search"): Route("public", query="q=order"),
    ("GET", "help_centre.suggest"): Route("public", query="q=order"),
    ("GET", "help_centre.article"): Route("public"),
    ("GET", "help_centre.file"): Route("public", ids={"file_id": "help_file"}),
    ("POST", "help_centre.vote"): Route("public", form={"helped": "yes", "words": "Clear"}, answer=303),
    ("POST", "help_centre.read"): Route("public", answer=204),
    ("GET", "help_centre.nothing"): Route("public", answer=404),
    ("GET", "help_meta.robots"): Route("public"),
    ("GET", "help_meta.sitemap"): Route("public"),
    ("GET", "help_meta.look"): Route("public"),
    ("GET", "help_letters.write"): Route("public"),
    # Without the mark of a form of ours it is asked for again.
    ("POST", "help_letters.send"): Route("public", form={"email": "a@b.example", "text": "x"}, answer=422, writes=False),
    ("GET", "help_letters.written"): Route("public"),
    ("GET", "help_readers.show"): Route(),
    ("GET", "help_settings.show"): Route("admin"),
    ("POST", "help_settings.change"): Route(
        "admin", form={"open": "on", "language_en": "on", "name_en": "Help"}, answer=302
    ),
}  # fmt: skip

# The whole list of what answers somebody who is not signed in. Think twice before you add to it.
PUBLIC = {key for key, route in ROUTES.items() if route.who == "public"}


def asked(app: Flask) -> list[tuple[str, Rule]]:
    """Every (method, rule) of the application; HEAD and OPTIONS come with GET."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def known(app: Flask) -> list[tuple[str, Rule]]:
    """Those that have a row; one test alone says which have none."""
    return [(method, rule) for method, rule in asked(app) if (method, rule.endpoint) in ROUTES]


def values(rule: Rule, route: Route, desk: WholeDesk) -> dict[str, Any]:
    """What stands in the address for each of its parts."""
    parts: dict[str, Any] = {"filename": "css/app.css", "view": "open", "face": "good"}
    parts |= {"name": "speed", "figure": "opened"}
    parts |= {"language": "en", "slug": desk.help_slug, "anything": "en/nothing/here"}
    for name in rule.arguments:
        if name == "digest":
            parts[name] = desk.logo_digest
        elif name == "token":
            parts[name] = desk.welcome_token if rule.endpoint.startswith("signin.") else desk.rating_token
        elif name not in parts:
            parts[name] = desk.ids[route.ids.get(name, name)]
    return {name: parts[name] for name in rule.arguments}


def address(app: Flask, rule: Rule, parts: dict[str, Any], query: str = "") -> str:
    with app.test_request_context():
        _host, path = rule.build(parts, append_unknown=False) or ("", "")
    return f"{path}?{query}" if query else path


def form_of(route: Route, desk: WholeDesk) -> dict[str, Any]:
    return {
        name: str(desk.ids[value[1:]]) if value.startswith("=") else value
        for name, value in route.form.items()
    }
