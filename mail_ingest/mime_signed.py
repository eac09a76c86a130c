"""Part of parsing: the letter inside an opaque S/MIME signature (RFC 8551, section 3.5.3; CMS, RFC 5652).

Outlook sends signed letters as one binary object. The signature is not checked here; only the octet string
that holds the letter is found, whether it has a definite length or comes in chunks.
"""

# The object identifier "id-data", 1.2.840.113549.1.7.1, and the explicit tag that follows it.
_ID_DATA = bytes.fromhex("06092a864886f70d010701")
_MAX_CHUNKS = 100_000


def signed_content(der: bytes) -> bytes:
    """The signed MIME entity, b'' when the object is encrypted or not understood."""
    found = der.find(_ID_DATA, 0, 2000)
    position = found + len(_ID_DATA)
    if found < 0 or der[position : position + 1] != b"\xa0":
        return b""
    position, _ = _length(der, position + 1)
    return _octets(der, position)


def _octets(der: bytes, position: int) -> bytes:
    tag = der[position : position + 1]
    start, size = _length(der, position + 1)
    if tag == b"\x04" and size >= 0:
        return der[start : start + size]
    if tag != b"\x24":
        return b""
    chunks: list[bytes] = []
    stop = len(der) if size < 0 else min(len(der), start + size)
    while start < stop and der[start : start + 1] == b"\x04" and len(chunks) < _MAX_CHUNKS:
        start, size = _length(der, start + 1)
        chunks.append(der[start : start + max(size, 0)])
        start += max(size, 0)
    return b"".join(chunks)


def _length(der: bytes, position: int) -> tuple[int, int]:
    """(offset behind the length, the length or -1 when it is indefinite)."""
    first = der[position] if position < len(der) else 0
    if first < 0x80:
        return position + 1, first
    count = first & 0x7F
    if count == 0 or count > 6:
        return position + 1, -1
    return position + 1 + count, int.from_bytes(der[position + 1 : position + 1 + count], "big")
