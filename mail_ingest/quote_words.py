"""What mail programs of many languages write around a quotation: the words, and nothing but the words.

Collected over many languages so that a new client is one more phrase. Everything is lower case and compared
case-folded.
"""


def phrases(text: str) -> tuple[str, ...]:
    """Phrases between bars, in their order."""
    return tuple(phrase.strip() for phrase in text.split("|") if phrase.strip())


# The verb of an attribution: "On … Anna wrote:", "Анна пишет:", "Am … schrieb Anna:".
WROTE = phrases(
    """
    wrote | writes | has written | said | replied | пишет | пишут | написал | написала | написал(а) |
    написал(-а) | писал | писала | писал(а) | писали | написали | написав | написав(ла) | пише | писав |
    написав(-ла) | schrieb | schreibt | geschrieben | hat geschrieben | a écrit | écrit | a ecrit |
    écrivait | escribió | escribio | ha escrito | escrigué | va escriure | ha escrit | ha scritto |
    scrisse | scrive | scriveva | escreveu | escreveram | escreve | schreef | schrijft |
    het volgende geschreven | heeft geschreven | napisał | napisała | napisał(a) | napisał/a | pisze |
    pisał | pisał(a) | napsal | napsala | napsal(a) | napsal/a | píše | napísal | napísala | napísal(a) |
    napísal/a | skrev | skriver | kirjoitti | kirjutas | rakstīja | rašė | parašė | napisao je |
    napisala je | je napisao | je napisala | je napisao/la | napisao | je napisal | piše | написао |
    написао је | је написао | је написао/ла | написа | напиша | ezt írta | írta | a scris | scris | έγραψε |
    さんは書きました | писав(ла) | написал(a) | a ecrit | schrieben |
    yazdı | şunu yazdı | şunları yazdı | כתב | כתבה | כתב/ה | כתב‫: | كتب | كتبت | نوشت | 写道 | 寫道 |
    写道： |
    のメール | 書きました | 님이 작성 | 작성 | đã viết | menulis | เขียนว่า | napisala | napisal | ने लिखा |
    쓴 글 | 님이 쓴 글 | تمت كتابة ما يلي بواسطة |
"""
)

# What people's own attributions say; right above marked lines only.
SAID = phrases(
    """
    schriebst | dijo | dice | ha dit | va dir | disait | says | scribbled | spake | spake thus | écrivit |
    scriveva | scripsit | escribía | sagte | meinte | сказал | сказала | отвечает | ответил | ответила |
    сообщил | сообщил(а) | сообщает | сообщила | повідомив | wrote the following | wrote thus |
    wrote thusly | typed | opined | asked | responded | answered | commented | mentioned | escribe | a dit |
    ha escrito | zei | mówi | řekl | sa | sade | sagde | sanoi | bilgisini verdi | dedi ki
"""
)

# Attributions without a name or a date.
YOU_WROTE = frozenset(
    phrases(
        """
    you wrote | you said | вы писали | вы написали | ты писал | ви писали | sie schrieben |
    vous avez écrit |
    vous écriviez | usted escribió | lei ha scritto | você escreveu | u schreef | pisał pan | napsal jste
"""
    )
)
QUOTING = phrases(
    """
    quoting | zitat von | zitiere | citando a | citando | citat från | цитирую | цитата от | cytat z |
    quoted from | quoth | begin quoting | begin  quoting | begin quotation | thus spake | thus spoke |
    thus wrote | also sprach | also schrieb | so schrieb | excerpts from | excerpt from | citation de |
    begin forwarded | début de citation | cituji | citerar | цитата из | цитирую из | ainsi parla |
    according to
"""
)

