"""Bytes become the text that was meant: damaged umlauts are repaired, clean text of any language stays as it is."""

import codecs
import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from material import SAMPLES, articles_of, dump
from newsarc.encoding import byte_length, damaged_forms, decode_head, detect, mend, repair, tidy
from strategies import paragraphs, steady, words

CHARSETS = "cp1252 latin-1 iso8859-15 iso8859-16 cp1250 iso8859-2 mac-roman cp850 cp852 cp437".split()
CODES = {"latin-1": "iso8859-1"}
DOCUMENT = (
    "Für den Käse aus Öhlstede müssen große Mühlen über die Straße rollen. Die Äcker blühen, Übungen stören schöne "
    "Möwen nicht. „Größe zählt“, sagt Jürgen Süß – und lächelt."
)


def misread(text: str, charset: str) -> str:
    """Do the damage: read UTF-8 as another charset, bytes it lacks as the control characters of latin-1."""
    return "".join(bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_document_read_in_the_wrong_charset_is_repaired(charset: str) -> None:
    text = DOCUMENT if charset not in ("iso8859-15", "cp437", "cp850") else DOCUMENT.replace("Ü", "U")
    assert misread(text, charset) != text
    assert repair(misread(text, charset)) == (text, (CODES.get(charset, charset),))


AMBIGUOUS = pytest.mark.xfail(strict=True, reason="known: alone, these are also what cp1250 makes of another letter")


@pytest.mark.parametrize(
    ("charset", "letter"),
    [
        pytest.param(charset, letter, marks=[AMBIGUOUS] if charset == "iso8859-2" and letter in "öü" else [])
        for charset in CHARSETS
        for letter in "äöüß"
    ],
)
def test_damage_to_one_letter_beside_intact_ones_is_repaired(charset: str, letter: str) -> None:
    damaged = DOCUMENT.replace(letter, misread(letter, charset))
    assert damaged != DOCUMENT
    text, charsets = repair(damaged)
    assert text == DOCUMENT
    assert len(charsets) == 1


@pytest.mark.parametrize(
    ("damaged", "text", "charset"),
    [
        ("KĂ€se fĂŒr Köln", "Käse für Köln", "iso8859-16"),
        ("K├Ąse f├╝r Gro├čtal ÔÇô bald", "Käse für Großtal – bald", "cp852"),
        ("K├ñse f├╝r Gro├ƒtal", "Käse für Großtal", "cp850"),
        ("KÃ¤se fÃ¼r GroÃŸtal â€“ bald", "Käse für Großtal – bald", "cp1252"),
        ("K√§se f√ºr Gro√ütal", "Käse für Großtal", "mac-roman"),
        ("GroÃ\x9ftal", "Großtal", "iso8859-1"),
        ("â€žKÃ¤seâ€œ", "„Käse“", "cp1252"),
    ],
)
def test_damage_seen_in_dumps_is_repaired(damaged: str, text: str, charset: str) -> None:
    assert repair(damaged) == (text, (charset,))


def test_the_whole_text_decides_not_the_sentence() -> None:
    text = "Die Möwe. Die Kröte. Ein Käse. Süße Grüße. "
    damaged = misread(text, "cp852") * 20
    assert repair(damaged) == (text * 20, ("cp852",))


CLEAN = (
    # own language, with everything German news uses
    DOCUMENT, DOCUMENT.upper(), "»Größe«, «Größe», „Größe“ ‚Größe‘ ‹Größe› ’s ist 18 °C, § 7, 5 € – …",
    "«Â», «Ã», «À», „Â“, „Ä…“, ‚Ö…‘, ‚Ü‘, 4½, 45 ± 2, ‰ ¶ † × ÷ 5 ¥ 3 £ · •",
    # Romanian
    "Ștefăniță Țâncăreanu și mătușa Ilinca văd pădurea înghețată.", "PĂȘUNE. MĂTUȘA FRÂU, CÂNTEC LA FÂNTÂNĂ, ȚARĂ",
    "Şcoala şi ţara, cu sedilă: ŞCOALA ŢĂRII", "ÎNVĂȚĂTOAREA DIN ORĂȘTIE SPUNE: «FĂRĂ GRĂBIRE»",
    # Turkish
    "Çağrı Şahingöz, Ayşegül Yıldıztoprağı, İstanbul'da ılık bir gün.", "IŞIKLI AĞAÇ, ÖYKÜ BÖREKÇİOĞLU, ŞEFTALİKÖY",
    # Polish, Czech, Slovak, Hungarian, Croatian
    "Zażółć gęślą jaźń, Łukasz Ździebłowski, Małgorzata.", "ZAŻÓŁĆ GĘŚLĄ JAŹŃ, ŁÓDECZKA",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.", "PŘÍLIŠ ŽLUŤOUČKÝ KŮŇ ÚPĚL ĎÁBELSKÉ ÓDY", "Ľuboš, Ĺadová, VŔBA, TĹCŤ",
    "Újvárőrs, űrhajó, ŰRHAJÓ, Đurđa Čvorišćak",
    # French, Portuguese, Spanish, Italian
    "Françoise dîne à Noël, l’œuf «très, très bon», où êtes-vous ?",
    "L’ÉTÉ À LA FORÊT: GARÇON, ÇA VA, MAÎTRE, NOËL, ŒUF",
    "A canção não tem fim, amanhã João e a irmã.", "CANÇÕES, CORAÇÃO E MARÉ, AMANHÃ, IRMÃ, MAÇÃ E AVELÃ", "¿Qué? ¡Año!",
    "Perché no? È così, più là.", "PERCHÉ NO? È COSÌ, PIÙ LÀ",
    # Icelandic, Danish, Swedish, Finnish
    "Sigþrúður Ðaníelsdóttir, Höður, Æðislegt á Þrasey.", "ÞÓRÐUR ÆGISSON, ÖXARÁ, HÖFÐI",
    "Smørrebrød på Ærø, ÅNGSTRÖM, ÄÄ",
    # Vietnamese, Greek, Russian, Hebrew, Chinese, Japanese
    "Việt Nam – Đại hội Đảng, Cần Thơ, ăn ân ơn ưu.", "VIỆT NAM, ĐẠI HỘI, CẦN THƠ, ĂN ÂN ƠN ƯU, CHÂU Â",
    "Η Αθήνα είναι ωραία.",
    "Хорошая погода, ёлка и Їжак.", "שלום עולם", "今日はいい天気です。", "漢字，简体",
    # signs
    "√2 ≈ 1,4 und ∫ ≠ ∑", "┌──┐│ ├─┤ └──┘ ░▒▓", "©®™ ªº ¹²³ ¼½¾ ¢£¥ ¬¦", "😀 🇩🇪 👩‍🚒", "a ´ b ` c ¨ d ¸ e", "ﬁ ﬂ Ǆ",
)  # fmt: skip


@pytest.mark.parametrize("text", CLEAN, ids=lambda text: text[:20])
def test_clean_text_is_not_touched(text: str) -> None:
    assert repair(text) == (text, ())
    assert mend(text) == (text, [])
    assert repair(unicodedata.normalize("NFD", text))[1] == ()


@pytest.mark.parametrize(
    "text",
    [
        "Die Zeitung »AMANHÃ« erschien in Windau.",
        "Der Film »CASĂ« läuft in Windau.",
        "Unter dem Buchstaben »Ã« liegen drei Stücke.",
        "Die Zeitung „AMANHÃ\u00a0– O JORNAL“ erschien.",
        "Der Film „CASĂ\u00a0– PĂMÂNT“ läuft.",
        "Der Buchstabe Â\u00a0: selten.",
    ],
)
def test_a_foreign_capital_before_a_quote_or_a_no_break_space_is_not_touched(text: str) -> None:
    assert repair(text) == (text, ())


def test_all_untouched_samples_come_out_as_they_went_in() -> None:
    paths = sorted((SAMPLES / "portal" / "untouched").glob("*.txt"))
    assert len(paths) >= 4
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert mend(text) == (text, [])
        for article in articles_of(path.read_bytes()):
            assert not [warning for warning in article.warnings if warning.startswith("encoding")]


@pytest.mark.parametrize("text", ["KÀse fĂŒr Köln", "K\ufffdse", "Kä\u0099se", "K\x80se"])
def test_what_cannot_be_repaired_is_left_and_flagged(text: str) -> None:
    mended, warnings = mend(text)
    assert mended == text.replace("fĂŒr", "für")
    assert ("encoding-doubtful" in warnings) == (not text.startswith("KÀ"))


def test_a_next_line_character_is_not_doubtful() -> None:
    assert mend("Der Turm\u0085leuchtet für alle")[1] == []


@steady
@given(st.one_of(st.text(), words(), st.text("ÃĂÂâ€Ä„–«»├╝ÔÇô√§ü¤ ¼\u00a0ßŸA")))
def test_repairing_twice_changes_nothing(text: str) -> None:
    repaired, _ = repair(text)
    assert repair(repaired) == (repaired, ())
    mended, _ = mend(text)
    assert len(mended.split("\n")) == len(text.split("\n"))  # lines stay lines


@steady
@given(paragraphs(), st.sampled_from(CHARSETS), st.sampled_from(CHARSETS))
def test_damaged_text_is_repaired_once_and_for_all(text: str, first: str, second: str) -> None:
    repaired, _ = repair(misread(misread(text, first), second))
    assert repair(repaired) == (repaired, ())


@steady
@given(paragraphs(), st.sampled_from(["cp1252", "latin-1", "iso8859-16", "mac-roman", "cp852"]))
def test_any_german_paragraph_comes_back(text: str, charset: str) -> None:
    assert repair(misread(text, charset))[0] == text


@pytest.mark.parametrize("char", "äöüÄÖÜß–“„")
def test_the_damaged_forms_of_a_character_are_what_misreading_makes_of_it(char: str) -> None:
    forms = damaged_forms(char)
    assert misread(char, "cp1252") in forms
    assert misread(char, "cp852") in forms
    assert char not in forms


def test_nested_damage_costs_little() -> None:
    begun = process_time()
    repair("Â" * 3_000 + "§")
    assert process_time() - begun < 0.05


@pytest.mark.parametrize("unit", ["Ã", "Ã¤", "├", "â€", "Ă€ ", "ä", "\u0301", "가", "Â\u00a0", "ÃÂ"])
def test_long_runs_cost_little(unit: str) -> None:
    begun = process_time()
    mend(unit * 50_000)
    assert process_time() - begun < 1


def test_tidy_brings_nfc_and_takes_marks_of_byte_order_and_nul_away() -> None:
    assert tidy("Ka\u0308se\0 f\ufeffu\u0308r") == "Käse für"
    assert tidy("Käse") == "Käse"
    assert tidy("") == ""


@pytest.mark.parametrize("count", [1, 29, 30, 31, 1000])
def test_a_run_of_combining_marks_is_capped_at_thirty(count: int) -> None:
    tidied = tidy("x" + "\u0301\u0316" * count)
    assert len(tidied) == 1 + min(2 * count, 30)


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("x" + "\u0301" * 30, []), ("x" + "\u0301" * 31, ["marks-cut"]), ("x" + "\u0301\0" * 31, ["marks-cut"]),
        ("x\u0301" * 99, []), ("今日は" * 99, []), ("\U0001e947" * 30 + "\u0301", ["marks-cut"]),
        ("fĂŒr \ufffd x" + "\u0591" * 99, ["encoding-repaired:iso8859-16", "encoding-doubtful", "marks-cut"]),
    ],
    ids=ascii,
)  # fmt: skip
def test_marks_that_are_cut_are_told(text: str, warnings: list[str]) -> None:
    mended, found = mend(text)
    assert found == warnings
    assert mend(mended)[1] == [code for code in warnings if code == "encoding-doubtful"]


