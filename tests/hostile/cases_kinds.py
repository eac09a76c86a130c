"""Calendars, winmail.dat, signed and encrypted mail, and pages that hide or break things."""

from __future__ import annotations

import struct

from tests.hostile.case import Case, b64, case, file, joined, mail, multi, multi_part, page, part, plain

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1@x.example\r\nSUMMARY:{title}\r\n"
    "DTSTART:20261102T100000Z\r\nDTEND:20261102T110000Z\r\nLOCATION:Room 5\r\n"
    "ORGANIZER;CN=Bob:mailto:bob@y.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def event(method: str = "REQUEST", title: str = "Demo") -> str:
    return EVENT.format(method=method, title=title)


def calendar(text: str, kind: str = "text/calendar; charset=utf-8", *headers: str) -> bytes:
    return part(text, f"Content-Type: {kind}", *headers)


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes((size,)) if size < 128 else bytes((0x82, size >> 8, size & 255))
    return bytes((tag,)) + length + content


def opaque(letter: bytes, *, chunks: bool = False) -> bytes:
    """A CMS object that holds a signed letter (RFC 5652), without its signatures."""
    octets = der(0x04, letter)
    if chunks:
        pieces = b"".join(der(0x04, letter[at : at + 50]) for at in range(0, len(letter), 50))
        octets = b"\x24\x80" + pieces + b"\0\0"
    data = der(0x06, bytes.fromhex("2a864886f70d010701")) + (
        b"\xa0\x80" + octets + b"\0\0" if chunks else der(0xA0, octets)
    )
    signed = der(0x02, b"\1") + der(0x31, b"") + der(0x30, data)
    return der(0x30, der(0x06, bytes.fromhex("2a864886f70d010702")) + der(0xA0, der(0x30, signed)))


def enveloped() -> bytes:
    return der(
        0x30, der(0x06, bytes.fromhex("2a864886f70d010703")) + der(0xA0, der(0x30, b"\x02\x01\0" + b"x" * 90))
    )


def smime(content: bytes, kind: str = "signed-data") -> bytes:
    return mail(
        b64(content),
        f"Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m",
        "Content-Transfer-Encoding: base64",
    )


TNEF = struct.pack("<IH", 0x223E9F78, 1) + b"\x01\x06\x90\x08\x00" + b"\0" * 40
PGP = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA1234567890\r\n=abcd\r\n-----END PGP MESSAGE-----"