# Newsgroups: "In article <…> Anna writes:", ""Anna" wrote in message news:…".
NEWS_STARTS = phrases(
    """
    in article < | in message < | in < | in news: | im artikel < | in artikel < | dans l'article < |
    dans le message < | nell'articolo < | en el artículo < | in article news: | in message-id: <
"""
)
NEWS_ENDS = phrases(
    """
    wrote in message | schrieb im newsbeitrag | schrieb in nachricht | a écrit dans le message |
    ha scritto nel messaggio | escribió en el mensaje | napisał w wiadomości | сообщил в новостях следующее |
    сообщила в новостях следующее | сообщил/сообщила в новостях следующее |
    сообщил(а) в новостях следующее | schreef in bericht | escreveu na mensagem
"""
)

# Small words between date, time, name and verb, and the names of clocks.
BETWEEN = frozenset(
    phrases(
        """
    at | at: | um | à | às | s | alle | ore | las | kl | klo | kello | o | g | r | v | ve | by | from | von | from: |
    via | am | pm | a | p | m | uhr | den | dem | the | of | date | cet | cest | utc | gmt | msk | est | edt |
    cst | cdt | pst | pdt | mez | mesz | wet | eet | bst | jst | ist | h | г | в | от | пользователь |
    користувач | użytkownik | użytkownika | uživatel | godz | godzinie | odesílatel | dnia | hour | time |
    р | о | у | на | по | as | hat | has | had | heeft | het | volgende | ha | giorno | data | письме |
    письмо | сообщении |
    ob | oseba | message | mail | article | st | nd | rd | th | de | du | and | to | all | re | thus | following | the
"""
    )
)

# Words an attribution may begin with.
ON = frozenset(
    phrases(
        """
    o | on | am | a | le | el | il | em | op | den | de | dne | dnia | w | på | pe | la | na | в | у | от |
    data | der | die | das | día | lørdag | στισ | dana | dňa | vào | pada | tarihinde | ngày | dia | het |
    du | vom | em: |
"""
    )
)

# Words that only a person puts between date and verb: "On Monday your colleague wrote to me:".
PERSONAL = frozenset(
    phrases(
        """
    i | me | my | we | us | u | our | yo | you | your | yours | he | she | his | her | er | they | them |
    their | this | that | colleague | manager | agent | я | мне | меня | мой | моя | мы | нам | нас | наш |
    вы | вам | вас | ваш | ваша | ваши | ваше | вашем | он | она | они | им | ему | ей | его | мені | мене |
    ми | ви | ваші | він | вона | вони | коллега | менеджер | сотрудник | оператор | ich | mi | mir | mich |
    mein | wir | uns | unser | sie | ihnen | ihr | ihre | ihrem | folgendes | kollege | je | moi | mon |
    nous | notre | vous | votre | vos | elle | nosotros | usted | ustedes | su | sus | él | ella | io |
    mio | noi | voi | lei | vostro | eu | meu | nós | você | vocês | seu | ik | mij | mijn | wij | ons |
    jij | jullie | uw | ja | mnie | ni | nam | wy | wam | wasz | pan | pani | jag | mig | min | vi | oss |
    jeg | který | mne | vám | váš |
"""
    )
)

# The first letters of months.
MONTHS = phrases(
    """
    jan | feb | mar | apr | may | jun | jul | aug | sep | oct | nov | dec | янв | фев | мар | апр | мая |
    май | июн | июл | авг | сен | окт | ноя | дек | січ | лют | бер | кві | тра | чер | лип | сер | вер |
    жов | лис | гру | mär | mai | juni | juli | okt | dez | janv | févr | mars | avr | juin | juil | août |
    ene | abr | ago | dic | gen | mag | giu | lug | set | ott | fev | out | mrt | mei | sty | lut | kwi |
    maj | cze | lip | sie | wrz | paź | lis | gru | led | úno | bře | dub | kvě | čer | zář | říj | pro |
    márc | ápr | máj | szept | oca | şub | nis | haz | tem | ağu | eyl | eki | kas | ara | tammi | helmi |
    maalis | huhti | touko | kesä | heinä | elo | syys | loka | marras | joulu | ιαν | φεβ | μαρ | απρ |
    μαΐ | ιουν | νοε | δεκ | ian | iun | iul | noi | яну | sij | velj | ožu | tra | svi | srp | kol |
    ruj | stu |
"""
)

