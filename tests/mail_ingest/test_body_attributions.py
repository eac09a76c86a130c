"""Every "On … wrote:" and every separator we know of folds the history and nothing else."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import pytest

from mail_ingest.body import split_quoted

OWN = "The lamp works now, thank you.\nOne question is left: how long does the battery last?"
OLD = "Dear Marta,\n\nplease hold the small button for ten seconds and try again.\n\nOrbit support"

ATTRIBUTIONS = {
    "gmail en": "On Tue, Nov 3, 2026 at 3:04 PM Orbit Support <help@orbit.example> wrote:",
    "gmail en, old": "On Tue, Nov 3, 2026 at 3:04 PM, Orbit Support <help@orbit.example> wrote:",
    "gmail en, wrapped": "On Tue, Nov 3, 2026 at 3:04 PM Orbit Customer Support Team <\nhelp@orbit.example> wrote:",
    "gmail en, narrow no-break space": "On Tue, Nov 3, 2026 at 3:04\u202fPM Orbit Support <help@orbit.example> wrote:",
    "gmail ru": "вт, 3 нояб. 2026 г. в 15:04, Orbit Support <help@orbit.example>:",
    "gmail ru, old": "3 ноября 2026 г., 15:04 пользователь Orbit Support <help@orbit.example>\nнаписал:",
    "gmail uk": "вт, 3 лист. 2026 р. о 15:04 Orbit Support <help@orbit.example> пише:",
    "gmail de": "Am Di., 3. Nov. 2026 um 15:04 Uhr schrieb Orbit Support <help@orbit.example>:",
    "gmail de, wrapped": "Am Di., 3. Nov. 2026 um 15:04 Uhr schrieb Orbit Support <\nhelp@orbit.example>:",
    "gmail fr": "Le mar. 3 nov. 2026 à 15:04, Orbit Support <help@orbit.example> a écrit :",
    "gmail es": "El mar, 3 nov 2026 a las 15:04, Orbit Support (<help@orbit.example>) escribió:",
    "gmail it": "Il giorno mar 3 nov 2026 alle ore 15:04 Orbit Support <help@orbit.example> ha scritto:",
    "gmail pt": "Em ter., 3 de nov. de 2026 às 15:04, Orbit Support <help@orbit.example> escreveu:",
    "gmail pt-pt": "Orbit Support <help@orbit.example> escreveu (terça, 3/11/2026 à(s) 15:04):",
    "gmail nl": "Op di 3 nov 2026 om 15:04 schreef Orbit Support <help@orbit.example>:",
    "gmail pl": "wt., 3 lis 2026 o 15:04 Orbit Support <help@orbit.example> napisał(a):",
    "gmail cs": "út 3. 11. 2026 v 15:04 odesílatel Orbit Support <help@orbit.example> napsal:",
    "gmail sk": "ut 3. 11. 2026 o 15:04 Orbit Support <help@orbit.example> napísal(a):",
    "gmail sv": "Den tis 3 nov. 2026 kl 15:04 skrev Orbit Support <help@orbit.example>:",
    "gmail da": "Den tirs. 3. nov. 2026 kl. 15.04 skrev Orbit Support <help@orbit.example>:",
    "gmail nb": "tir. 3. nov. 2026 kl. 15:04 skrev Orbit Support <help@orbit.example>:",
    "gmail fi": "ti 3. marrask. 2026 klo 15.04 Orbit Support (help@orbit.example) kirjoitti:",
    "gmail hu": "Orbit Support <help@orbit.example> ezt írta (időpont: 2026. nov. 3., K, 15:04):",
    "gmail ro": "În mar., 3 nov. 2026 la 15:04, Orbit Support <help@orbit.example> a scris:",
    "gmail tr": "Orbit Support <help@orbit.example>, 3 Kas 2026 Sal, 15:04 tarihinde şunu yazdı:",
    "gmail bg": "На вт, 3.11.2026 г. в 15:04 Orbit Support <help@orbit.example> написа:",
    "gmail hr": "uto, 3. stu 2026. u 15:04 Orbit Support <help@orbit.example> napisao je:",
    "gmail sr": "уто, 3. нов 2026. у 15:04 Orbit Support <help@orbit.example> је написао/ла:",
    "gmail el": "Στις Τρί 3 Νοε 2026 στις 3:04 μ.μ., ο χρήστης Orbit Support <help@orbit.example> έγραψε:",
    "gmail ja": "2026年11月3日(火) 15:04 Orbit Support <help@orbit.example>:",
    "gmail zh": "Orbit Support <help@orbit.example> 于2026年11月3日周二 15:04写道：",
    "gmail ko": "2026년 11월 3일 (화) 오후 3:04, Orbit Support <help@orbit.example>님이 작성:",
    "gmail he": "\u202bבתאריך יום ג׳, 3 בנוב׳ 2026 ב-15:04 מאת \u202aOrbit Support\u202c\u200f <\u202ahelp@orbit.example\u202c\u200f>:\u202c",
    "gmail ca": "Missatge de Orbit Support <help@orbit.example> del dia dt., 3 de nov. 2026 a les 15:04:",
    "apple en": "On 3 Nov 2026, at 15:04, Orbit Support <help@orbit.example> wrote:",
    "apple en, us": "On Nov 3, 2026, at 3:04 PM, Orbit Support <help@orbit.example> wrote:",
    "apple en, old": "On Nov 3, 2026, at 3:04 PM, Orbit Support wrote:",
    "apple ru": "3 нояб. 2026 г., в 15:04, Orbit Support <help@orbit.example> написал(а):",
    "apple ru, 2": "> 3 нояб. 2026 г., в 15:04, Orbit Support <help@orbit.example> написал(а):",
    "apple de": "Am 03.11.2026 um 15:04 schrieb Orbit Support <help@orbit.example>:",
    "apple fr": "Le 3 nov. 2026 à 15:04, Orbit Support <help@orbit.example> a écrit :",
    "apple es": "El 3 nov 2026, a las 15:04, Orbit Support <help@orbit.example> escribió:",
    "apple it": "Il giorno 3 nov 2026, alle ore 15:04, Orbit Support <help@orbit.example> ha scritto:",
    "apple pt": "Em 3 de nov. de 2026, à(s) 15:04, Orbit Support <help@orbit.example> escreveu:",
    "apple nl": "Op 3 nov 2026, om 15:04 heeft Orbit Support <help@orbit.example> het volgende geschreven:",
    "apple pl": "Wiadomość napisana przez Orbit Support <help@orbit.example> w dniu 03.11.2026, o godz. 15:04:",
    "apple sv": "3 nov. 2026 kl. 15:04 skrev Orbit Support <help@orbit.example>:",
    "thunderbird en": "On 11/3/26 3:04 PM, Orbit Support wrote:",
    "thunderbird en, iso": "On 2026-11-03 15:04, Orbit Support wrote:",
    "thunderbird ru": "03.11.2026 15:04, Orbit Support пишет:",
    "thunderbird uk": "03.11.26 15:04, Orbit Support пише:",
    "thunderbird de": "Am 03.11.26 um 15:04 schrieb Orbit Support:",
    "thunderbird fr": "Le 03/11/2026 à 15:04, Orbit Support a écrit :",
    "thunderbird es": "El 3/11/26 a las 15:04, Orbit Support escribió:",
    "thunderbird it": "Il 03/11/26 15:04, Orbit Support ha scritto:",
    "thunderbird pl": "W dniu 3.11.2026 o 15:04, Orbit Support pisze:",
    "thunderbird nl": "Op 3-11-2026 om 15:04 schreef Orbit Support:",
    "thunderbird cs": "Dne 03. 11. 26 v 15:04 Orbit Support napsal(a):",
    "thunderbird pt": "Em 03/11/2026 15:04, Orbit Support escreveu:",
    "thunderbird sv": "Den 2026-11-03 kl. 15:04, skrev Orbit Support:",
    "yahoo": "    On Tuesday, November 3, 2026 at 03:04:05 PM GMT+1, Orbit Support <help@orbit.example> wrote:",
    "yahoo de": "    Am Dienstag, 3. November 2026 um 15:04:05 MEZ hat Orbit Support <help@orbit.example> Folgendes geschrieben:",
    "mail.ru": "Вторник, 3 ноября 2026, 15:04 +03:00 от Orbit Support <help@orbit.example>:",
    "mail.ru, 2": 'Вторник, 3 ноября 2026, 15:04 +03:00 от "Orbit Support" <help@orbit.example>:\n ',
    "mail.ru, old": "Tue, 3 Nov 2026 15:04:05 +0300 от Orbit Support <help@orbit.example>:",
    "yandex": '03.11.2026, 15:04, "Orbit Support" <help@orbit.example>:',
    "yandex, rule and labels": (
        "----------------\nКому: Марта (marta@client.example);\nТема: Лампа;\n"
        '03.11.2026, 15:04, "Orbit Support" <help@orbit.example>:'
    ),
    "proton": "On Tuesday, November 3rd, 2026 at 3:04 PM, Orbit Support <help@orbit.example> wrote:",
    "proton, wrapped": "On Tuesday, November 3rd, 2026 at 15:04, Orbit Support\n<help@orbit.example> wrote:",
    "fastmail": "On Tue, Nov 3, 2026, at 3:04 PM, Orbit Support wrote:",
    "mutt": "On Tue, Nov 03, 2026 at 03:04:05PM +0300, Orbit Support wrote:",
    "evolution": "On Tue, 2026-11-03 at 15:04 +0000, Orbit Support wrote:",
    "kmail": "On Tuesday, 3 November 2026 15:04:05 CET Orbit Support wrote:",
    "k-9": "On November 3, 2026 3:04:05 PM GMT+03:00, Orbit Support <help@orbit.example> wrote:",
    "k-9 ru": "3 ноября 2026 г. 15:04:05 GMT+03:00, Orbit Support <help@orbit.example> пишет:",
    "k-9 de": "Am 3. November 2026 15:04:05 MEZ schrieb Orbit Support <help@orbit.example>:",
    "roundcube": "On 2026-11-03 15:04, Orbit Support wrote:",
    "roundcube ru": "Orbit Support писал 2026-11-03 15:04:",
    "roundcube ru, 2": "2026-11-03 15:04, Orbit Support писал(а):",
    "horde": "Quoting Orbit Support <help@orbit.example>:",
    "sogo, zimbra web": 'Le Mardi, Novembre 03, 2026 15:04 CET, "Orbit Support" <help@orbit.example> a écrit:',
    "gnus": "Orbit Support <help@orbit.example> writes:",
    "outlook mac": 'On 11/3/26, 3:04 PM, "Orbit Support" <help@orbit.example> wrote:',
    "spark": "On 3 Nov 2026, 15:04 +0300, Orbit Support <help@orbit.example>, wrote:",
    "airmail": "On November 3, 2026 at 3:04:05 PM, Orbit Support (help@orbit.example) wrote:",
    "mailbird": "On 11/3/2026 3:04:05 PM, Orbit Support <help@orbit.example> wrote:",
    "superhuman": "On Tue, Nov 03, 2026 at 3:04 PM, Orbit Support < help@orbit.example > wrote:",
    "with links made of addresses": "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example<mailto:help@orbit.example>> wrote:",
    "bold": "*On Tue, Nov 3, 2026 at 3:04 PM Orbit Support <help@orbit.example> wrote:*",
    "gmail, mark in the wrap": "On Tue, Nov 3, 2026 at 3:04 PM Orbit <\n> help@orbit.example> wrote:",
    "day only": "On Tuesday, Orbit Support wrote:",
    "quoting": "Quoting Orbit Support:",
    "zitat": "Zitat von Orbit Support:",
    "you wrote": "You wrote:",
    "вы писали": "Вы писали:",
    "name only": "Orbit Support wrote:",
    "the bat": "Вы писали 3 ноября 2026 г., 15:04:05:",
}

SEPARATORS = {
    "outlook express": (
        "----- Original Message -----\nFrom: Orbit Support\nTo: marta@client.example\n"
        "Sent: Tuesday, November 03, 2026 3:04 PM\nSubject: Re: Lamp"
    ),
    "outlook en": (
        "From: Orbit Support <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\n"
        "To: Marta <marta@client.example>\nSubject: Re: Lamp"
    ),
    "outlook en, blank lines": (
        "From: Orbit Support <help@orbit.example>\n\nSent: Tuesday, November 3, 2026 3:04 PM\n\n"
        "To: Marta <marta@client.example>\n\nSubject: Re: Lamp"
    ),
    "outlook web, rule": (
        "________________________________\nFrom: Orbit Support <help@orbit.example>\n"
        "Sent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta <marta@client.example>\nSubject: Re: Lamp"
    ),
    "outlook, bold labels": (
        "*From:* Orbit Support <help@orbit.example>\n*Sent:* Tuesday, November 3, 2026 3:04 PM\n"
        "*To:* Marta <marta@client.example>\n*Cc:* Ben\n*Subject:* Re: Lamp"
    ),
    "outlook, no addresses": "From: Orbit Support\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta\nSubject: Re: Lamp",
    "outlook ios, dates first": (
        "From: Orbit Support <help@orbit.example>\nDate: Tuesday, 3 November 2026 at 15:04\n"
        "To: Marta <marta@client.example>\nSubject: Re: Lamp"
    ),
    "outlook ru": (
        "От: Orbit Support <help@orbit.example>\nОтправлено: 3 ноября 2026 г. 15:04\n"
        "Кому: Марта <marta@client.example>\nТема: Re: Лампа"
    ),
    "outlook ru, from": (
        "From: Orbit Support [mailto:help@orbit.example]\nSent: Tuesday, November 03, 2026 3:04 PM\n"
        "To: 'Marta'\nSubject: RE: Лампа"
    ),
    "outlook uk": (
        "Від: Orbit Support <help@orbit.example>\nНадіслано: 3 листопада 2026 р. 15:04\n"
        "Кому: Марта <marta@client.example>\nТема: Re: Лампа"
    ),
    "outlook de": (
        "Von: Orbit Support <help@orbit.example>\nGesendet: Dienstag, 3. November 2026 15:04\n"
        "An: Marta <marta@client.example>\nBetreff: AW: Lampe"
    ),
    "outlook fr": (
        "De : Orbit Support <help@orbit.example>\nEnvoyé : mardi 3 novembre 2026 15:04\n"
        "À : Marta <marta@client.example>\nObjet : RE: Lampe"
    ),
    "outlook es": (
        "De: Orbit Support <help@orbit.example>\nEnviado el: martes, 3 de noviembre de 2026 15:04\n"
        "Para: Marta <marta@client.example>\nAsunto: RE: Lámpara"
    ),
    "outlook it": (
        "Da: Orbit Support <help@orbit.example>\nInviato: martedì 3 novembre 2026 15:04\n"
        "A: Marta <marta@client.example>\nOggetto: R: Lampada"
    ),
    "outlook pt": (
        "De: Orbit Support <help@orbit.example>\nEnviado: terça-feira, 3 de novembro de 2026 15:04\n"
        "Para: Marta <marta@client.example>\nAssunto: RE: Lâmpada"
    ),
    "outlook nl": (
        "Van: Orbit Support <help@orbit.example>\nVerzonden: dinsdag 3 november 2026 15:04\n"
        "Aan: Marta <marta@client.example>\nOnderwerp: RE: Lamp"
    ),
    "outlook pl": (
        "Od: Orbit Support <help@orbit.example>\nWysłano: wtorek, 3 listopada 2026 15:04\n"
        "Do: Marta <marta@client.example>\nTemat: RE: Lampa"
    ),
    "outlook cs": (
        "Od: Orbit Support <help@orbit.example>\nOdesláno: úterý 3. listopadu 2026 15:04\n"
        "Komu: Marta <marta@client.example>\nPředmět: RE: Lampa"
    ),
    "outlook sv": (
        "Från: Orbit Support <help@orbit.example>\nSkickat: den 3 november 2026 15:04\n"
        "Till: Marta <marta@client.example>\nÄmne: SV: Lampa"
    ),
    "outlook da": (
        "Fra: Orbit Support <help@orbit.example>\nSendt: 3. november 2026 15:04\n"
        "Til: Marta <marta@client.example>\nEmne: SV: Lampe"
    ),
    "outlook fi": (
        "Lähettäjä: Orbit Support <help@orbit.example>\nLähetetty: tiistai 3. marraskuuta 2026 15.04\n"
        "Vastaanottaja: Marta <marta@client.example>\nAihe: VS: Lamppu"
    ),
    "outlook hu": (
        "Feladó: Orbit Support <help@orbit.example>\nElküldve: 2026. november 3., kedd 15:04\n"
        "Címzett: Marta <marta@client.example>\nTárgy: RE: Lámpa"
    ),
    "outlook tr": (
        "Kimden: Orbit Support <help@orbit.example>\nGönderildi: 3 Kasım 2026 Salı 15:04\n"
        "Kime: Marta <marta@client.example>\nKonu: YNT: Lamba"
    ),
    "outlook zh": (
        "发件人: Orbit Support <help@orbit.example>\n发送时间: 2026年11月3日 15:04\n"
        "收件人: Marta <marta@client.example>\n主题: 答复: 灯"
    ),
    "outlook ja": (
        "差出人: Orbit Support <help@orbit.example>\n送信日時: 2026年11月3日 15:04\n"
        "宛先: Marta <marta@client.example>\n件名: RE: ランプ"
    ),
    "outlook, wrapped recipients": (
        "From: Orbit Support <help@orbit.example>\nSent: Tuesday, November 3, 2026 3:04 PM\n"
        "To: Marta <marta@client.example>; Peter <peter@client.example>;\n Paula <paula@client.example>\n"
        "Cc: Orbit <orbit@orbit.example>\nSubject: Re: Lamp"
    ),
    "one line": (
        "From: Orbit Support <help@orbit.example> Sent: Tuesday, November 3, 2026 3:04 PM "
        "To: Marta <marta@client.example> Subject: Re: Lamp"
    ),
    "original ru": "-----Исходное сообщение-----\nОт: Orbit Support\nОтправлено: 3 ноября 2026 г. 15:04\nТема: Re: Лампа",
    "original ru, mail.ru": "-------- Исходное сообщение --------\nОт кого: Orbit Support\nДата: вт, 3 нояб. 2026, 15:04",
    "original de": "-----Ursprüngliche Nachricht-----\nVon: Orbit Support\nGesendet: Dienstag, 3. November 2026 15:04",
    "original fr": "-----Message d'origine-----\nDe : Orbit Support\nEnvoyé : mardi 3 novembre 2026 15:04",
    "original es": "-----Mensaje original-----\nDe: Orbit Support",
    "original it": "-----Messaggio originale-----\nDa: Orbit Support",
    "original pt": "-----Mensagem original-----\nDe: Orbit Support",
    "original nl": "-----Oorspronkelijk bericht-----\nVan: Orbit Support",
    "original pl": "-----Wiadomość oryginalna-----\nOd: Orbit Support",
    "original pl, 2": "-----Oryginalna wiadomość-----\nOd: Orbit Support",
    "original cs": "-----Původní zpráva-----\nOd: Orbit Support",
    "original uk": "-----Вихідне повідомлення-----\nВід: Orbit Support",
    "original sv": "-----Ursprungligt meddelande-----\nFrån: Orbit Support",
    "original ja": "-----元のメッセージ-----\n差出人: Orbit Support",
    "original zh": "------------------ 原始邮件 ------------------\n发件人: Orbit Support",
    "proton, old": "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, November 3rd, 2026 at 3:04 PM, Orbit Support wrote:",
    "samsung": (
        "-------- Original message --------\nFrom: Orbit Support <help@orbit.example> \n"
        "Date: 03/11/2026  15:04  (GMT+03:00) \nTo: Marta <marta@client.example> \nSubject: Re: Lamp "
    ),
    "samsung ru": (
        "-------- Исходное сообщение --------От: Orbit Support <help@orbit.example> \n"
        "Дата: 03.11.2026  15:04  (GMT+03:00) \nКому: Марта <marta@client.example> \nТема: Re: Лампа "
    ),
    "zimbra": (
        '----- Original Message -----\nFrom: "Orbit Support" <help@orbit.example>\n'
        'To: "Marta" <marta@client.example>\nSent: Tuesday, 3 November, 2026 15:04:05\nSubject: Re: Lamp'
    ),
    "zimbra ru": (
        'От: "Orbit Support" <help@orbit.example>\nКому: "Марта" <marta@client.example>\n'
        "Отправленные: Вторник, 3 Ноябрь 2026 г 15:04:05\nТема: Re: Лампа"
    ),
    "zoho": "---- On Tue, 03 Nov 2026 15:04:05 +0300 Orbit Support <help@orbit.example> wrote ----",
    "zoho, older": "---- On Tue, 03 Nov 2026 15:04:05 +0300 help@orbit.example wrote ----",
    "reply above": "##- Please type your reply above this line -##",
    "reply above ru": "## Пожалуйста, введите ответ выше этой линии ##",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_attribution_above_marked_lines_folds_with_them(attribution):
    quoted = "\n".join("> " + line if line else ">" for line in OLD.split("\n"))
    body = split_quoted(f"{OWN}\n\n{attribution}\n\n{quoted}\n")
    assert body.visible == OWN
    assert "ten seconds" in body.folded
    assert attribution.split("\n")[-1].strip() in body.folded or not attribution.split("\n")[-1].strip()


NEEDS_MARKS = {
    "horde", "gnus", "the bat", "apple ru, 2", "day only", "quoting", "zitat", "you wrote", "вы писали", "name only",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ATTRIBUTIONS.keys() - NEEDS_MARKS))
def test_a_dated_attribution_folds_what_follows_without_marks(name):
    body = split_quoted(f"{OWN}\n\n{ATTRIBUTIONS[name]}\n\n{OLD}\n")
    assert body.visible == OWN
    assert "Dear Marta," in body.folded


@pytest.mark.parametrize("name", sorted(ATTRIBUTIONS.keys() - NEEDS_MARKS))
def test_words_right_above_an_attribution_stay(name):
    body = split_quoted(f"Yes, that is fine.\n{ATTRIBUTIONS[name]}\n{OLD}\n")
    assert body.visible == "Yes, that is fine."


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS.keys())
def test_a_separator_folds_what_follows(separator):
    body = split_quoted(f"{OWN}\n\n{separator}\n\n{OLD}\n")
    assert body.visible == OWN
    assert "ten seconds" in body.folded
    assert separator.split("\n")[0] in body.folded


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS.keys())
def test_line_ends_make_no_difference(separator):
    body = split_quoted(f"{OWN}\n\n{separator}\n\n{OLD}\n".replace("\n", "\r\n"))
    assert body.visible == OWN
