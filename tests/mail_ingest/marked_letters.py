"""Letters whose lines begin with what they have to become: w written, q quoted, s signature."""

from mail_ingest.body import PartKind, split_quoted

_MARKS = {PartKind.WRITTEN: "w", PartKind.QUOTED: "q", PartKind.SIGNATURE: "s"}


def wrong_lines(letter: str, html: str | None = None) -> list[tuple[str, str, str]]:
    """The lines that became something else: wanted, found, line."""
    marked = [(line[:1], line[2:]) for line in letter.split("\n")]
    body = split_quoted("\n".join(line for _, line in marked), html)
    found = [
        (_MARKS[part.kind], line) for part in body.parts for line in part.text.split("\n") if line.strip()
    ]
    wanted = [(mark, line) for mark, line in marked if line.strip()]
    assert [line for _, line in found] == [line for _, line in wanted], letter
    return [(want, got, line) for (want, line), (got, _) in zip(wanted, found, strict=True) if want != got]


def all_wrong(letters: dict[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """Name of a letter → its wrong lines, for those that have any."""
    return {name: wrong for name, letter in letters.items() if (wrong := wrong_lines(letter))}


def marked(mark: str, text: str) -> str:
    """Each line of a text with its mark."""
    return "\n".join(f"{mark}:{line}" for line in text.split("\n"))
