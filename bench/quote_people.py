"""Words of invented people for the measurement of quotations: letters, answers and signatures in many languages."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Speech:
    """One language: what people write now, what was written before, how they greet and close."""

    greeting: str
    own: tuple[str, ...]
    answers: tuple[str, ...]
    old: tuple[str, ...]
    closing: str
    name: str
    title: str
    company: str
    phone: str
    device: str
    ps: str


SPEECH = {
    "en": Speech(
        "Hi all,",
        ("The pump stops after ten minutes and I do not know why.", "Is there a newer version of the manual?"),
        ("No, that was the first time.", "Yes, and twice after lunch as well", "42", "I would rather not."),
        ("Which firmware do you have installed?", "Did the pump stop before?", "Please send us a picture of the valve.",
         "We test every valve before it leaves the house, so this is a surprise."),
        "Best regards,", "Hannah Quill", "Head of Gardening", "Quill & Fern Ltd", "+44 20 7946 0011", "Sent from my iPhone",
        "P.S. The neighbours have the same trouble.",
    ),
    "ru": Speech(
        "Добрый день!",
        ("Насос останавливается через десять минут, причину найти не могу.", "Есть ли новая версия инструкции?"),
        ("Нет, такого раньше не было.", "Да, и после обеда ещё два раза", "42", "Лучше не надо."),
        ("Какая у вас прошивка?", "Останавливался ли насос раньше?", "Пришлите, пожалуйста, фотографию клапана.",
         "Мы проверяем каждый клапан перед отправкой, поэтому удивлены."),
        "С уважением,", "Фёдор Берёзкин", "Главный садовник", "ООО «Берёзка»", "+7 (495) 000-11-22", "Отправлено с iPhone",
        "P.S. У соседей то же самое.",
    ),
    "de": Speech(
        "Hallo zusammen,",
        ("Die Pumpe bleibt nach zehn Minuten stehen und ich finde den Grund nicht.", "Gibt es eine neuere Anleitung?"),
        ("Nein, das war das erste Mal.", "Ja, und nach dem Essen noch zweimal", "42", "Lieber nicht."),
        ("Welche Firmware ist installiert?", "Blieb die Pumpe schon früher stehen?", "Bitte schicken Sie uns ein Bild.",
         "Wir prüfen jedes Ventil vor dem Versand, das überrascht uns also."),
        "Mit freundlichen Grüßen", "Jörg Ahorn", "Leiter Gartenbau", "Ahorn & Söhne GmbH", "+49 30 000 11 22",
        "Von meinem iPhone gesendet", "PS: Die Nachbarn haben dasselbe Problem.",
    ),
    "fr": Speech(
        "Bonjour à tous,",
        ("La pompe s'arrête après dix minutes et je ne sais pas pourquoi.", "Existe-t-il une notice plus récente ?"),
        ("Non, c'était la première fois.", "Oui, et deux fois encore après midi", "42", "Je préfère éviter."),
        ("Quelle version est installée ?", "La pompe s'était-elle déjà arrêtée ?", "Envoyez-nous une photo de la vanne.",
         "Chaque vanne est testée avant l'envoi, nous sommes donc surpris."),
        "Cordialement,", "Solène Érable", "Responsable des jardins", "Érable et Fils SARL", "01 99 00 11 22",
        "Envoyé de mon iPhone", "P.-S. Les voisins ont le même souci.",
    ),
    "es": Speech(
        "Hola a todos:",
        ("La bomba se para a los diez minutos y no sé por qué.", "¿Hay un manual más reciente?"),
        ("No, fue la primera vez.", "Sí, y dos veces más por la tarde", "42", "Prefiero que no."),
        ("¿Qué versión tiene instalada?", "¿Se había parado antes la bomba?", "Envíenos una foto de la válvula.",
         "Probamos cada válvula antes de enviarla, por eso nos sorprende."),
        "Saludos cordiales,", "Íñigo Roble", "Jefe de jardines", "Roble y Cía. S.L.", "+34 91 000 11 22",
        "Enviado desde mi iPhone", "P.D. A los vecinos les pasa lo mismo.",
    ),
    "it": Speech(
        "Ciao a tutti,",
        ("La pompa si ferma dopo dieci minuti e non so perché.", "Esiste un manuale più recente?"),
        ("No, era la prima volta.", "Sì, e altre due volte nel pomeriggio", "42", "Preferirei di no."),
        ("Quale versione è installata?", "La pompa si era già fermata?", "Ci mandi una foto della valvola.",
         "Proviamo ogni valvola prima della spedizione, quindi siamo sorpresi."),
        "Cordiali saluti", "Nicolò Quercia", "Responsabile giardini", "Quercia S.r.l.", "+39 06 000 1122",
        "Inviato da iPhone", "P.S. I vicini hanno lo stesso problema.",
    ),
    "pt": Speech(
        "Olá a todos,",
        ("A bomba para depois de dez minutos e não sei porquê.", "Há um manual mais recente?"),
        ("Não, foi a primeira vez.", "Sim, e mais duas vezes à tarde", "42", "Prefiro que não."),
        ("Que versão está instalada?", "A bomba já tinha parado antes?", "Envie-nos uma fotografia da válvula.",
         "Testamos cada válvula antes do envio, por isso estamos surpreendidos."),
        "Atenciosamente,", "João Carvalho-Pinho", "Chefe de jardins", "Pinho & Filhos Lda.", "+351 21 000 11 22",
        "Enviado do meu iPhone", "P.S. Os vizinhos têm o mesmo problema.",
    ),
    "nl": Speech(
        "Hallo allemaal,",
        ("De pomp stopt na tien minuten en ik weet niet waarom.", "Is er een nieuwere handleiding?"),
        ("Nee, dit was de eerste keer.", "Ja, en na de lunch nog twee keer", "42", "Liever niet."),
        ("Welke firmware is geïnstalleerd?", "Is de pomp eerder gestopt?", "Stuur ons een foto van de klep.",
         "Wij testen elke klep voor verzending, dus dit verrast ons."),
        "Met vriendelijke groet,", "Sjoerd Beuk", "Hoofd tuinen", "Beuk & Zoon B.V.", "+31 20 000 11 22",
        "Verstuurd vanaf mijn iPhone", "PS De buren hebben hetzelfde.",
    ),
    "pl": Speech(
        "Dzień dobry,",
        ("Pompa staje po dziesięciu minutach i nie wiem dlaczego.", "Czy jest nowsza instrukcja?"),
        ("Nie, to był pierwszy raz.", "Tak, i po obiedzie jeszcze dwa razy", "42", "Wolałbym nie."),
        ("Jaka wersja jest zainstalowana?", "Czy pompa stawała wcześniej?", "Proszę przysłać zdjęcie zaworu.",
         "Sprawdzamy każdy zawór przed wysyłką, więc to nas dziwi."),
        "Pozdrawiam,", "Łucja Jesion", "Kierownik ogrodów", "Jesion Sp. z o.o.", "+48 22 000 11 22",
        "Wysłane z iPhone'a", "PS. Sąsiedzi mają to samo.",
    ),
    "uk": Speech(
        "Доброго дня!",
        ("Насос зупиняється через десять хвилин, не знаю чому.", "Чи є новіша інструкція?"),
        ("Ні, це вперше.", "Так, і після обіду ще двічі", "42", "Краще не треба."),
        ("Яка у вас прошивка?", "Чи зупинявся насос раніше?", "Надішліть, будь ласка, фото клапана.",
         "Ми перевіряємо кожен клапан перед відправленням, тож здивовані."),
        "З повагою,", "Ївга Калинич", "Головна садівниця", "ТОВ «Калина»", "+380 44 000 11 22", "Надіслано з iPhone",
        "P.S. У сусідів те саме.",
    ),
    "cs": Speech(
        "Dobrý den,",
        ("Čerpadlo se po deseti minutách zastaví a nevím proč.", "Existuje novější návod?"),
        ("Ne, bylo to poprvé.", "Ano, a po obědě ještě dvakrát", "42", "Raději ne."),
        ("Jakou verzi máte?", "Zastavilo se čerpadlo už dříve?", "Pošlete nám prosím fotku ventilu.",
         "Každý ventil před odesláním zkoušíme, takže nás to překvapuje."),
        "S pozdravem", "Jiří Buček", "Vedoucí zahrad", "Buk s.r.o.", "+420 200 001 122", "Odesláno z iPhonu",
        "P.S. Sousedé mají totéž.",
    ),
    "sv": Speech(
        "Hej alla,",
        ("Pumpen stannar efter tio minuter och jag vet inte varför.", "Finns det en nyare manual?"),
        ("Nej, det var första gången.", "Ja, och två gånger till efter lunch", "42", "Helst inte."),
        ("Vilken version är installerad?", "Har pumpen stannat förut?", "Skicka en bild på ventilen.",
         "Vi provar varje ventil innan den skickas, så det förvånar oss."),
        "Med vänliga hälsningar,", "Åsa Björkö", "Trädgårdschef", "Björkö AB", "+46 8 000 11 22",
        "Skickat från min iPhone", "PS Grannarna har samma problem.",
    ),
    "fi": Speech(
        "Hei kaikki,",
        ("Pumppu pysähtyy kymmenen minuutin jälkeen enkä tiedä miksi.", "Onko uudempaa ohjetta?"),
        ("Ei, se oli ensimmäinen kerta.", "Kyllä, ja vielä kahdesti lounaan jälkeen", "42", "Mieluummin en."),
        ("Mikä versio on asennettu?", "Onko pumppu pysähtynyt aiemmin?", "Lähettäkää kuva venttiilistä.",
         "Testaamme jokaisen venttiilin ennen lähetystä, joten tämä yllättää."),
        "Ystävällisin terveisin", "Väinö Koivu", "Puutarhapäällikkö", "Koivu Oy", "+358 9 000 1122",
        "Lähetetty iPhonesta", "PS. Naapureilla on sama vika.",
    ),
    "tr": Speech(
        "Merhaba,",
        ("Pompa on dakika sonra duruyor ve nedenini bilmiyorum.", "Daha yeni bir kılavuz var mı?"),
        ("Hayır, ilk kez oldu.", "Evet, öğleden sonra iki kez daha", "42", "Olmasa daha iyi."),
        ("Hangi sürüm yüklü?", "Pompa daha önce durdu mu?", "Lütfen vananın resmini gönderin.",
         "Her vanayı göndermeden önce deniyoruz, bu yüzden şaşırdık."),
        "Saygılarımla,", "Gülşen Çınar", "Bahçe müdürü", "Çınar A.Ş.", "+90 212 000 11 22", "iPhone'umdan gönderildi",
        "Not: Komşularda da aynı sorun var.",
    ),
    "ja": Speech(
        "お世話になっております。",
        ("ポンプが十分後に止まりますが、理由が分かりません。", "新しい説明書はありますか？"),
        ("いいえ、初めてです。", "はい、昼食後にも二回ありました", "42", "遠慮します。"),
        ("どの版が入っていますか？", "以前も止まりましたか？", "弁の写真を送ってください。",
         "弁はすべて出荷前に試験しているので驚いています。"),
        "よろしくお願いいたします。", "楓 小百合", "庭園長", "株式会社楓", "03-0000-1122", "iPhoneから送信", "追伸 隣の家も同じです。",
    ),
    "zh": Speech(
        "大家好：",
        ("水泵十分钟后就停了，我不知道为什么。", "有更新的说明书吗？"),
        ("没有，这是第一次。", "有，午饭后又有两次", "42", "最好不要。"),
        ("安装的是哪个版本？", "水泵以前停过吗？", "请发一张阀门的照片。", "每个阀门出厂前都经过测试，所以我们很惊讶。"),
        "此致", "枫小明", "园林主管", "枫树有限公司", "+86 10 0000 1122", "发自我的iPhone", "又及：邻居也有同样的问题。",
    ),
    "ko": Speech(
        "안녕하세요,",
        ("펌프가 십 분 후에 멈추는데 이유를 모르겠습니다.", "더 새로운 설명서가 있습니까?"),
        ("아니요, 처음입니다.", "네, 점심 후에도 두 번 있었습니다", "42", "사양하겠습니다."),
        ("어떤 버전이 설치되어 있습니까?", "전에도 멈춘 적이 있습니까?", "밸브 사진을 보내 주세요.",
         "모든 밸브를 출고 전에 시험하므로 놀랐습니다."),
        "감사합니다.", "단풍 하나", "정원 책임자", "단풍 주식회사", "02-000-1122", "나의 iPhone에서 보냄", "추신: 이웃도 같습니다.",
    ),
}  # fmt: skip
