"""Pure: the header of a letter as lines, "Name: value", for conditions that ask whether one is there."""

from __future__ import annotations

MOST_LINES = 1000
LONGEST_LINE = 2000


def header_lines(raw: bytes) -> tuple[str, ...]:
    """From the first bytes of a letter: its header lines, those that go on joined (RFC 5322, section 2.2.3).

    Total: any bytes give lines, in time linear in their number. Encoded words stay as they are.
    """
    lines: list[str] = []
    for line in raw.replace(b"\r\n", b"\n").split(b"\n"):
        if not line.strip():
            break
        text = line.decode("utf-8", "replace")
        if text[0] in " \t":
            if lines:
                lines[-1] = f"{lines[-1]} {text.strip()}"[:LONGEST_LINE]
        elif ":" in text and len(lines) < MOST_LINES:
            lines.append(text[:LONGEST_LINE])
    return tuple(lines)
