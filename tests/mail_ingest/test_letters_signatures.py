"""Ends of letters: devices, cards and notices in ten languages, and ends that are the person's own words."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

from tests.mail_ingest.marked_letters import all_wrong, marked

OWN = "w:The lamp works.\nw:\nw:Could you send a second one, too?\nw:\n"

DEVICES = """Sent from my iPhone
Sent from my Galaxy
Sent from Outlook for Android
Sent from Mail for Windows
Sent from Spark
Sent from my Huawei phone
Sent from my Android device with K-9 Mail. Please excuse my brevity.
Sent with Proton Mail secure email.
Sent with [Proton Mail](https://proton.example/) secure email.
Sent from Proton Mail for iOS
Sent from Yahoo Mail for iPhone
Yahoo Mail: Search, organise, conquer
Sent from my T-Mobile 5G Device
Get Outlook for Mac
Отправлено с iPhone
Отправлено с устройства Galaxy
Отправлено с моего смартфона Samsung Galaxy.
Отправлено из Outlook для Android
Отправлено из Почты для Windows
Отправлено из мобильной Почты Mail.ru
Отправлено из Почты Mail
Отправлено из мобильного приложения Яндекс Почты
Отправлено с мобильного устройства
Отправлено с моего iPhone, извините за опечатки
Простите за краткость, создано в K-9 Mail.
С уважением, отправлено с iPad
Von meinem iPhone gesendet
Von meinem/meiner Galaxy gesendet
Gesendet mit Outlook für Android
Gesendet von Mail für Windows
Gesendet von Outlook für iOS
Gesendet mit der WEB.DE Mail App
Gesendet mit der GMX Mail App
Von Samsung-Tablet gesendet
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.
Gesendet mit der Telekom Mail App
Von unterwegs gesendet
Envoyé de mon iPhone
Envoyé depuis mon appareil Galaxy
Envoyé à partir de Outlook pour iOS
Envoyé à partir de Courrier pour Windows
Envoyé de mon appareil mobile
Obtenez Outlook pour Android
Envoyé depuis mon mobile Orange
Envoyé depuis Yahoo Mail pour Android
Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.
Télécharger Outlook pour Android
Enviado desde mi iPhone
Enviado desde mi dispositivo Samsung Galaxy
Enviado desde Correo para Windows
Enviado desde Outlook para iOS
Enviado desde Yahoo Mail para Android
Obtener Outlook para Android
Enviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad.
Inviato da iPhone
Inviato dal mio dispositivo Galaxy
Inviato da Outlook per iOS
Inviato da Posta per Windows
Ottieni Outlook per Android
Inviato da Libero Mail per Android
Inviato da Yahoo Mail su Android
Inviato dal mio dispositivo Android con K-9 Mail. Perdonate la brevità.
Enviado do meu iPhone
Enviado do meu Galaxy
Enviado do Outlook para Android
Enviado do Correio para Windows
Enviado a partir do Outlook para iOS
Obter o Outlook para iOS
Enviado do Yahoo Mail no Android
Enviado via iPhone
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn Galaxy
Verzonden vanuit Mail voor Windows
Verzonden vanuit Outlook voor Android
Outlook voor iOS downloaden
Download Outlook voor Android
Wysłane z iPhone'a
Wysłane z mojego iPhone'a
Wysłane z urządzenia Galaxy
Wysłane z aplikacji Poczta dla systemu Windows
Pobierz program Outlook dla systemu iOS
Pobierz aplikację Outlook dla systemu Android
Wysłano z aplikacji Onet Poczta
Wysłano z telefonu
Надіслано з iPhone
Надіслано з пристрою Galaxy
Надіслано з мого iPhone
Надіслано з пошти для Windows
Отримайте Outlook для Android
Отримати Outlook для iOS
Надіслано з мобільного телефону""".split("\n")

CARDS = {
    "dashes": "-- \nMarta Weiss\nHead of Lamps\nLumen Ltd.\n12 Bright Street, London\nT +44 20 7946 0001",
    "dashes without the space": "--\nMarta Weiss\nLumen Ltd.",
    "closing and phones, Russian": "С уважением,\nМарта Вайс\nменеджер отдела закупок\nООО «Люмен»\nтел.: +7 (495) 123-45-67, доб. 12\nмоб.: +7 916 123-45-67",
    "closing and phones, Ukrainian": "З повагою,\nМарта Вайс\nТОВ «Люмен»\nтел.: +380 44 123 45 67",
    "closing and phones, German": "Mit freundlichen Grüßen\n\nMarta Weiss\nEinkauf\n\nLumen GmbH\nLichtstraße 5\n10115 Berlin\n\nTel.: +49 30 1234567\nFax: +49 30 1234568\nwww.lumen.example",
    "closing and register, German": "Freundliche Grüße\ni. A. Marta Weiss\nLumen GmbH\nTelefon: 030 1234567\nGeschäftsführer: Otto Lind\nSitz der Gesellschaft: Berlin, Amtsgericht Charlottenburg HRB 12345",
    "closing and phones, French": "Cordialement,\n\nMarta Weiss\nResponsable des achats\nTél. : 01 23 45 67 89\nPort. : 06 12 34 56 78\nm.weiss@customer.example",
    "closing and phones, Spanish": "Un saludo,\n\nMarta Weiss\nDepartamento de compras\nTfno.: 91 123 45 67\nwww.lumen.example",
    "closing and phones, Italian": "Cordiali saluti\nMarta Weiss\nUfficio acquisti\nTel. 02 1234567 - Cell. 333 1234567\nLumen S.r.l.",
    "closing and phones, Portuguese": "Atenciosamente,\nMarta Weiss\nCompras\nLumen Ltda.\nTel.: (11) 1234-5678",
    "closing and phones, Dutch": "Met vriendelijke groet,\n\nMarta Weiss\nInkoop\n\nLumen B.V.\nT: 020 123 4567\nE: m.weiss@customer.example",
    "closing and phones, Polish": "Z poważaniem\nMarta Weiss\nDział zakupów\ntel. 22 123 45 67\nkom. 601 123 456",
    "bars": "Marta Weiss | Head of Lamps | Lumen Ltd. | +44 20 7946 0001 | www.lumen.example",
    "closing and bars": "Kind regards,\nMarta Weiss | Head of Lamps\nLumen Ltd. | +44 20 7946 0001 | www.lumen.example",
    "card and device": "Best regards,\nMarta Weiss\n+44 20 7946 0001\n\nSent from my iPhone",
    "the bat!": "-- \nС уважением,\n Марта Вайс                          mailto:m.weiss@customer.example",
    "links": "Best,\nMarta\nhttps://lumen.example\nhttps://social.example/lumen",
}

NOTICES = {
    "English": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received it in error, please notify the sender and delete it.",
    "English, company": "This email is intended only for the recipient and may contain privileged information. If you are not the intended recipient, please delete it.",
    "Russian": "Настоящее сообщение и любые вложения к нему содержат конфиденциальную информацию и предназначены только для адресата. Если вы получили его по ошибке, удалите его.",
    "Ukrainian": "Це повідомлення містить конфіденційну інформацію та призначене лише для адресата. Якщо ви отримали його помилково, видаліть його.",
    "German": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender und vernichten Sie diese E-Mail.",
    "French": "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de leurs destinataires. Si vous l'avez reçu par erreur, merci de le détruire.",
    "Spanish": "Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario. Si lo ha recibido por error, elimínelo.",
    "Italian": "Il presente messaggio e i suoi allegati sono riservati e destinati esclusivamente al destinatario. Se lo avete ricevuto per errore, siete pregati di cancellarlo.",
    "Portuguese": "Esta mensagem e seus anexos são confidenciais e destinam-se exclusivamente ao destinatário. Se a recebeu por engano, por favor destrua-a.",
    "Dutch": "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Als u dit bericht ten onrechte heeft ontvangen, verwijder het dan.",
    "Polish": "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata. Jeżeli otrzymali ją Państwo przez pomyłkę, prosimy o jej usunięcie.",
    "printing": "Please consider the environment before printing this e-mail.",
    "printing, Russian": "Пожалуйста, подумайте об окружающей среде, прежде чем распечатать это письмо.",
    "printing, Polish": "Pomyśl o środowisku zanim wydrukujesz tę wiadomość.",
    "scanner": "Virus-free.www.avast.com<https://www.avast.example/sig-email>",
    "scanner, Russian": "Не содержит вирусов. www.avast.example",
    "scanner, Polish": "Wolny od wirusów. www.avast.example",
    "scanner, Dutch": "Virusvrij. www.avast.example",
}

SHOWN = {
    "name only": "Best regards,\nMarta",
    "name only, Russian": "С уважением,\nМарта",
    "number asked about": "Thanks,\nMarta\nOrder number 12345",
    "address to deliver to": "Please deliver to:\nMarta Weiss\n12 Bright Street\nLondon\n+44 20 7946 0001",
    "phone to call": "Please call me.\nMy phone is +44 20 7946 0001",
    "sent from a place": "It was sent from Berlin on Monday.",
    "sent from an office": "Sent from our office in Berlin, the parcel never arrived.",
    "question about a phone": "Sent from my iPhone it fails, why?",
    "own words with a device": "The photo was sent from my iPhone, order 12345.",
    "own words below dashes": "First line.\n--\nAnd could you please also tell me where the invoice is?",
    "confidential, asked": "Is this message confidential? I ask because the recipient is my boss.",
    "question below the closing": "Thanks,\nMarta\n\nWhen will the lamp come?",
    "words that were downloaded": "I tried to get Outlook for Android, and it does not start.",
}


def test_lines_of_devices_and_programs_fold_as_signatures() -> None:
    assert all_wrong({line: OWN + marked("s", line) for line in DEVICES}) == {}


def test_cards_and_notices_fold_as_signatures() -> None:
    assert all_wrong({name: OWN + marked("s", card) for name, card in (CARDS | NOTICES).items()}) == {}


def test_what_a_person_says_at_the_end_is_shown() -> None:
    assert all_wrong({name: OWN + marked("w", text) for name, text in SHOWN.items()}) == {}
