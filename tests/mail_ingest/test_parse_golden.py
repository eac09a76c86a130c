"""Each mail in tests/emails has a file beside it that says how it must be read. One trap per mail."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from mail_ingest.parse import ParsedMail, parse_mail

EMAILS = Path(__file__).parent.parent / "emails"
PAIRS = sorted(path.name.removesuffix(".expected.json") for path in EMAILS.glob("*.expected.json"))


def as_json(mail: ParsedMail) -> dict[str, Any]:
    """Everything a mail was read as; contents of files as text when short, else by hash."""
    bounce = mail.bounce
    return {
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "from": [mail.sender.name, mail.sender.email],
        "to": [[address.name, address.email] for address in mail.to],
        "cc": [[address.name, address.email] for address in mail.cc],
        "reply_to": [[address.name, address.email] for address in mail.reply_to],
        "subject": mail.subject,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "text": mail.text.split("\n"),
        "html": mail.html.split("\n") if mail.html is not None else None,
        "attachments": [
            {
                "filename": file.filename,
                "content_type": file.content_type,
                "size": len(file.content),
                "sha256": hashlib.sha256(file.content).hexdigest(),
                "content_id": file.content_id,
                "inline": file.inline,
            }
            for file in mail.attachments
        ],
        "automatic": mail.automatic,
        "bounce": bounce
        and {
            "recipients": list(bounce.recipients),
            "status": bounce.status,
            "diagnostic": bounce.diagnostic,
            "original_message_id": bounce.original_message_id,
            "action": bounce.action,
        },
        "defects": list(mail.defects),
        "delivered_to": list(mail.delivered_to),
        "envelope_sender": mail.envelope_sender,
        "null_sender": mail.null_sender,
    }


@pytest.mark.parametrize("name", PAIRS)
def test_a_mail_is_read_as_written_beside_it(name: str) -> None:
    expected = json.loads((EMAILS / f"{name}.expected.json").read_text(encoding="utf-8"))
    if "parse" not in expected:
        pytest.skip("this pair is about another step")
    assert as_json(parse_mail((EMAILS / f"{name}.eml").read_bytes())) == expected["parse"]


def test_there_are_pairs() -> None:
    assert len(PAIRS) >= 25
