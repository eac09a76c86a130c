"""Rows of the database for made-up tickets, in bulk; everything has its number before it is written."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

from app.accounts.models import Agent
from app.demo.stories import Desk, Said, Story, text_of
from app.tickets.letter_shape import shape_of, write_shape
from app.tickets.search_text import stems
from app.tickets.service import preview

Row = dict[str, Any]
CHANGEABLE = timedelta(days=7)
INVITED = timedelta(days=60)


@dataclass
class Places:
    """The numbers that come next, by table, and what the rows refer to."""

    next: dict[str, int]
    first_customer: int
    agents: list[Agent]
    mailboxes: dict[str, list[tuple[int, str]]]
    tags: dict[str, int]
    articles: dict[str, list[int]]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_fresh(self) -> bool:
        """There was no ticket before ours."""
        return self.next["tickets"] == 0

    def take(self, table: str) -> int:
        self.next[table] += 1
        return self.next[table]


def add(places: Places, desk: Desk, story: Story) -> None:
    """Put everything of one ticket into `places.rows`."""
    ticket_id = places.take("tickets")
    boxes = places.mailboxes[story.person.language]
    mailbox_id, address = boxes[story.number % len(boxes)]
    last = story.said[-1]
    unanswered = story.status == "open"
    places.rows["tickets"].append(
        {
            "id": ticket_id,
            "mailbox_id": mailbox_id,
            "customer_id": places.first_customer + story.customer_number,
            "assignee_id": None if story.assignee is None else places.agents[story.assignee].id,
            "subject": story.subject,
            "status": story.status,
            "language": story.person.language,
            "preview": preview(text_of(last.pieces)),
            "opened_at": story.said[0].at,
            "last_message_at": last.at,
            "waiting_since": last.at if unanswered else None,
            "closed_at": last.at if story.status == "closed" else None,
            "snoozed_until": desk.now + timedelta(days=1 + story.number % 5)
            if story.status == "snoozed"
            else None,
            "unread": unanswered and story.number % 3 == 0,
            "message_count": len(story.said),
        }
    )
    places.rows["participants"].append(
        {"ticket_id": ticket_id, "email": story.person.email, "how": "customer"}
    )
    replies = [_message(places, story, ticket_id, said, address) for said in story.said]
    _history(places, story, ticket_id)
    answered = [message_id for message_id in replies if message_id]
    if answered:
        _invitation(places, story, ticket_id, answered[-1])
    if story.tagged:
        places.rows["ticket_tags"].append({"ticket_id": ticket_id, "tag_id": places.tags[story.topic.tag]})
    if unanswered:
        _suggestions(places, story)


def _message(places: Places, story: Story, ticket_id: int, said: Said, address: str) -> int:
    """The id of a reply, 0 of anything else."""
    message_id = places.take("messages")
    agent = places.agents[said.agent] if said.agent >= 0 else None
    sender = (agent.name, agent.email) if agent else (story.person.name, story.person.email)
    reply = said.kind == "outgoing"
    to = [[story.person.name, story.person.email]] if reply else [["", address]]
    text = text_of(said.pieces)
    places.rows["messages"].append(
        {
            "id": message_id,
            "ticket_id": ticket_id,
            "kind": said.kind,
            "author_id": agent.id if agent else None,
            "customer_id": None if agent else places.first_customer + story.customer_number,
            "sender_name": sender[0],
            "sender_email": sender[1],
            "to": [] if said.kind == "note" else to,
            "cc": [],
            "reply_to": [],
            "subject": story.subject,
            "visible": text,
            "folded": said.quotes,
            "html": said.html,
            "shape": write_shape(shape_of(said.html)) if said.html and agent is None else "",
            "rfc_message_id": f"{message_id}.demo@{sender[1].partition('@')[2]}",
            "arrived_at": said.at,
            "sent_at": said.at,
            "evidence": []
            if agent
            else [{"rule": "new" if said is story.said[0] else "token", "detail": ""}],
            "defects": [],
            "suggest_state": "" if agent else "done",
            "delivery": "accepted" if reply else "",
        }
    )
    _words(places, story, message_id, said, (*sender, *(() if said.kind == "note" else to[0])))
    if reply:
        places.rows["outbox"].append(
            {
                "id": places.take("outbox"),
                "message_id": message_id,
                "recipient": story.person.email,
                "state": "accepted",
                "attempts": 1,
                "first_tried_at": said.at,
                "last_tried_at": said.at,
                "done_at": said.at,
                "answer": "250 2.0.0 Ok",
                "created_at": said.at,
            }
        )
    return message_id if reply else 0


def _words(places: Places, story: Story, message_id: int, said: Said, people: tuple[str, ...]) -> None:
    """As app.tickets.search_text.document; sentences come again and again, so their stems are kept."""
    places.rows["search_words"].append(
        {
            "id": message_id,
            "subject": _stems(story.subject),
            "sender": _stems("\n".join(people[:2])),
            "recipients": _stems("\n".join(people[2:])),
            "body": " ".join(map(_stems, said.pieces)),
        }
    )


@lru_cache(maxsize=20_000)
def _stems(text: str) -> str:
    return stems(text)


def _history(places: Places, story: Story, ticket_id: int) -> None:
    said = story.said[-1]
    told: list[tuple[str, Row]] = []
    if story.assignee is not None:
        told.append(("assigned", {"before": None, "after": places.agents[story.assignee].id}))
    if story.status in ("closed", "waiting", "spam"):
        told.append(("status", {"before": "open", "after": story.status}))
    agent = places.agents[story.assignee or 0]
    for kind, detail in told:
        places.rows["events"].append(
            {
                "id": places.take("events"),
                "ticket_id": ticket_id,
                "agent_id": agent.id,
                "kind": kind,
                "detail": detail,
                "at": said.at,
            }
        )


def _invitation(places: Places, story: Story, ticket_id: int, message_id: int) -> None:
    """Asked after the last reply; some customers answer."""
    number, at = places.take("rating_invitations"), story.said[-1].at
    agent_id = places.agents[story.assignee or 0].id
    customer_id = places.first_customer + story.customer_number
    shared = {"agent_id": agent_id, "customer_id": customer_id, "created_at": at}
    places.rows["rating_invitations"].append(
        {
            **shared,
            "id": number,
            "message_id": message_id,
            "in_ticket_id": ticket_id,
            "recipient": story.person.email,
            "language": story.person.language,
            "nonce": f"demo-{number}",
            "token_hash": hashlib.sha256(b"demo invitation %d" % number).hexdigest(),
            "expires_at": at + INVITED,
        }
    )
    if story.face:
        places.rows["ratings"].append(
            {
                **shared,
                "id": places.take("ratings"),
                "invitation_id": number,
                "ticket_id": ticket_id,
                "face": story.face,
                "comment": story.comment,
                "changed_at": at,
                "changeable_until": at + CHANGEABLE,
            }
        )


def _suggestions(places: Places, story: Story) -> None:
    """Three answers beside the letter that waits."""
    articles = places.articles.get(story.person.language, [])
    if not articles:
        return
    letter = places.rows["messages"][-1]
    for rank in range(1, 4):
        places.rows["suggestions"].append(
            {
                "id": places.take("suggestions"),
                "message_id": letter["id"],
                "article_id": articles[(story.number + rank) % len(articles)],
                "rank": rank,
                "confidence": 0.9 - rank * 0.2,
                "why": {"words": story.subject.split()},
                "shown": "open" if rank == 1 else "folded",
                "created_at": letter["arrived_at"],
            }
        )
