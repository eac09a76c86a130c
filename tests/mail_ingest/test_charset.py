"""Charsets: declared, wrongly declared and not declared at all. None of these sentences served to make the tables."""

import encodings.aliases

import pytest

from mail_ingest.charset import clean_text, codec_for, decode_bytes, decode_text

CYRILLIC = ("koi8-r", "cp1251", "cp866", "iso8859-5", "mac-cyrillic")
RUSSIAN = (
    "Где мой возврат? Обещали перевести вчера.",
    "Не получается оплатить счёт, пишет ошибку сервера.",
    "Жалоба на грубость сотрудника в вашем офисе.",
    "Расписание электричек изменилось без предупреждения.",
    "ПОТЕРЯЛ КЛЮЧИ ОТ КВАРТИРЫ, ПОМОГИТЕ ОТКРЫТЬ ДВЕРЬ!",
    "Принтер HP LaserJet зажевал бумагу и мигает красным.",
    "Юбилей фирмы отметим в пятницу.",
    "Экзамен перенесли на среду.",
)
OTHERS = {
    "uk": ("cp1251", "Не працює опалення в під'їзді, надішліть майстра."),
    "bg": ("cp1251", "Моля изпратете ми фактура за миналия месец."),
    "de": ("cp1252", "Schöne Grüße aus Köln, ich hätte gern mein Geld zurück."),
    "de in DOS": ("cp850", "Schöne Grüße aus Köln, ich hätte gern mein Geld zurück."),
    "fr": ("cp1252", "Bonjour, j'ai été débité deux fois et je n'ai toujours rien reçu."),
    "es": ("cp1252", "¿Dónde está mi pedido? Aún no llegó, señor."),
    "pt": ("cp1252", "Não consigo entrar na minha conta, a senha não é aceita."),
    "sv": ("cp1252", "Jag har inte fått min beställning än, kan ni hjälpa mig?"),
    "pl": ("iso8859-2", "Proszę o zwrot pieniędzy za zamówienie, którego nie otrzymałem w całości."),
    "cs": ("cp1250", "Dobrý den, prosím o vrácení peněz za objednávku, která nepřišla."),
    "tr": ("cp1254", "Merhaba, siparişim henüz gelmedi, lütfen yardımcı olur musunuz?"),
    "el": ("iso8859-7", "Καλημέρα σας, δεν έχω λάβει ακόμη την παραγγελία μου."),
    "ja": ("cp932", "商品がまだ届きません。確認してください。"),
    "ja, Unix": ("euc_jp", "商品がまだ届きません。確認してください。"),
    "ja, 7 bit": ("iso2022_jp", "商品がまだ届きません。確認してください。"),
    "zh": ("gb18030", "您好，我的订单还没有收到，请帮忙查询。"),
    "zh, Taiwan": ("big5", "您好，我的訂單還沒有收到，請幫忙查詢。"),
    "ko": ("cp949", "주문한 상품이 아직 도착하지 않았습니다."),
}


@pytest.mark.parametrize("codec", CYRILLIC)
@pytest.mark.parametrize("text", RUSSIAN)
def test_undeclared_russian_is_read(text: str, codec: str) -> None:
    assert decode_bytes(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["koi8-r", "cp1251", "cp866"])
@pytest.mark.parametrize(
    "text", ["Где деньги?", "Верните товар", "Здравствуйте", "ПОМОГИТЕ МНЕ", "нет ответа"]
)
def test_ten_letters_of_russian_are_enough(text: str, codec: str) -> None:
    assert decode_bytes(text.encode(codec)) == text


@pytest.mark.parametrize(
    "declared", ["iso-8859-1", "us-ascii", "utf-8", "windows-1252", "koi8-r", "windows-1251", "x-unknown"]
)
@pytest.mark.parametrize("codec", ["koi8-r", "cp1251", "utf-8"])
@pytest.mark.parametrize("text", RUSSIAN)
def test_a_wrong_label_does_no_harm_to_russian(text: str, codec: str, declared: str) -> None:
    assert decode_bytes(text.encode(codec), declared) == text


@pytest.mark.parametrize("name", OTHERS)
def test_undeclared_text_of_other_languages_is_read(name: str) -> None:
    codec, text = OTHERS[name]
    assert decode_bytes(text.encode(codec)) == text


@pytest.mark.parametrize("name", OTHERS)
def test_a_true_label_is_believed(name: str) -> None:
    codec, text = OTHERS[name]
    assert decode_text(text.encode(codec), codec) == (text, "")


@pytest.mark.parametrize("name", ["ja", "zh", "zh, Taiwan", "ko", "bg", "tr", "pl"])
def test_latin_1_is_what_mailers_say_when_they_do_not_know(name: str) -> None:
    codec, text = OTHERS[name]
    assert decode_bytes(text.encode(codec), "iso-8859-1") == text


@pytest.mark.parametrize(
    "text", ["Müller", "café", "señor José", "Ærø", "naïve façade", "12 € für 3 Stück", "“quoted” – dash…"]
)
def test_short_western_text_is_western(text: str) -> None:
    assert decode_bytes(text.encode("cp1252")) == text
    assert decode_bytes(text.encode("cp1252"), "iso-8859-1") == text


@pytest.mark.parametrize(
    ("spelling", "codec"),
    [
        ("cp-1251", "cp1251"),
        ("Windows-1251", "cp1251"),
        ("WIN1251", "cp1251"),
        ('"KOI8-R"', "koi8-r"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("iso-8859-8-i", "cp1255"),
        ("csISO2022JP", "iso2022_jp_ext"),
        ("utf8", "utf-8"),
        ("latin1", "cp1252"),
        ("US-ASCII", "cp1252"),
        ("utf-8*en", "utf-8"),
        ("punycode", ""),
        ("idna", ""),
        ("rot13", ""),
        ("unicode_escape", ""),
        ("base64", ""),
        ("mbcs", ""),
        ("", ""),
        ("\0", ""),
    ],
)
def test_names_of_charsets(spelling: str, codec: str) -> None:
    assert codec_for(spelling) == codec


@pytest.mark.parametrize("name", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()}))
def test_every_codec_of_python_gives_text(name: str) -> None:
    for data in (bytes(range(256)) * 4, b"a-b" * 300, b"\xd0" * 500):
        text, _ = decode_text(data, name)
        assert "\0" not in text
        text.encode("utf-8")


def test_utf16_is_seen_by_its_mark_or_its_zeros() -> None:
    assert decode_bytes("Привет".encode("utf-16")) == "Привет"
    assert decode_bytes("Hello there".encode("utf-16-le")) == "Hello there"
    assert decode_bytes("Hello there".encode("utf-16-be")) == "Hello there"


def test_a_cut_letter_does_not_change_the_charset() -> None:
    assert decode_bytes("Привет всем коллегам".encode()[:-1], "utf-8") == "Привет всем коллега\ufffd"


def test_emoji_sent_as_two_halves_are_joined() -> None:
    assert decode_bytes(b"ok \xed\xa0\xbd\xed\xb8\x80", "utf-8") == "ok \U0001f600"


def test_utf7_only_when_declared() -> None:
    assert decode_bytes(b"+BB8EQAQ4BDIENQRC-", "utf-7") == "Привет"
    assert decode_bytes(b"1+1-2") == "1+1-2"


def test_what_a_database_cannot_hold_is_removed() -> None:
    assert clean_text("a\0b\ud800c") == "ab\ufffdc"


def test_a_false_label_is_named() -> None:
    assert (
        decode_text("Привет".encode("cp1251"), "iso-8859-1")[1]
        == "the charset is not 'iso-8859-1' but cp1251"
    )
