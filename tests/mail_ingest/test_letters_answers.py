"""Answers as clients of ten languages send them: above, below and between what they quote."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

from tests.mail_ingest.marked_letters import all_wrong, marked

OWN = "w:The lamp works.\nw:\nw:Could you send the invoice, too?\nw:\n"
OLD = "q:\nq:Dear Marta,\nq:\nq:we have shipped the replacement.\nq:Orbit team"
OLD_MARKED = "q:\nq:> Dear Marta,\nq:> \nq:> we have shipped the replacement.\nq:> Orbit team"

# What stands above a quotation that has no marks of its own.
HEADS = {
    "gmail, day first and comma after the name": "On Tue, 3 Nov 2026, 15:04 Orbit Support, <help@orbit.example> wrote:",
    "gmail, name with a comma and brackets": 'On Tue, Nov 3, 2026 at 3:04 PM "Weiss, Marta (Support, EU)" <help@orbit.example> wrote:',
    "gmail, no name": "On Tue, Nov 3, 2026 at 3:04 PM <help@orbit.example> wrote:",
    "gmail, through a list": "On Tue, Nov 3, 2026 at 3:04 PM 'Orbit Support' via Helpdesk <\nhelpdesk@orbit.example> wrote:",
    "gmail, Spanish, wrapped": "El mar., 3 de noviembre de 2026 15:04, Orbit Support <help@orbit.example>\nescribió:",
    "gmail, Canadian French": "Le mar. 3 nov. 2026, à 15 h 04, Orbit Support <help@orbit.example> a\nécrit :",
    "gmail, Russian phone": "вт, 3 нояб. 2026 г., 15:04 Orbit Support <help@orbit.example>:",
    "gmail, Ukrainian, wrapped": "вт, 3 лист. 2026 р. о 15:04 Orbit Support Department of Lamps <\nhelp@orbit.example> пише:",
    "gmail, Polish, wrapped": "wt., 3 lis 2026 o 15:04 Orbit Support <help@orbit.example>\nnapisał(a):",
    "gmail, Italian, old": "Il giorno 3 novembre 2026 15:04, Orbit Support <help@orbit.example> ha\nscritto:",
    "gmail, Portuguese of Brazil, old": "Em 3 de novembro de 2026 15:04, Orbit Support <help@orbit.example>\nescreveu:",
    "gmail, Dutch, wrapped": "Op di 3 nov 2026 om 15:04 schreef Orbit Klantenservice Nederland <\nhelp@orbit.example>:",
    "apple, Ukrainian": "3 лист. 2026 р. о 15:04 Orbit Support <help@orbit.example> пише:",
    "apple, Portuguese of Portugal": "No dia 03/11/2026, às 15:04, Orbit Support <help@orbit.example> escreveu:",
    "apple, Polish": "Wiadomość napisana przez Orbit Support <help@orbit.example> w dniu 3 lis 2026, o godz. 15:04:",
    "apple, Dutch": "Op 3 nov. 2026 om 15:04 heeft Orbit Support <help@orbit.example> het volgende geschreven:",
    "yahoo, French": "    Le mardi 3 novembre 2026 à 15:04:05 UTC+1, Orbit Support <help@orbit.example> a écrit :  ",
    "yahoo, Spanish": "    El martes, 3 de noviembre de 2026, 15:04:05 CET, Orbit Support <help@orbit.example> escribió:  ",
    "yahoo, Italian": "    Il martedì 3 novembre 2026 alle ore 15:04:05 CET, Orbit Support <help@orbit.example> ha scritto:  ",
    "yahoo, Portuguese": "    Em terça-feira, 3 de novembro de 2026 15:04:05 BRT, Orbit Support <help@orbit.example> escreveu:  ",
    "yahoo, phone": "  On Tue, 3 Nov 2026 at 15:04, Orbit Support<help@orbit.example> wrote:   ",
    "mail.ru, now": "вторник, 3 ноября 2026 г., 15:04 +03:00 от Orbit Support <help@orbit.example>:",
    "yandex, phone": "03.11.2026, 15:04, Orbit Support (help@orbit.example):",
    "yandex, words": "3 ноября 2026 г., 15:04:05, Orbit Support <help@orbit.example>:",
    "proton": "On Tuesday, November 3rd, 2026 at 3:04 PM, Orbit Support <help@orbit.example> wrote:",
    "proton, German": "Orbit Support <help@orbit.example> schrieb am Dienstag, 3. November 2026 um 15:04:",
    "proton, French": "Le mardi 3 novembre 2026 à 15:04, Orbit Support <help@orbit.example> a écrit :",
    "proton, old, under its line": "------- Original Message -------\nOn Tuesday, November 3rd, 2026 at 3:04 PM, Orbit Support <help@orbit.example> wrote:",
    "spark": "On 3 Nov 2026, 15:04 +0100, Orbit Support <help@orbit.example>, wrote:",
    "spark, German": "Am 3. Nov. 2026, 15:04 +0100 schrieb Orbit Support <help@orbit.example>:",
    "spark, Russian": "3 нояб. 2026 г., 15:04 +0300, Orbit Support <help@orbit.example>, писал:",
    "superhuman": "On Tue, Nov 03, 2026 at 3:04 PM, Orbit Support < help@orbit.example > wrote:",
    "mailspring": "On Nov 3 2026, at 3:04 pm, Orbit Support <help@orbit.example> wrote:",
    "mailbird": "On 11/3/2026 3:04:05 PM, Orbit Support <help@orbit.example> wrote:",
    "airmail": "On 3 November 2026 at 15:04:05, Orbit Support (help@orbit.example) wrote:",
    "notes, one line": "Orbit Support <help@orbit.example> wrote on 11/03/2026 03:04:05 PM:",
    "roundcube, German": "Am 03.11.2026 15:04, schrieb Orbit Support:",
    "roundcube, Russian": "Orbit Support писал(а) 03.11.2026 15:04:",
    "roundcube, Russian, day in numbers first by year": "Orbit Support писал 2026-11-03 15:04:",
    "roundcube, Dutch": "Orbit Support schreef op 2026-11-03 15:04:",
    "roundcube, Polish": "W dniu 2026-11-03 15:04, Orbit Support napisał(a):",
    "roundcube, Ukrainian": "Orbit Support писав 03.11.2026 15:04:",
    "roundcube, Spanish": "El 2026-11-03 15:04, Orbit Support escribió:",
    "k-9, German": "Am 3. November 2026 15:04:05 MEZ schrieb Orbit Support <help@orbit.example>:",
    "k-9, Polish": "Dnia 3 listopada 2026 15:04:05 CET, Orbit Support <help@orbit.example> napisał(a):",
    "fairemail": "Nov 3, 2026 3:04:05 PM Orbit Support <help@orbit.example>:",
    "date behind the name, wrapped twice": "Orbit Support, Department of Very Small and Very Large Lamps,\n<help@orbit.example> wrote on Tuesday, 3 November\n2026 at 15:04:",
    "outlook in a phone's bold": "*From:* Orbit Support <help@orbit.example>\n*Sent:* Tuesday, November 3, 2026 3:04 PM\n*To:* Marta Weiss <m.weiss@customer.example>\n*Subject:* Re: Lamp",
    "outlook, Russian bold": "*От:* Orbit Support <help@orbit.example>\n*Отправлено:* 3 ноября 2026 г. 15:04\n*Кому:* m.weiss@customer.example\n*Тема:* Re: Лампа",
    "outlook, Ukrainian": "Від: Orbit Support <help@orbit.example>\nНадіслано: 3 листопада 2026 р. 15:04\nКому: Марта Вайс <m.weiss@customer.example>\nТема: RE: Лампа",
    "outlook, Italian": "Da: Orbit Support <help@orbit.example>\nInviato: martedì 3 novembre 2026 15:04\nA: Marta Weiss\nOggetto: R: Lampada",
    "outlook, Portuguese": "De: Orbit Support\nEnviada: 3 de novembro de 2026 15:04\nPara: Marta Weiss\nAssunto: RE: Candeeiro",
    "outlook, Dutch": "Van: Orbit Support <help@orbit.example>\nVerzonden: dinsdag 3 november 2026 15:04\nAan: Marta Weiss\nOnderwerp: RE: Lamp",
    "outlook, Polish": "Od: Orbit Support <help@orbit.example>\nWysłano: wtorek, 3 listopada 2026 15:04\nDo: Marta Weiss\nTemat: RE: Lampa",
    "outlook on a Mac": "From: Orbit Support <help@orbit.example>\nDate: Tuesday, 3 November 2026 at 15:04\nTo: Marta Weiss <m.weiss@customer.example>\nCc: Otto Lind <o.lind@customer.example>, Ada Falk\n<a.falk@customer.example>\nSubject: Re: Lamp",
    "outlook on a Mac, French": "De : Orbit Support <help@orbit.example>\nDate : mardi, 3 novembre 2026 à 15:04\nÀ : Marta Weiss <m.weiss@customer.example>\nObjet : Re: Lampe",
    "new outlook, German, under its rule": "________________________________\nVon: Orbit Support <help@orbit.example>\nGesendet: Dienstag, 3. November 2026 15:04\nAn: Marta Weiss <m.weiss@customer.example>\nBetreff: AW: Lampe\n ",
    "outlook, with a priority": "From: Orbit Support <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta Weiss\nSubject: [EXTERNAL] Re: Lamp\nImportance: High",
    "samsung": "-------- Original message --------\nFrom: Orbit Support <help@orbit.example> \nDate: 03/11/2026  15:04  (GMT+01:00) \nTo: m.weiss@customer.example \nSubject: Re: Lamp ",
    "samsung, Russian": "-------- Исходное сообщение --------\nОт: Orbit Support <help@orbit.example> \nДата: 03.11.2026  15:04  (GMT+03:00) \nКому: m.weiss@customer.example \nТема: Re: Лампа ",
    "samsung, Spanish": "-------- Mensaje original --------\nDe: Orbit Support <help@orbit.example> \nFecha: 3/11/26  15:04  (GMT+01:00) \nPara: m.weiss@customer.example \nAsunto: Re: Lámpara ",
    "zimbra, Russian": '----- Исходное сообщение -----\nОт: "Orbit Support" <help@orbit.example>\nКому: "m weiss" <m.weiss@customer.example>\nОтправленные: Вторник, 3 Ноябрь 2026 г 15:04:05\nТема: Re: Лампа',
    "zimbra, without its line": 'De: "Orbit Support" <help@orbit.example>\nÀ: "m weiss" <m.weiss@customer.example>\nEnvoyé: Mardi 3 Novembre 2026 15:04:05\nObjet: Re: Lampe',
    "gmx": 'Gesendet: Dienstag, 03. November 2026 um 15:04 Uhr\nVon: "Orbit Support" <help@orbit.example>\nAn: "Marta Weiss" <m.weiss@customer.example>\nBetreff: Re: Lampe',
    "em client, no colons": '------ Original Message ------\nFrom "Orbit Support" <help@orbit.example>\nTo m.weiss@customer.example\nDate 03.11.2026 15:04:05\nSubject Re: Lamp',
    "em client, German": '------ Originalnachricht ------\nVon "Orbit Support" <help@orbit.example>\nAn m.weiss@customer.example\nDatum 03.11.2026 15:04:05\nBetreff Re: Lampe',
    "qq": '------------------ Original ------------------\nFrom: "Orbit Support"<help@orbit.example>;\nDate: Tue, Nov 3, 2026 03:04 PM\nTo: "Marta"<m.weiss@customer.example>;\nSubject: Re: Lamp',
    "163": 'At 2026-11-03 15:04:05, "Orbit Support" <help@orbit.example> wrote:',
    "rackspace": '-----Original Message-----\nFrom: "Orbit Support" <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04pm\nTo: m.weiss@customer.example\nSubject: Re: Lamp',
    "blackberry": "From: Orbit Support\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta Weiss\nReply To: help@orbit.example\nSubject: Re: Lamp",
}

# What stands above marked lines only.
LEADS = {
    "mail.ru, name in quotation marks": ">Вторник, 3 ноября 2026, 15:04 +03:00 от «Orbit Support» <help@orbit.example>:\n>",
    "the bat!": "Вы писали 3 ноября 2026 г., 15:04:05:",
    "the bat!, English": "Tuesday, November 3, 2026, 3:04:05 PM, you wrote:",
    "horde, French": "Orbit Support <help@orbit.example> a écrit :",
    "horde, Italian": "Quoting Orbit Support <help@orbit.example>:",
    "k-9, Russian": "3 ноября 2026 г. 15:04:05 GMT+03:00, Orbit Support <help@orbit.example> пишет:",
    "thunderbird, wrapped": "On 03/11/2026 15:04, Orbit Support, Department of Very Small and Very\nLarge Lamps wrote:",
    "thunderbird, Portuguese": "Às 15:04 de 03/11/2026, Orbit Support escreveu:",
    "mutt": "* Orbit Support <help@orbit.example> [2026-11-03 15:04]:",
    "mutt, plain": "On Tue, Nov 03, 2026 at 03:04:05PM +0100, Orbit Support wrote:",
    "gnus": "Orbit Support <help@orbit.example> writes:",
    "only a first name": "Ben wrote:",
    "phone, first mark on the attribution": "> On 3 Nov 2026, at 15:04, Orbit Support <help@orbit.example> wrote:",
}

LETTERS = {
    "between marked lines": "q:On Tue, Nov 3, 2026 at 3:04 PM Orbit Support <help@orbit.example> wrote:\nq:\nq:> Which lamp do you have?\nw:\nw:The small one.\nw:\nq:> And how many?\nw:\nw:Two, both dark.",
    "between marked lines, the bat!": "w:Здравствуйте, Orbit.\nw:\nq:Вы писали 3 ноября 2026 г., 15:04:05:\nq:\nq:OS> Какая у вас лампа?\nw:\nw:Маленькая.\nw:\nq:OS> Сколько их?\nw:\nw:Две.",
    "below, with a signature": "q:Am 03.11.26 um 15:04 schrieb Orbit Support:\nq:> Guten Tag,\nq:> welche Lampe haben Sie?\nw:\nw:Die kleine. Sie flackert seit gestern.\nw:\ns:-- \ns:Marta Weiss\ns:Lumen GmbH",
    "below, from a phone": "q:> On 3 Nov 2026, at 15:04, Orbit Support <help@orbit.example> wrote:\nq:> \nq:> Which lamp do you have?\nw:\nw:The small one.\nw:\ns:Sent from my iPad",
    "phone's line between answer and quotation": "w:Danke, das geht.\nw:\ns:Von meinem iPhone gesendet\ns:\nq:> Am 03.11.2026 um 15:04 schrieb Orbit Support <help@orbit.example>:\nq:> \nq:> \ufeffGuten Tag,\nq:> die Lampe ist unterwegs.",
    "outlook's line between answer and quotation": "w:Спасибо, заработало.\nw:\ns:Получить Outlook для iOS<https://aka.example/o0ukef>\nq:________________________________\nq:От: Orbit Support <help@orbit.example>\nq:Отправлено: Tuesday, November 3, 2026 3:04:05 PM\nq:Кому: Marta <m@customer.example>\nq:Тема: Re: Лампа\nq:\nq:Лампа отправлена.",
    "yahoo's line between answer and quotation": "w:Thanks, that did it.\nw:\ns:Sent from Yahoo Mail on Android\ns: \nq:  On Tue, 3 Nov 2026 at 15:04, Orbit Support<help@orbit.example> wrote:   \nq:Please hold the button.",
    "card above the attribution": "w:Thanks, that did it.\nw:\ns:-- \ns:Marta Weiss\ns:Lumen Ltd., +44 20 7946 0001\nw:\nq:On Tue, Nov 3, 2026 at 3:04 PM Orbit Support <help@orbit.example> wrote:\nq:\nq:> Please hold the button.",
    "nested twice": "w:It is the small one.\nw:\nq:On Tue, Nov 3, 2026 at 3:04 PM Orbit Support <help@orbit.example> wrote:\nq:\nq:> Which lamp?\nq:>\nq:> On Mon, Nov 2, 2026 at 9:30 AM Marta <m@customer.example> wrote:\nq:>\nq:>> My lamp is dark.\nq:>> Please help.\nq:>\nq:>",
    "outlook in outlook": "w:Yes, please.\nw:\nq:From: Orbit Support <help@orbit.example>\nq:Sent: Tuesday, November 3, 2026 3:04 PM\nq:To: Marta <m@customer.example>\nq:Subject: RE: Lamp\nq:\nq:Shall we send a new one?\nq:\nq:From: Marta <m@customer.example>\nq:Sent: Monday, November 2, 2026 9:30 AM\nq:To: Orbit Support <help@orbit.example>\nq:Subject: Lamp\nq:\nq:My lamp is dark.",
    "outlook over gmail": "w:Oui, merci.\nw:\nq:De : Orbit Support <help@orbit.example>\nq:Envoyé : mardi 3 novembre 2026 15:04\nq:À : Marta <m@customer.example>\nq:Objet : Re: Lampe\nq:\nq:On envoie une autre ?\nq:\nq:Le lun. 2 nov. 2026 à 09:30, Marta <m@customer.example> a écrit :\nq:\nq:> Ma lampe est noire.",
    "first question quoted without attribution": "q:> Which lamp do you have?\nw:\nw:The small one, bought in May.",
    "one marked line between two paragraphs": "w:Hello,\nw:\nq:> Please tell us which lamp it is.\nw:\nw:It is the small one.",
}

SHOWN = {
    "more than": "My list for the order:\n> 5 items of the small lamp\nThank you.",
    "more than, at the end": "I need a discount for an order of\n> 5 items",
    "more than, alone in its paragraph": "When is shipping free?\n\n> 50 EUR\n\nOr is it more?",
    "menu path": "I went to\n> Settings > Lamp > Colour\nand nothing happens.",
    "arrow": "The price changed:\n> now 12 EUR\n< before 10 EUR",
    "form of a web page": "Name: Marta Weiss\nEmail: m@customer.example\nSubject: Lamp\nMessage: My lamp is dark.",
    "a journey": "From: Berlin\nTo: Paris\nDate: 12.11.2026\nPlease book it for me.",
    "a person's sentence": "On 3 November 2026 at 15:04 I wrote to you:\nmy lamp is dark. Nobody answered.",
    "a colleague's words": "Your colleague Ben wrote to me on Tuesday:\nthe lamp will come on Friday.\nIt did not.",
    "original message in a sentence": "I lost the original message. Could you send it again?\nIt was about my lamp.",
    "log": "The log says:\n2026-11-03 15:04:05 ERROR lamp: no power\n2026-11-03 15:04:06 ERROR lamp: still none\nWhat does it mean?",
    "rule inside": "First the lamp.\n--------------------\nSecond the battery: it is empty.",
    "list of dashes": "I need:\n- two lamps\n- one battery\n-- the big one\n- one cable",
}


def test_heads_of_clients_fold_what_follows_with_and_without_marks() -> None:
    plain = {name: f"{OWN}{marked('q', head)}\n{OLD}" for name, head in HEADS.items()}
    with_marks = {
        f"{name}, marked": f"{OWN}{marked('q', head)}\n{OLD_MARKED}"
        for name, head in {**HEADS, **LEADS}.items()
    }
    assert all_wrong(plain | with_marks) == {}


def test_answers_below_between_and_above_what_they_quote_are_told_apart() -> None:
    assert all_wrong(LETTERS) == {}


def test_what_only_looks_like_a_quotation_is_shown() -> None:
    assert all_wrong({name: marked("w", text) for name, text in SHOWN.items()}) == {}
