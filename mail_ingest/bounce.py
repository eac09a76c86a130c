"""Pure: does this mail report that another mail was not delivered?"""

from dataclasses import dataclass

from mail_ingest.mime_tree import Part


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about a mail of ours. `status` is an enhanced code such as "5.1.1" or ''; `action` is one of
    failed, delayed, delivered, relayed, expanded; `original_message_id` stands without brackets."""

    recipients: tuple[str, ...]
    status: str
    diagnostic: str
    original_message_id: str
    action: str = "failed"


def find_bounce(root: Part) -> Bounce | None:
    for part in root.children:
        if part.content_type == "message/delivery-status":
            return Bounce((), "", "", "")
    return None
