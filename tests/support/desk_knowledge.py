"""The knowledge of a desk with one of everything: an article, its help centre, what the upkeep found, a rating."""

from __future__ import annotations

import sqlalchemy as sa

from app.accounts.rights import Rights
from app.knowledge import public_settings
from app.knowledge import service as knowledge
from app.knowledge.models import ArticleFile, Script, Suggestion
from app.knowledge.public_models import HelpPage, HelpRead, HelpVote
from app.knowledge.public_settings import Centre, Topic
from app.mailboxes.models import Mailbox
from app.ratings.asking_models import RatingReason
from app.ratings.models import Praise, RatingInvitation
from app.ratings.service import give, invitation_token
from app.tasks import recovery
from app.tickets.models import Message, Ticket
from app.upkeep import twins
from app.upkeep.models import AskedLetter, FreeReply, Gap, Likeness, TypedAnswer
from tests.support.desk_builder import Builder


def add_knowledge(made: Builder, text: str) -> None:
    """An article that was edited once, offered beside the letters that wait."""
    words = knowledge.ArticleText(text[:200], text.replace("{{", "{"), "en", (text[:60],))
    article = knowledge.create(made.session, words, by=made.me, now=made.at)
    changed = knowledge.ArticleText(f"{text[:190]} 2", f"{words.answer} 2", "en", words.tags)
    knowledge.edit(made.session, article.id, changed, version=1, by=made.me, now=made.tick())
    made.ids["article_id"] = article.id
    in_russian = knowledge.ArticleText(text[:200], words.answer, "ru")
    knowledge.say_in(made.session, article.id, in_russian, version=2, by=made.me, now=made.tick())
    file = ArticleFile(
        article_id=article.id, filename=text[:300], content_type="text/plain", size=10,
        sha256=made.blobs.put(b"plain text"), added_at=made.at,
    )  # fmt: skip
    made.add("article_file", file)
    step = {"key": "1", "say": text, "text": words.answer, "choices": [{"label": text, "to": "1"}]}
    script = Script(title=text[:200], language="en", steps=[step], version=1, updated_at=made.at)
    made.add("script_id", script)
    for letter in ("message_id", "second_letter"):
        message = made.session.get_one(Message, made.ids[letter])
        message.suggest_state = "done"
        made.session.add(
            Suggestion(
                message_id=message.id, article_id=article.id, rank=1, confidence=0.9, shown="open",
                why={"words": [text], "example": text}, created_at=made.at,
            )
        )  # fmt: skip


def add_help_centre(made: Builder, mailbox: Mailbox, text: str, name: str) -> str:
    """Open, with one public article that has a file; its only topic has the same address. The address."""
    words = knowledge.ArticleText(f"A {text[:150]}", text.replace("{{", "{"), "en", ("public",))
    article = knowledge.create(made.session, words, by=made.me, now=made.tick())
    topic = Topic(article.tags[0].id, {"en": article.title})
    public_settings.change(
        made.session,
        Centre(
            open=True, languages=("en", "ru"), names={"en": name[:80]}, greetings={"en": text[:300]},
            topics=(topic,), form=True, mailbox_id=mailbox.id,
        ),
        by=made.me,
        now=made.at,
    )  # fmt: skip
    file = ArticleFile(
        article_id=article.id, filename=text[:300], content_type="text/plain", size=10,
        sha256=made.blobs.put(b"plain text"), added_at=made.at,
    )  # fmt: skip
    made.add("help_file", file)
    knowledge.arrange(made.session, article.id, knowledge.Arrangement("public"), by=made.me, now=made.tick())
    made.session.add_all(
        [
            HelpVote(
                article_id=article.id, language="en", version=1, helped=False, words=text, visitor="x",
                at=made.at,
            ),
            HelpRead(article_id=article.id, language="en", day=made.at.date(), times=3),
        ]
    )  # fmt: skip
    return made.session.scalars(sa.select(HelpPage.slug).where(HelpPage.article_id == article.id)).one()


def add_rating(made: Builder, text: str) -> str:
    invitation = made.session.scalars(
        sa.select(RatingInvitation).where(RatingInvitation.message_id == made.ids["sent_reply"])
    ).one()
    happy = made.session.scalars(
        sa.select(RatingInvitation).where(RatingInvitation.message_id == made.ids["bounced_reply"])
    ).one()
    happy.agent_id = made.colleague.id
    praised = give(made.session, happy, "good", text, now=made.tick(), change_days=7)
    made.ids["mark"] = praised.mark
    made.add(
        "praise",
        Praise(rating_id=praised.id, by_id=made.me.id, agent_id=made.colleague.id, words=text, at=made.at),
    )
    reasons = made.session.scalars(sa.select(RatingReason.id).order_by(RatingReason.id)).all()
    made.ids |= {"reason_id": reasons[1]}
    unhappy = give(
        made.session, invitation, "bad", text, now=made.tick(), change_days=7, reason_ids=reasons[:2]
    )
    task = recovery.after_rating(made.session, unhappy, now=made.at)
    assert task is not None
    made.ids["task_id"] = task.id
    return invitation_token(invitation, made.settings.secret_key)


def add_upkeep(made: Builder) -> None:
    """Letters of the first mailbox that ask the same and have no article, in a gap that is hidden."""
    gap = Gap(language="en", state="hidden", state_at=made.at, created_at=made.at)
    made.add("gap_id", gap)
    query = (
        sa.select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Ticket.mailbox_id == made.ids["mailbox_id"], Ticket.status.not_in(("spam", "trash")),
            Message.kind == "incoming", Message.id.not_in(sa.select(Suggestion.message_id)),
        )
        .order_by(Message.id)
        .limit(3)
    )  # fmt: skip
    letters = list(made.session.scalars(query))
    assert len(letters) == 3, "a gap has three letters"
    for letter in letters:
        row = AskedLetter(
            message_id=letter.id, language="en", asked_at=letter.arrived_at, words="order", closeness=1.0
        )
        row.gap_id = gap.id
        made.session.add(row)
    _twins(made)
    typed = TypedAnswer(language="en", created_at=made.at)
    made.add("typed_id", typed)
    replies = sa.select(Message.id).where(Message.kind == "outgoing", Message.author_id == made.me.id)
    for message_id in list(made.session.scalars(replies.order_by(Message.id).limit(5))):
        made.session.add(
            FreeReply(
                message_id=message_id, author_id=made.me.id, language="en", sent_at=made.at, words="answer",
                typed_id=typed.id,
            )
        )  # fmt: skip
    made.session.flush()


def _twins(made: Builder) -> None:
    """Two articles that say the same, and two of which one went into the other."""
    for name in ("twin_one", "twin_other", "merge_kept", "merge_gone"):
        words = knowledge.ArticleText(f"Parking, {name}", f"Park behind the house, {name}.", "en")
        made.ids[name] = knowledge.create(made.session, words, by=made.me, now=made.at).id
    one, other = made.ids["twin_one"], made.ids["twin_other"]
    made.session.add(
        Likeness(article_id=one, other_id=other, text=0.9, asked=0.0, words=["park"], state_at=made.at)
    )
    rights = Rights(made.me.id, "admin", None)
    kept, gone = made.ids["merge_kept"], made.ids["merge_gone"]
    made.ids["article_merge_id"] = twins.merge(made.session, rights, kept, gone, by=made.me, now=made.at).id
