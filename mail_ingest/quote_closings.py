"""How people close a letter, in many languages: lower case, compared case-folded. Pure."""

from mail_ingest.quote_words import phrases

# "Best regards," and its kin.
CLOSINGS = phrases(
    """
    best regards | kind regards | regards | warm regards | warmest regards | best wishes | many thanks |
    with best regards | with kind regards | yours sincerely | yours faithfully | sincerely |
    sincerely yours | cheers | best | thanks | thank you | thanks and regards | thanks & regards |
    respectfully | br | rgds | с уважением | с наилучшими пожеланиями | с искренним уважением |
    с глубоким уважением | всего доброго | всего хорошего | с благодарностью | искренне ваш |
    искренне ваша | хорошего дня | спасибо | заранее спасибо | з повагою | з найкращими побажаннями |
    щиро ваш | дякую | mit freundlichen grüssen | mit freundlichem gruss | freundliche grüsse |
    viele grüsse | beste grüsse | liebe grüsse | mfg | lg | vg | gruss | grüsse | cordialement |
    bien cordialement | bien à vous | sincères salutations | meilleures salutations | salutations | cdlt |
    merci | saludos | un saludo | saludos cordiales | atentamente | un cordial saludo | muchas gracias |
    gracias | cordiali saluti | distinti saluti | saluti | un saluto | grazie | atenciosamente |
    cumprimentos | melhores cumprimentos | com os melhores cumprimentos | abraços | obrigado | obrigada |
    met vriendelijke groet | met vriendelijke groeten | vriendelijke groet | vriendelijke groeten |
    groeten | mvg | z poważaniem | pozdrawiam | z wyrazami szacunku | pozdrawiam serdecznie | dziękuję |
    s pozdravem | s přátelským pozdravem | děkuji | s pozdravom | med vänliga hälsningar |
    vänliga hälsningar | mvh | hälsningar | med venlig hilsen | venlig hilsen | med vennlig hilsen |
    vennlig hilsen | hilsen | ystävällisin terveisin | terveisin | üdvözlettel | tisztelettel | cu stima |
    cu stimă | cu respect | saygılarımla | saygılar | iyi çalışmalar | lp | lijep pozdrav |
    med vänlig hälsning | vänlig hälsning | bästa hälsningar | hälsar |
    よろしくお願いいたします | よろしくお願いします |
    此致 | 敬礼 | 此致敬礼 | 谢谢 | 祝好 | 감사합니다 | 드림 | 올림 | kind wishes | warmly | all the best | take care |
    yours truly | very truly yours | yours | respectfully yours | thx | tia | thanks in advance | ciao |
    tschüss | bis dann | schöne grüsse | herzliche grüsse | beste grüße | hochachtungsvoll | amicalement |
    bien à toi | bonne journée | bonne réception | un abrazo | quedo a la espera | buona giornata | a presto |
    com os meus cumprimentos | hartelijke groeten | groetjes | z góry dziękuję | miłego dnia | всех благ |
    с наилучшими | с уважением и благодарностью | удачи | успехов | до свидания | гарного дня |
    srdačan pozdrav | pozdrav | поздрав | с уважение |
"""
)

# A closing of a few more words ends with one of these.
CLOSING_ENDS = phrases(
    """
    regards | wishes | sincerely | grüßen | grüssen | grüße | grüsse | gruß | gruss | cordialement |
    salutations | saludos | saludo | saluti | cumprimentos | atenciosamente | groet | groeten | уважением |
    пожеланиями | повагою | побажаннями | poważaniem | pozdrawiam | pozdravem | hälsningar | hälsning |
    hilsen | terveisin | saygılarımla
"""
)
