"""Part of parsing: one part of a mail, and what may be spent on all of them."""

from dataclasses import dataclass, field

from mail_ingest.header_block import Headers
from mail_ingest.mime_base64 import split_footer
from mail_ingest.mime_transfer import decode_transfer, encoding_name, likely_encoding

MAX_PARTS = 500
MAX_ALL_PART_HEADERS = 2 * 1024 * 1024
MAX_BOUNDARY_CANDIDATES = 100_000


@dataclass(slots=True)
class Part:
    """One part: its headers and the span of `source` that holds its (still encoded) content."""

    headers: Headers
    source: bytes
    start: int
    end: int
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    nested: "Part | None" = None  # the mail inside a message/rfc822 part
    margins: list[tuple[int, int]] = field(default_factory=list)  # what stands above and below the parts
    has_delimiters: bool = False
    tail: bytes = b""  # plain words behind a mail or a multipart that was encoded whole

    @property
    def raw(self) -> bytes:
        return self.source[self.start : self.end]

    @property
    def main_type(self) -> str:
        return self.content_type.partition("/")[0]

    def decoded(self) -> tuple[bytes, str]:
        """Content with its transfer encoding undone, and a defect or ''."""
        raw = self.raw
        return decode_transfer(raw, self.encoding(raw), is_text=self.main_type == "text")

    def footer(self) -> bytes:
        """What stands in plain words behind a content in base64."""
        raw = self.raw
        return split_footer(raw)[1] if encoding_name(self.encoding(raw)) == "base64" else b""

    def encoding(self, raw: bytes) -> str:
        """The transfer encoding of the content, `raw`; of several headers the likeliest."""
        values = self.headers.every("content-transfer-encoding")
        if len(values) > 1:
            return likely_encoding([value.decode("ascii", "replace") for value in values], raw)
        return self.headers.ascii("content-transfer-encoding")


@dataclass(slots=True)
class Limits:
    """What is left to spend on one mail, nested mails included."""

    parts: int = MAX_PARTS
    headers: int = MAX_ALL_PART_HEADERS
    candidates: int = MAX_BOUNDARY_CANDIDATES
    defects: list[str] = field(default_factory=list)
