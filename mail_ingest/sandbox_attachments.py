"""The files that sample letters carry, drawn, laid out and packed here: real PNG, PDF and DOCX.

Place in the flow: below `sandbox_letters`, above nothing. Pure: the same bytes every time.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_Colour = tuple[int, int, int]
_WALL, _FLOOR, _WHITE, _STEEL = (222, 214, 200), (150, 120, 92), (244, 244, 242), (176, 182, 188)
_DARK, _WATER, _RED, _CREAM, _GREEN = (
    (52, 56, 62),
    (120, 170, 205),
    (196, 44, 40),
    (240, 228, 196),
    (46, 140, 84),
)


class _Canvas:
    def __init__(self, width: int, height: int, background: _Colour) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(background) * width) for _ in range(height)]

    def box(self, left: int, top: int, right: int, bottom: int, colour: _Colour) -> None:
        for row in self.rows[max(top, 0) : bottom]:
            row[left * 3 : right * 3] = bytes(colour) * (right - left)

    def oval(self, middle: tuple[int, int], radii: tuple[int, int], colour: _Colour) -> None:
        (x, y), (wide, high) = middle, radii
        for step in range(-high, high + 1):
            half = int(wide * (1 - (step / high) ** 2) ** 0.5)
            self.box(max(x - half, 0), y + step, min(x + half, self.width), y + step + 1, colour)

    def png(self) -> bytes:
        """PNG specification, section 5: signature, header, one zlib stream of unfiltered rows, end."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        rows = zlib.compress(b"".join(b"\0" + row for row in self.rows), 9)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _kitchen() -> _Canvas:
    canvas = _Canvas(480, 360, _WALL)
    canvas.box(0, 270, 480, 360, _FLOOR)
    return canvas


def _puddle() -> bytes:
    canvas = _kitchen()
    canvas.oval((250, 315), (200, 34), _WATER)
    canvas.box(140, 70, 340, 300, _WHITE)
    canvas.box(140, 70, 340, 104, _STEEL)
    canvas.oval((240, 195), (72, 72), _DARK)
    canvas.oval((240, 195), (58, 58), _WATER)
    canvas.box(300, 80, 328, 94, _RED)
    return canvas.png()


def _dented_oven() -> bytes:
    canvas = _kitchen()
    canvas.box(120, 60, 360, 300, _STEEL)
    canvas.box(140, 130, 340, 280, _DARK)
    canvas.box(150, 140, 330, 146, _WHITE)
    for knob in range(160, 340, 44):
        canvas.oval((knob, 95), (12, 12), _WHITE)
    canvas.oval((352, 215), (26, 38), (120, 126, 132))
    canvas.oval((358, 215), (16, 26), (96, 100, 106))
    return canvas.png()


def _blender() -> bytes:
    canvas = _Canvas(320, 320, _CREAM)
    canvas.box(0, 250, 320, 320, _FLOOR)
    canvas.box(120, 60, 200, 190, (214, 226, 232))
    canvas.box(112, 48, 208, 62, _DARK)
    canvas.box(100, 190, 220, 270, _RED)
    canvas.oval((160, 232), (18, 18), _WHITE)
    return canvas.png()


def _model_plate() -> bytes:
    canvas = _Canvas(420, 260, _STEEL)
    canvas.box(30, 30, 390, 230, _WHITE)
    for top, width in ((50, 220), (84, 300), (112, 260), (140, 180)):
        canvas.box(50, top, 50 + width, top + 10, _DARK)
    for bar in range(0, 150, 3):
        canvas.box(50 + bar * 2, 170, 52 + bar * 2 + bar % 2, 214, _DARK)
    return canvas.png()


def _payment_screen() -> bytes:
    canvas = _Canvas(300, 560, _WHITE)
    canvas.box(0, 0, 300, 56, _GREEN)
    canvas.oval((150, 180), (52, 52), _RED)
    canvas.box(143, 148, 157, 194, _WHITE)
    canvas.box(143, 202, 157, 214, _WHITE)
    for top, width in ((270, 200), (292, 160), (340, 220)):
        canvas.box(150 - width // 2, top, 150 + width // 2, top + 9, _DARK)
    canvas.box(60, 460, 240, 504, _GREEN)
    return canvas.png()


def _purchase_order() -> bytes:
    return pdf(
        [
            "PURCHASE ORDER 0117",
            "",
            "Kestrel Cafe Ltd, 3 Harbour Steps",
            "To: Orbit, household appliances",
            "",
            "2 x under-counter fridge, 120 l      2 x 214.00",
            "1 x delivery, ground floor               18.00",
            "",
            "Total, VAT included                     446.00",
            "",
            "Please quote order OR-48102 on the invoice.",
        ]
    )


def pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF 1.4 of ASCII lines, with the table of byte offsets that readers look for."""
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    page = "BT /F1 12 Tf 16 TL 60 780 Td\n" + "".join(f"({line}) Tj T*\n" for line in shown) + "ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        "/Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(bodies) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF\n".encode("ascii")


def _company_card() -> bytes:
    return docx(
        [
            "Карточка предприятия",
            "ООО «Ромашка-Сервис»",
            "ИНН 0000000000, КПП 000000000",
            "Юридический адрес: 000000, г. Примерск, ул. Ботаническая, д. 5",
            "Расчётный счёт 00000000000000000000 в банке «Примерный»",
            "Директор: Лютиков А. А.",
        ]
    )


def docx(paragraphs: Sequence[str]) -> bytes:
    """The smallest Word document that word processors open: ECMA-376, part 2, three parts in a zip."""
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    packages = "http://schemas.openxmlformats.org/package/2006"
    parts: Mapping[str, str] = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="r1" Type="{relation}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # A zip remembers when it was made; with a fixed date the letter is the same every time.
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return packed.getvalue()


def _text_file(name: str) -> bytes:
    return (Path(__file__).parent / "sandbox_data" / "files" / name).read_bytes()


_MADE: Mapping[str, Callable[[], bytes]] = {
    "puddle.png": _puddle,
    "dented-oven.png": _dented_oven,
    "blender.png": _blender,
    "model-plate.png": _model_plate,
    "payment-screen.png": _payment_screen,
    "purchase-order.pdf": _purchase_order,
    "company-card.docx": _company_card,
}


def attachment(name: str) -> bytes:
    """The content of a sample attachment; FileNotFoundError for a name that no letter uses."""
    made = _MADE.get(name)
    return made() if made else _text_file(name)
