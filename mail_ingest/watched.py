"""What of a mailbox the poller watches: which folders in which order, and which changes make a watch start afresh."""

from __future__ import annotations

from app.mailboxes.models import Mailbox


def account_signature(mailbox: Mailbox) -> tuple[object, ...]:
    """What makes a watch start afresh when it changes."""
    return (
        mailbox.imap_host,
        mailbox.imap_port,
        mailbox.imap_security,
        mailbox.imap_user,
        mailbox.imap_password,
        mailbox.auth,
        tuple(watched_folders(mailbox)),
        mailbox.after_fetch,
        mailbox.after_fetch_folder,
        mailbox.after_fetch_at,
    )


def watched_folders(mailbox: Mailbox) -> list[int]:
    """Ids of the folders to look into, the inbox last: the server tells us news of the one opened last."""
    real = [folder for folder in mailbox.folders if folder.watched and not folder.name.startswith("(")]
    inbox = next((folder for folder in real if folder.name.upper() == "INBOX"), real[0] if real else None)
    return [folder.id for folder in real if folder is not inbox] + ([inbox.id] if inbox else [])