# "-----Original Message-----" and its kin, compared without the dashes around.
ORIGINAL = frozenset(
    phrases(
        """
    original | original message | original message follows |
    original e-mail | original email | original mail | mail original | mail d'origine | mail d’origine |
    reply message | quoted message |
    original appointment | message below | end of new message | исходное сообщение |
    оригинальное сообщение | первоначальное сообщение | исходное письмо | оригинал сообщения |
    ответное сообщение | вихідне повідомлення | оригінальне повідомлення | оригінал повідомлення |
    початкове повідомлення | первинне повідомлення |
    зыходнае паведамленне | ursprüngliche nachricht | ursprüngliche mail |
    ursprüngliche e-mail | originalnachricht | original-nachricht | originale nachricht |
    originalnachricht von | message d'origine | message original | message d’origine | message initial |
    courriel original | e-mail d'origine | e-mail d’origine | mensaje original | correo original |
    missatge original | messaggio originale | messaggio originario | messaggio di origine |
    e-mail originale | mensagem original | email original | oorspronkelijk bericht |
    oorspronkelijke bericht | origineel bericht | originele bericht | oorspronkelijke e-mail |
    oryginalna wiadomość | wiadomość oryginalna | wiadomość pierwotna | wiadomosc oryginalna |
    původní zpráva | původní e-mail | pôvodná správa | originální zpráva | ursprungligt meddelande |
    originalmeddelande | oprindelig meddelelse | opprinnelig melding | original meddelelse |
    alkuperäinen viesti | alkuperäinen sähköposti | eredeti üzenet | eredeti levél | mesaj original |
    mesajul original | mesajul inițial | orijinal mesaj | orjinal mesaj | özgün ileti | izvorna poruka |
    originalna poruka | оригинална порука | изворна порука | оригинално съобщение | izvirno sporočilo |
    izvorno sporočilo | αρχικό μήνυμα | αρχικο μηνυμα | algne kiri | algkiri | sākotnējais ziņojums |
    pradinis laiškas | originalus laiškas | הודעה מקורית | ההודעה המקורית | الرسالة الأصلية | رسالة أصلية |
    原始邮件 | 原始郵件 | 邮件原件 | 原郵件 | 元のメッセージ | オリジナルメッセージ |
    original message 原始邮件 | 원본 메시지 | 원본 메일 | 원래 메시지 |
    tin nhắn gốc | thư gốc | pesan asli | ข้อความต้นฉบับ |
"""
    )
)

# What stands above a letter that was passed on.
FORWARDED = phrases(
    """
    forwarded message | forwarded by | forwarded mail | forwarded email | begin forwarded message |
    start forwarded message | fwd message | forward message | пересылаемое сообщение |
    пересланное сообщение | пересылаемое письмо | пересланное письмо | начало переадресованного сообщения |
    начало пересылаемого сообщения | переадресованное сообщение | перенаправленное сообщение |
    начало переадресованного письма | переслане повідомлення | переслане повiдомлення | пересланий лист |
    повідомлення, що пересилається | початок листа, що пересилається | weitergeleitete nachricht |
    weitergeleitete mail | anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail |
    weitergeleitete e-mail | message transféré | message réexpédié | début du message réexpédié |
    début du message transféré | courriel transféré | e-mail transféré | mensaje reenviado |
    inicio del mensaje reenviado | missatge reenviat | messaggio inoltrato | messaggio in inoltro |
    inizio messaggio inoltrato | mensagem encaminhada | mensagem reencaminhada |
    início da mensagem encaminhada | início da mensagem reencaminhada | doorgestuurd bericht |
    begin doorgestuurd bericht | doorgezonden bericht | przekazana wiadomość | wiadomość przekazana |
    treść przekazanej wiadomości | przesłana wiadomość | początek przekazywanej wiadomości |
    přeposlaná zpráva | předaná zpráva | přesměrovaná zpráva | začátek přeposílané zprávy |
    preposlaná správa | vidarebefordrat meddelande | vidarebefordrat brev | vidarebefordrat mail |
    videresendt meddelelse | videresendt melding | videresendt besked | välitetty viesti |
    edelleenlähetetty viesti | továbbított üzenet | továbbított levél | mesaj redirecționat |
    mesaj redirectionat | mesaj transmis | iletilen ileti | iletilmiş mesaj | yönlendirilen ileti |
    yönlendirilmiş mesaj | proslijeđena poruka | prosleđena poruka | прослеђена порука |
    препратено съобщение | posredovano sporočilo | προωθημένο μήνυμα | הודעה שהועברה | رسالة معاد توجيهها |
    الرسالة المُحوَّلة | 转发的邮件 | 轉寄的郵件 | 转发邮件 | 転送されたメッセージ | 転送メッセージ |
    전달된 메시지 | 전달된 메일 |
    thư đã chuyển tiếp |
"""
)

