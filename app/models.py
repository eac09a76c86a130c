"""Every model of the product: the vocabulary on one screen."""

from app.accounts.models import Agent, OneTimeLink, Role, SignIn
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.db import Base
from app.knowledge.models import Article, ArticleVersion, KnowledgeLog, LogKind, Outcome, Suggestion
from app.mailboxes.models import (
    AfterFetch,
    Auth,
    FirstImport,
    Folder,
    Mailbox,
    OAuthGrant,
    RawMail,
    RawState,
    Security,
)
from app.outgoing.models import AutomaticMail, Outbox, SandboxLetter, SentCopy, WrittenReply
from app.ratings.models import Face, Rating, RatingChange, RatingHit, RatingInvitation
from app.tags.models import Tag
from app.tickets.models import (
    Attachment,
    Change,
    Delivery,
    Draft,
    Event,
    Kind,
    Message,
    MessageReference,
    Participant,
    Status,
    Ticket,
)

__all__ = [
    "AfterFetch",
    "Agent",
    "Article",
    "ArticleVersion",
    "Attachment",
    "Auth",
    "AutomaticMail",
    "Base",
    "Change",
    "Customer",
    "CustomerAddress",
    "CustomerPhone",
    "Delivery",
    "Draft",
    "Event",
    "Face",
    "FirstImport",
    "Folder",
    "Kind",
    "KnowledgeLog",
    "LogKind",
    "Mailbox",
    "Message",
    "MessageReference",
    "OAuthGrant",
    "OneTimeLink",
    "Organisation",
    "Outbox",
    "Outcome",
    "Participant",
    "Rating",
    "RatingChange",
    "RatingHit",
    "RatingInvitation",
    "RawMail",
    "RawState",
    "Role",
    "SandboxLetter",
    "Security",
    "SentCopy",
    "SignIn",
    "Status",
    "Suggestion",
    "Tag",
    "Ticket",
    "WrittenReply",
]
