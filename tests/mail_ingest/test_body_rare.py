"""Rare clients, footers and look-alikes, line by line: each line of a letter is marked with what it has to become."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

from mail_ingest.body import PartKind, split_quoted
from mail_ingest.html_text import html_to_text

MARKS = {PartKind.WRITTEN: "w", PartKind.QUOTED: "q", PartKind.SIGNATURE: "s"}
OWN = "w:The new lamp works.\nw:\nw:Could you send the invoice, too?\nw:\n"
OLD = "q:\nq:Dear customer,\nq:we have shipped the replacement.\nq:Orbit team"

HEADS = {
    "notes, two columns": 'q:"Marta Weiss"                                                     \nq:<m.weiss@lumen.exa        To:     <help@orbit.example>\nq:mple>                     cc:\nq:                          Subject:     Re: Lamp\nq:05/12/2003 10:21 AM',
    "notes, French": "q:Marta Weiss/Lumen/FR@LUMEN\nq:12/05/2003 10:21\nq:\nq:        Pour :        help@orbit.example\nq:        cc :        \nq:        Objet :        Lampe",
    "notes, German": "q:Marta Weiss\nq:12.05.2003 10:21\nq:\nq:An: help@orbit.example\nq:Kopie:\nq:Thema: Lampe",
    "pine, without marks": "q:On Mon, 12 May 2003, Marta Weiss wrote:",
    "yahoo, old": "q:--- Orbit Support <help@orbit.example> wrote:\nq:---------------------------------",
    "outlook, Serbian": "q:Шаље: Orbit <help@orbit.example>\nq:Послато: уторак, 12. мај 2020. 10:21\nq:Прима: m@lumen.example\nq:Тема: RE: Лампа",
    "outlook, Croatian": "q:Šalje: Orbit <help@orbit.example>\nq:Poslano: 12. svibnja 2020. 10:21\nq:Prima: m@lumen.example\nq:Predmet: RE: Lampa",
    "outlook, Catalan": "q:De: Orbit <help@orbit.example>\nq:Enviat el: dimarts, 12 de maig de 2020 10:21\nq:Per a: m@lumen.example\nq:Tema: RE: Llum",
    "gmail, Slovenian": "q:V V tor., 12. maj 2020 ob 10:21 je oseba Orbit Support <help@orbit.example> napisala:",
    "gmail, Arabic with its own digits": "q:في الثلاثاء، ١٢ مايو ٢٠٢٠ في ١٠:٢١ ص تمت كتابة ما يلي بواسطة \u202aOrbit Support\u202c\u200f <\u202ahelp@orbit.example\u202c\u200f>:",
    "gmail, Persian": "q:در تاریخ سه\u200cشنبه ۱۲ مهٔ ۲۰۲۰،\u200f ۱۰:۲۱ Orbit Support <help@orbit.example> نوشت:",
    "thunderbird, Korean": "q:2020-05-12 오전 10:21에 Orbit Support 이(가) 쓴 글:",
    "zimbra, French": 'q:----- Mail original -----\nq:De: "Orbit" <help@orbit.example>\nq:À: m@lumen.example\nq:Envoyé: Mardi 12 Mai 2020 10:21:33\nq:Objet: Re: Lampe',
}

ENDS = {
    "device, Croatian": "s:Poslano iz mojeg iPhonea",
    "device, Arabic": "s:أُرسلت من الـ iPhone",
    "device, Chinese": "s:来自我的华为手机",
    "small keys": "s:Typed on tiny keys. Please forgive brevity.",
    "scanner between rules": "s:______________________________________________________________________\ns:This email has been scanned by the Citadel Email Security service.\ns:For more information please visit http://www.citadel.example\ns:______________________________________________________________________",
    "notice, Japanese": "s:このメールには機密情報が含まれている場合があります。誤って受信された場合は、送信者に連絡の上、削除してください。",
    "notice, Chinese": "s:本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人或群组。如果您错收了本邮件，请您立即电话或邮件通知发件人并删除本邮件！",
    "card, Polish company": "s:Pozdrawiam\ns:Marta Weiss\ns:Lumen sp. z o.o.\ns:tel. 22 123 45 67",
    "card, Chinese": "s:谢谢！\ns:李雷\ns:电话：010-12345678",
    "majordomo": 's:-\ns:To unsubscribe from this list: send the line "unsubscribe lamps" in\ns:the body of a message to majordomo@lists.example\ns:More majordomo info at  http://lists.example/majordomo-info.html',
    "sponsor of a group": "s:------------------------ Orbit! Groups Sponsor --------------------~--> \ns:Upgrade to brighter lamps!\ns:http://us.click.lists.example/x\ns:---------------------------------------------------------------------~->\ns:\ns:To unsubscribe from this group, send an email to:\ns:lamps-unsubscribe@lists.example",
}

SHOWN = (
    "Temperature rules:\n> 50 degrees: switch off\n> 30 degrees: dim\nIs that possible?",
    "My name is Anna.\n-- \nThe list of what I need:\n1 lamp\n2 batteries\nplease send it to Main street 5.",
    "Hello,\nOn Monday we wrote a contract:\n- price 300\n- delivery in May\nIs it still valid?",
    "Sent from Paris, my parcel has not arrived yet.\nWhere is it?",
    "From: Berlin Hbf\nTo: München Hbf\nDate: 12.05.2024 10:21\nSubject: two persons\n\nCan you offer a seat?",
    "Please offer:\nName: Ann\nFrom: 12.05.2020\nTo: 14.05.2020\nSubject: rent of two lamps\nIs it available?",
    "Item            To: Berlin\nLamp            To: Paris\nPlease tell me the price of each.",
)


def _wrong(letter: str) -> list[tuple[str, str, str]]:
    """The lines that became something else: wanted, found, line."""
    marked = [(line[:1], line[2:]) for line in letter.split("\n")]
    body = split_quoted("\n".join(line for _, line in marked))
    found = [
        (MARKS[part.kind], line) for part in body.parts for line in part.text.split("\n") if line.strip()
    ]
    wanted = [(mark, line) for mark, line in marked if line.strip()]
    assert [line for _, line in found] == [line for _, line in wanted]
    return [(want, got, line) for (want, line), (got, _) in zip(wanted, found, strict=True) if want != got]


def test_heads_of_rare_clients_and_languages_fold_what_follows():
    assert {name: wrong for name, head in HEADS.items() if (wrong := _wrong(f"{OWN}{head}\n{OLD}"))} == {}


def test_what_programs_and_lists_put_below_a_letter_folds_as_a_signature():
    assert {name: wrong for name, end in ENDS.items() if (wrong := _wrong(OWN + end))} == {}


def test_what_only_looks_like_a_quotation_or_signature_is_shown():
    assert {
        text: body.folded + body.signature for text in SHOWN if (body := split_quoted(text)).visible != text
    } == {}


def test_a_bar_at_the_left_with_an_attribution_inside_is_a_quotation_and_without_one_is_not():
    inside = "<p>we have shipped the replacement.</p>"
    bar = '<div>The lamp works.</div><div style="border-left:2px solid #ccc;padding-left:5px">'
    quoted = f"{bar}On 12 May 2020, Orbit wrote:{inside}</div>"
    own = f"{bar}These are my points:{inside}</div>"
    assert "shipped" not in split_quoted(html_to_text(quoted), quoted).visible
    assert "shipped" in split_quoted(html_to_text(own), own).visible


def test_figures_below_an_attribution_are_quoted():
    body = split_quoted(
        "On Mon, 4 May 2020 at 10:21, Ann <a@customer.example> wrote:\n> 5 lamps are broken.\n\nYes, all dark."
    )
    assert (body.visible, "5 lamps" in body.folded) == ("Yes, all dark.", True)
