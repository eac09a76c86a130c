"""Rows of the table of every route: one ticket, its letters, answers, drafts, fields and tags."""

from __future__ import annotations

from tests.app.web.route_rows import Route

_WRITTEN = {"body": "Hello", "to": "olga@buyer.example", "nonce": "n" * 20}
_LATER = {"ticket_id": "later_ticket", "draft_id": "later_draft"}
_BEGUN = {"kind": "new", "draft_id": "=begun_draft"}

TICKETS: dict[tuple[str, str], Route] = {
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
    ("POST", "moving.accept"): Route(ids={"message_id": "held_letter"}, answer=303),
    ("POST", "moving.move"): Route(ids={"message_id": "second_letter"}, answer=303),
    ("POST", "moving.move_back"): Route(ids={"message_id": "moved_letter"}, answer=303),
    ("GET", "merging.show"): Route(),
    ("POST", "merging.merge"): Route(form={"target": "=answered_ticket"}, answer=303),
    ("POST", "merging.unmerge"): Route(ids={"ticket_id": "merged_ticket"}, answer=303),
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
}  # fmt: skip
