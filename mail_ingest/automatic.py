"""Pure: was this mail written by a program?"""

from mail_ingest.header_block import Headers


def automatic_reason(headers: Headers) -> str | None:
    """Why this mail was not written by a person, in words an agent can read; None for a person's letter."""
    value = headers.ascii("auto-submitted").lower()
    if value and not value.startswith("no"):
        return f"the header Auto-Submitted says {value[:60]!r}"
    return None