# A person's own hint, in a short note, that what stands below is the matter itself.
POINTS_BELOW = phrases(
    """
    see below | read below | below is | message below | mail below | email below | letter below |
    forwarding | forwarded | fwd | fyi | см. ниже | смотрите ниже | письмо ниже | переписка ниже |
    ниже письмо | пересылаю | переадресую | перешлю | див. нижче | пересилаю | siehe unten | s. unten |
    weitergeleitet | leite weiter | zur info | zur kenntnis | ci-dessous | je vous transfère | transféré |
    más abajo | ver abajo | reenvío | reenvio | qui sotto | di seguito | inoltro | vedi sotto | abaixo |
    encaminho | zie hieronder | doorgestuurd | hierbij stuur ik | poniżej | przesyłam | przekazuję |
    for your information | for info | see attached thread | onderstaande | к сведению | для сведения |
    перенаправля | письмо клиента | ниже письмо | до відома | лист нижче | перенаправля | übernehmen |
    zur weiteren bearbeitung | unten stehend | untenstehend | pour information | pour info | voir plus bas |
    para su información | para tu información | te reenvío | le reenvío | per conoscenza | per competenza |
    para conhecimento | segue abaixo | ter info | ter informatie | do wiadomości | patrz niżej |
    viz níže | přeposílám | se nedan | se nedenfor | vidarebefordrar | videresender |
"""
)

# A person's hint that answers stand inside the letter below.
INLINE = phrases(
    """
    inline | in-line | in line below | in red | in blue | in green | in bold | in caps | comments below |
    answers below | my comments | my answers | my replies | responses below | reply below | replies below |
    interspersed | красным | синим | зелёным | зеленым | в тексте | по тексту | между строк | внутри письма |
    ответы ниже | комментарии ниже | червоним | синім | у тексті | in rot | in blau | in grün | im text |
    antworten unten | zwischen den zeilen | en rouge | en bleu | en vert | dans le texte | mes réponses |
    en rojo | en azul | en verde | en el texto | mis respuestas | in rosso | in blu | nel testo |
    le mie risposte | em vermelho | em azul | no texto | minhas respostas | in het rood | in de tekst |
    mijn antwoorden | na czerwono | na niebiesko | w tekście | moje odpowiedzi | červeně | modře | v textu
"""
)

# "Please type your reply above this line."
REPLY_ABOVE = phrases(
    """
    reply above this line | reply above the line | type your reply above | write your reply above |
    write above this line | reply-above-this-line | add your reply above | reply below above |
    ответ выше этой линии | ответ над этой линией | ответ выше этой черты | ответ над этой чертой |
    ответ выше этой строки | ответ над этой строкой | відповідь над цією лінією |
    відповідь вище цієї лінії | antwort über dieser zeile | antwort oberhalb dieser linie |
    oberhalb dieser zeile | au-dessus de cette ligne | encima de esta línea | por encima de esta línea |
    sopra questa linea | sopra questa riga | acima desta linha | boven deze regel | boven deze lijn |
    powyżej tej linii | nad tento řádek | nad tímto řádkem | ovanför denna linje | ovanför den här raden |
"""
)

