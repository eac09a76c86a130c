"""From, Sent, To, Subject: the labels of a letter's small header, in the languages mail programs speak. Pure."""

from mail_ingest.quote_words import phrases

# Labels of the small header that Outlook and others put above a quotation.
HEADER_LABELS: dict[str, tuple[str, ...]] = {
    "from": phrases(
        """
        from | sender | von | absender | de | expéditeur | envoyé par | remitente | da | mittente |
        remetente |
        van | afzender | od | nadawca | odesílatel | odosielateľ | от | от кого | отправитель | від |
        від кого |
        відправник | ад | från | avsändare | fra | afsender | avsender | lähettäjä | saatja | feladó |
        de la |
        expeditor | kimden | gönderen | pošiljatelj | pošiljalac | од | подател | από | мαʹ | מאת | من |
        发件人 |
        寄件者 | 寄件人 | 發件人 | 差出人 | 送信者 | 보낸 사람 | 보낸사람 | từ | người gửi | dari | จาก |
        no | nuo | kam no | шаље | šalje | pošilja |
    """
    ),
    "date": phrases(
        """
        date | sent | sent on | date sent | received | gesendet | gesendet am | datum | zeit | envoyé |
        envoyé le | date d'envoi | date d’envoi | enviado | enviado el | enviada el | fecha | enviat |
        data |
        inviato | inviato il | data invio | enviada | enviada em | enviado em | enviado a | verzonden |
        verzonden op | wysłano | wysłane | data wysłania | odesláno | odoslané | dátum | отправлено |
        отправлен | дата | дата отправки | отправленные | послано | надіслано | дата надсилання |
        відправлено |
        адпраўлена | skickat | skickad | sendt | dato | lähetetty | päivämäärä | päiväys | saadetud |
        kuupäev |
        elküldve | küldve | küldési dátum | trimis | dată | gönderilen | gönderildi | gönderme tarihi |
        tarih |
        poslano | poslato | изпратено | στάλθηκε | ημερομηνία | נשלח | תאריך | تاريخ | التاريخ |
        تاريخ الإرسال |
        أرسلت | 发送时间 | 发送日期 | 日期 | 時間 | 寄件日期 | 傳送日期 | 送信日時 | 日付 | 日時 |
        보낸 날짜 | 날짜 | đã gửi | ngày | dikirim |
        tanggal | nosūtīts | išsiųsta | تم الإرسال | ส่ง | 寄件時間 |
    """
    ),
    "to": phrases(
        """
        to | an | empfänger | à | a | pour | adressaat |
        destinataire | destinataires | para | destinatario | destinatari |
        per a |
        destinatário | aan | ontvanger | do | odbiorca | komu | pro | příjemce | кому | получатель | до |
        одержувач | отримувач | каму | till | til | vastaanottaja | saaja | címzett | către | kime | alıcı |
        prima | прима | za | до кого | προσ | אל | إلى | 收件人 | 收件者 | 宛先 | 받는 사람 | 받는사람 | đến |
        tới | kepada | ถึง |
        kam | kur |
    """
    ),
    "cc": phrases(
        """
        cc | bcc | copie | copia | cópia | kopie | kopia | kopi | kopio | копия | копія | kopija | más |
        dw |
        udw | másolatot kap | másolat | bilgi | κοιν | κοιν. | עותק | نسخة | 抄送 | 副本 | 참조 | in copy |
        скрытая копия | cópia de | kop | cci | cco | в копии |
    """
    ),
    "subject": phrases(
        """
        subject | betreff | objet | sujet | asunto | assumpte | oggetto | assunto | onderwerp | temat |
        тема |
        предмет | předmět | věc | predmet | ämne | emne | aihe | teema | tárgy | subiect | konu | zadeva |
        относно | naslov | θέμα | נושא | الموضوع | 主题 | 主旨 | 件名 | 標題 | 제목 | chủ đề | subjek |
        perihal | เรื่อง |
        temats | тэма | thema | tema | tēma |
    """
    ),
    "other": phrases(
        """
        reply-to | reply to | importance | priority | attachments | attachment | antwort an | wichtigkeit |
        priorität | anlagen | répondre à | pièces jointes | responder a | importancia | datos adjuntos |
        rispondi a | priorità | allegati | responder para | prioridade | anexos | beantwoorden | urgentie |
        bijlagen | odpowiedz do | ważność | załączniki | важность | вложения | приоритет | обратный адрес |
        важливість | вкладення | organization | организация | message-id | in-reply-to | references |
        response to | newsgroups | user-agent | mime-version | content-type | x-mailer | return-path |
    """
    ),
}