CASES: list[Case] = [
    case("an invitation beside a text", multi(plain("Shall we meet?"), calendar(event()), kind="alternative"), has=("Shall we meet?", "Invitation: Demo", "When: 2026-11-02 10:00 UTC", "Room 5"), names=["invitation.ics"]),
    case("an invitation alone", mail(event(), "Content-Type: text/calendar; method=REQUEST; charset=utf-8"), has=("Invitation: Demo", "Bob <bob@y.example>"), names=["invitation.ics"]),
    case("an invitation as application/ics", multi(plain("See file"), file(event().encode(), "invite.ics", "application/ics")), has=("See file", "Invitation: Demo"), names=["invite.ics"]),
    case("both forms of Google, shown once", multi(multi_part(plain("x"), calendar(event())), file(event().encode(), "invite.ics", "application/ics")), text="x\n\nInvitation: Demo\nWhen: 2026-11-02 10:00 UTC - 2026-11-02 11:00 UTC\nWhere: Room 5\nOrganiser: Bob <bob@y.example>", names=["invitation.ics", "invite.ics"]),
    case("an .ics without its type", multi(plain("See file"), file(event().encode(), "meeting.ics")), has=("See file", "Invitation: Demo")),
    case("cancelled", mail(event("CANCEL"), "Content-Type: text/calendar"), has="Cancelled: Demo"),
    case("an answer", mail(event("REPLY").replace("LOCATION", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@x.example\r\nLOCATION"), "Content-Type: text/calendar"), has=("Answer to an invitation: Demo", "ann@x.example (accepted)")),
    case("another time", mail(event("COUNTER"), "Content-Type: text/calendar"), has="Other time: Demo"),
    case("Russian, base64", multi(plain("x"), part(b64(event(title="Встреча").encode()), "Content-Type: text/calendar; charset=utf-8", "Content-Transfer-Encoding: base64")), has="Встреча"),
    case("Russian, cp1251 as utf-8", mail(event(title="Встреча с клиентом").encode("cp1251"), "Content-Type: text/calendar; charset=utf-8"), has="Встреча с клиентом"),
    case("folded lines", mail(event(title="A very long\r\n  title of a meet\r\n ing"), "Content-Type: text/calendar"), has="A very long title of a meeting"),
    case("folded inside of a letter", mail(event(title="Встреча").encode().replace(b"\xd0\xb5", b"\xd0\r\n \xb5", 1), "Content-Type: text/calendar; charset=utf-8"), has="Встреча"),
    case("escaped signs", mail(event(title="A\\, B\\; C\\nD"), "Content-Type: text/calendar"), has="A, B; C"),
    case("a whole day", mail(event().replace("DTSTART:20261102T100000Z", "DTSTART;VALUE=DATE:20261102"), "Content-Type: text/calendar"), has="When: 2026-11-02"),
    case("a time zone", mail(event().replace("DTSTART:20261102T100000Z", "DTSTART;TZID=Europe/Berlin:20261102T100000"), "Content-Type: text/calendar"), has="2026-11-02 10:00 (Europe/Berlin)"),
    case("an alarm and a time zone with texts of their own", mail(event().replace("END:VEVENT", "BEGIN:VALARM\r\nSUMMARY:wrong\r\nEND:VALARM\r\nDESCRIPTION:right\r\nEND:VEVENT"), "Content-Type: text/calendar"), has="right", lacks="wrong"),
    case("line feeds alone", mail(event().replace("\r\n", "\n"), "Content-Type: text/calendar"), has="Invitation: Demo"),
    case("carriage returns alone", multi(plain("x"), part(b64(event().replace("\r\n", "\r").encode()), "Content-Type: text/calendar", "Content-Transfer-Encoding: base64")), has="Invitation: Demo"),
    case("a calendar of rubbish", multi(plain("x"), calendar("BEGIN:VCALENDAR\r\nrubbish")), text="x", names=["invitation.ics"]),
    case("an empty calendar", multi(plain("x"), calendar("")), text="x"),
    case("a title of a megabyte", lambda: multi(plain("x"), calendar(event(title="a" * 1_000_000))), has="Invitation: aaa"),
    case("a card is a file", multi(plain("x"), part("BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD", "Content-Type: text/vcard")), text="x", names=["attachment.vcf"]),
    case("winmail.dat beside a text", multi(plain("Hello"), file(TNEF, "winmail.dat", "application/ms-tnef")), text="Hello", names=["winmail.dat"], contents=[TNEF]),
    case("winmail.dat alone", multi(file(TNEF, "winmail.dat", "application/ms-tnef")), has="Outlook", names=["winmail.dat"]),
    case("winmail.dat as a nameless vnd type", multi(plain("Hello"), part(b64(TNEF), "Content-Type: application/vnd.ms-tnef", "Content-Transfer-Encoding: base64")), names=["winmail.dat"]),
    case("winmail.dat as octet-stream, alone", multi(file(TNEF, "winmail.dat")), has="Outlook", names=["winmail.dat"]),
    case("a winmail.dat of rubbish", multi(plain("Hello"), file(b"\x78\x9f\x3e\x22" + b"\xff" * 1000, "winmail.dat", "application/ms-tnef")), text="Hello", names=["winmail.dat"]),
    case("signed, clear", multi(plain("Hello"), part("x", "Content-Type: application/pkcs7-signature; name=smime.p7s"), kind='signed; protocol="application/pkcs7-signature"; x'), text="Hello", names=["smime.p7s"]),
    case("signed, clear, an alternative inside", multi(multi_part(plain("Hello"), page("<p>Hello</p>")), part("x", "Content-Type: application/pgp-signature"), kind="signed"), text="Hello", html_has="<p>Hello</p>", names=["signature.asc"]),
    case("signed, opaque", smime(opaque(plain("Hello there"))), text="Hello there", names=["smime.p7m"]),
    case("signed, opaque, in chunks", smime(opaque(plain("Hello there, this is a longer letter. " * 5), chunks=True)), has="this is a longer letter"),
    case("signed, opaque, an alternative and a file inside", smime(opaque(part(joined(multi_part(plain("Hello"), page("<p>Hello</p>")), file(b"data", "a.pdf", "application/pdf")), "Content-Type: multipart/mixed; boundary=b"))), text="Hello", names=["a.pdf", "smime.p7m"], html_has="<p>Hello"),
    case("signed, opaque, no smime-type", mail(b64(opaque(plain("Hello there"))), "Content-Type: application/x-pkcs7-mime; name=smime.p7m", "Content-Transfer-Encoding: base64"), text="Hello there"),
    case("signed, opaque, as octet-stream", mail(b64(opaque(plain("Hello there"))), "Content-Type: application/octet-stream; name=smime.p7m", "Content-Transfer-Encoding: base64"), text="Hello there"),
    case("signed, opaque twice", smime(opaque(part(b64(opaque(plain("deep"))), "Content-Type: application/pkcs7-mime", "Content-Transfer-Encoding: base64"))), text="deep", names=["smime.p7m", "smime.p7m"]),
    case("encrypted with S/MIME", smime(enveloped(), "enveloped-data"), has="encrypted with S/MIME", names=["smime.p7m"]),
    case("S/MIME of rubbish", smime(b"\x30\x84\xff\xff\xff\xff" + b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x84\xff\xff\xff\xff\x24\x80" * 50), names=["smime.p7m"], has="encrypted"),
    case("S/MIME of nothing", smime(b""), names=["smime.p7m"]),
    case("PGP inline, signed", mail("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello there\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----"), has="Hello there"),
    case("PGP inline, encrypted", mail(PGP), has="BEGIN PGP MESSAGE"),
    case("PGP/MIME, encrypted", multi(part("Version: 1", "Content-Type: application/pgp-encrypted"), part(PGP, "Content-Type: application/octet-stream; name=encrypted.asc"), kind='encrypted; protocol="application/pgp-encrypted"; x'), has="encrypted with PGP", names=["attachment.asc", "encrypted.asc"]),
    case("PGP key", multi(plain("my key"), part("-----BEGIN PGP PUBLIC KEY BLOCK-----", "Content-Type: application/pgp-keys; name=key.asc")), text="my key", names=["key.asc"]),
    case("Autocrypt header of 5 KB", mail("Hello", "Autocrypt: addr=ann@customer.example; keydata=" + "\r\n ".join(["A" * 70] * 70)), text="Hello"),
    case("a page without a body", mail("<html><head><title>x</title></head></html>", "Content-Type: text/html"), text="", html_has="<title>"),
    case("a page with a style in the body", mail("<body><style>p{color:red}</style><p>Hello</p></body>", "Content-Type: text/html"), text="Hello"),
    case("a page with a script", mail("<script>alert('x')</script><p>Hello</p>", "Content-Type: text/html"), text="Hello"),
    case("a page with a comment of Outlook", mail("<!--[if gte mso 9]><xml>junk</xml><![endif]--><p>Hello</p>", "Content-Type: text/html"), text="Hello"),
    case("a page whose comment never ends", mail("<p>Hello</p><!-- never ends <p>there</p>", "Content-Type: text/html"), has="Hello"),
    case("a page whose style never ends", mail("<style>p{}<p>Hello there", "Content-Type: text/html"), has="Hello there"),
    case("a page whose title never ends", mail("<title>Hello there", "Content-Type: text/html"), has="Hello there"),
    case("a page whose tag never ends", mail("<p>Hello</p><a href=\"http://x.example there", "Content-Type: text/html"), has="Hello"),
    case("a page in a plain text part", mail("<html><body><p>Hello</p></body></html>", "Content-Type: text/plain"), has="Hello"),
    case("a page that is no page", mail("Hello, 3 < 5 and a > b", "Content-Type: text/html"), text="Hello, 3 < 5 and a > b"),
    case("a page of entities", mail("&lt;b&gt; &amp;amp; &#1055;&#x440;&nbsp;&euro; &bogus; &#0; &#55296; &#99999999;", "Content-Type: text/html"), has=("<b>", "Пр", "€", "&bogus;")),
    case("a page of tables", mail("<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>", "Content-Type: text/html"), text="one two\nthree"),
    case("a page with NULs in tags", mail(b"<p>He\0llo</p><b\0r>there", "Content-Type: text/html"), has=("Hello", "there")),
    case("a page in UTF-16 without a label", mail("<html><p>Привет</p></html>".encode("utf-16"), "Content-Type: text/html"), text="Привет"),
    case("a page with two bodies", mail("<body><p>one</p></body><body><p>two</p></body>", "Content-Type: text/html"), has=("one", "two")),
    case("text behind the end of the page", mail("<html><body>one</body></html>two", "Content-Type: text/html"), has=("one", "two")),
    case("a frame and a form", mail("<iframe>no frames</iframe><form><input value=x><textarea>words</textarea></form>", "Content-Type: text/html"), has="words"),
    case("XHTML", mail('<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="http://x"><body><p>Hello<br/>there</p></body></html>', "Content-Type: application/xhtml+xml"), text="Hello\nthere", html_has="<br/>"),
    case("rich text alone is a file", mail("{\\rtf1\\ansi Hello}", "Content-Type: text/rtf"), names=["attachment.rtf"]),
    case("voice mail", multi(plain("You have a message"), file(b"RIFF", "voice.wav", "audio/wav"), kind="voice-message"), text="You have a message", names=["voice.wav"]),
    case("a fax as pages", multi(file(b"II*\0", "fax.tif", "image/tiff")), text="", names=["fax.tif"]),
    case("a link file of Apple", multi(plain("Hello"), part("<plist/>", "Content-Type: text/xml; x-apple-part-url=x")), text="Hello", names=["attachment.xml"]),
]  # fmt: skip