def test_one_rare_sign_makes_a_long_text_no_dearer() -> None:
    begun = process_time()
    mend("Der Turm leuchtet. " * 100_000 + "😀")
    assert process_time() - begun < 0.2


@steady
@given(st.text())
def test_tidy_is_nfc_and_idempotent(text: str) -> None:
    tidied = tidy(text)
    assert unicodedata.is_normalized("NFC", tidied)
    assert tidy(tidied) == tidied
    assert "\0" not in tidied


@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0316", "\u0308\u0323"])
def test_two_hundred_thousand_combining_marks_cost_little(marks: str) -> None:
    begun = process_time()
    assert len(tidy("a" + marks * (200_000 // len(marks)))) <= 31
    assert process_time() - begun < 0.2


@pytest.mark.parametrize("marks", ["\u0591\u05b0", "\u064b\u0655", "\u0e48\u0e38"])
def test_foreign_combining_marks_cost_little(marks: str) -> None:
    begun = process_time()
    tidy("x" + marks * 12_000)
    assert process_time() - begun < 0.05


TEXT = "Ein Käse für Köln, große Übung in Öhlstede.\n" * 3


@pytest.mark.parametrize("charset", ["cp1252", "mac-roman", "cp850"])
def test_eight_bit_bytes_are_told_by_their_german_letters(charset: str) -> None:
    assert detect([TEXT.encode(charset)]) == charset
    assert TEXT.encode(charset).decode(detect([TEXT.encode(charset)])) == TEXT


def test_cp437_is_told_where_it_differs_from_cp850_or_reads_the_same() -> None:
    data = TEXT.encode("cp437")
    assert data.decode(detect([data])) == TEXT


def test_on_a_tie_it_is_cp1252() -> None:
    assert detect([b"caf\xff"]) == "cp1252"
    assert detect([b"\xa8\xb4"]) == "cp1252"


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (b"Turm", "utf-8"), ("Käse für „Köln“".encode(), "utf-8"), (b"", "utf-8"), ("漢字 שלום 😀".encode(), "utf-8"),
        (codecs.BOM_UTF8 + "Käse".encode(), "utf-8-sig"), (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE + "Käse".encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + "Käse".encode("utf-16-be"), "utf-16-be"),
    ],
)  # fmt: skip
def test_marks_and_strict_utf8_come_first(data: bytes, codec: str) -> None:
    assert detect([data]) == codec
    assert detect([data[:1], data[1:]]) in (codec, "utf-8", "cp1252", "mac-roman", "cp850")  # never an exception


def test_a_character_may_be_cut_between_two_chunks_but_not_at_the_end() -> None:
    data = "Möwe".encode()
    assert detect([data[:2], data[2:]]) == "utf-8"
    assert detect([data[:2]]) == "cp1252"


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_look_that_ends_inside_a_character_is_still_utf8(cut: int) -> None:
    text, codec = decode_head("Käse für 😀".encode()[:-cut])
    assert codec == "utf-8"
    assert text.startswith("Käse für ")


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "mac-roman", "utf-16-le", "utf-16-be"])
def test_lengths_are_counted_in_bytes_of_the_source(codec: str) -> None:
    assert byte_length(DOCUMENT, codec) == len(DOCUMENT.encode(codec, "replace"))
    assert byte_length("Turm", codec) == len("Turm".encode(codec))