# "Sent from my iPhone": how such a line begins, and (DEVICES) what it must name.
SENT_FROM = phrases(
    """
    sent from | sent via | sent using | sent by | sent with | get outlook | outlook for | get the |
    enviado desde | enviado do | enviado de | enviado a partir | enviado através | enviado con |
    enviado por | enviado mediante | obtener outlook | obtenga outlook | obter o outlook |
    baixar o outlook | descargar outlook | envoyé de | envoyé depuis | envoyé à partir | envoyé avec |
    télécharger outlook | obtenez outlook | obtenir outlook | gesendet von | gesendet mit | von meinem |
    diese nachricht wurde von meinem | outlook für | holen sie sich outlook | laden sie outlook |
    inviato da | inviato dal | inviata da | scarica outlook | ottieni outlook | verzonden vanaf |
    verzonden vanuit | verstuurd vanuit | verzonden via |
    verzonden met | verstuurd vanaf | verstuurd met | outlook voor | download outlook | wysłane z |
    wysłano z | wysłane ze | pobierz outlook | pobierz aplikację outlook | odesláno z | odoslané z |
    získat outlook | poslano z | poslano s | послато са | skickat från | skickad från | hämta outlook |
    sendt fra | hent outlook | lähetetty | hanki outlook | saadetud | nosūtīts no | išsiųsta iš |
    отправлено с | отправлено из | отправлено через | отправлено от | отправлено при помощи | отправлено в |
    послано с | скачать outlook | загрузить outlook | получить outlook | outlook для | надіслано з |
    відправлено з | надіслано із | відправлено із | надіслано через | отримати outlook |
    отримайте outlook | pobierz program outlook |
    завантажити outlook | адпраўлена з | изпратено от | изпратено с | küldve | az én | iphone-ról |
    trimis de pe | trimis din | trimis de la | iphone'umdan | iphone'dan | android'den | στάλθηκε από |
    נשלח מה | נשלח מ | أرسلت من | مرسل من | 发自我的 | 发自 | 從我的 | 從 | iphoneから | 私の | 나의 |
    내 | đã gửi từ |
    gửi từ | dikirim dari | ส่งจาก | von | poslato sa | poslato s | poslano iz | أُرسلت من | تم الإرسال من |
    来自我的 | 來自我的 | 获取 outlook | 取得 outlook | 下载 outlook | von unterwegs | typed on | written on |
    written from | envoyé via | написано с | написано на | envoyé | enviado | sent | via |
"""
)

DEVICES = phrases(
    """
    iphone | iphonu | ipad | ipod | android | андроид | samsung | galaxy | huawei | honor | xiaomi |
    redmi | poco |
    oneplus | oppo | realme | pixel | nokia | lumia | motorola | sony | xperia | htc | lg  | blackberry |
    smartphone | смартфон | mobile | мобильн | мобільн | telefon | téléphone | teléfono | telefono |
    телефон | handy | cellphone | cell phone | my phone | gsm | tablet | планшет | outlook | mail.ru |
    mail ru | почт | пошт | yandex | яндекс | yahoo | gmail | inbox.ru | proton | tuta | mymail | mymail |
    aquamail | aol | thunderbird | k-9 | bluemail | blue mail | spark | airmail | mailbird | edison | fairemail |
    windows | mac | apple | ios | workspace | zimbra | web.de | gmx | 1&1 | t-online | orange | sfr |
    libero | wp poczt | poczta | onet | o2 | seznam | email.cz | airpost | fastmail | newton mail | boxer |
    typeapp | polymail | superhuman | mailtrack | shift | missive | canary | 手机 | 手機 | هاتف | unterwegs |
    touchdown | nine | telekom | verizon | at&t | t-mobile | mts | beeline | мтс | билайн | our app | iphone) |
"""
)