MARKS = {"utf-8-sig": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "mac-roman", "cp850"])
def test_one_story_in_any_encoding_is_one_story(codec: str) -> None:
    text = dump("Öhlstede erneuert den großen Turm für Süßwitz", lead="Käse für Köln, schöne Grüße.").decode()
    (read,) = articles_of(MARKS.get(codec, b"") + text.encode(codec))
    (plain,) = articles_of(text.encode())
    assert read.id == plain.id
    assert (read.headline, read.lead, read.body) == (plain.headline, plain.lead, plain.body)
    assert read.origin
    assert read.origin.encoding == codec
    assert not read.warnings


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("blanks", [b"\n", b"\n\n"])
def test_what_was_appended_to_utf16_in_another_encoding_is_flagged(codec: str, blanks: bytes) -> None:
    more = dump("Zweite Meldung aus Köln", "06.06.2023 - 10:00:00")
    (read,) = articles_of(MARKS[codec] + dump().decode().encode(codec) + blanks + more)
    assert read.warnings == ("encoding-doubtful",)
    assert read.unparsed


@pytest.mark.parametrize(
    "text",
    [
        "これはありふれたにほんごのぶんしょうです",
        "风力发电机组在北海沿岸的德国港口城市建成",
        "═" * 40,
        "…" * 40,
        "ⴰⵎⴰⵣⵉⵖ" * 9,
    ],
)
def test_foreign_letters_and_rows_of_signs_are_not_taken_for_two_letters_each(text: str) -> None:
    assert mend(text) == (text, [])
