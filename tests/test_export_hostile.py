"""Hostile texts, ids and records: in every form they are words alone, and no name leaves its folder."""

import csv
import re
import sqlite3
from contextlib import closing
from pathlib import Path, PurePosixPath

import feedparser
import pytest
import yaml
from lxml import etree

from exports import HOSTILE, exported, hostile, story
from newsarc.export.markdown import plain
from newsarc.export.naming import names_of

FOLDERS = {"ninjs": "json", "nitf": "xml", "markdown": "md", "text": "txt"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@pytest.mark.parametrize("form", FOLDERS)
def test_names_of_files_are_safe_everywhere_and_unique(form: str, tmp_path: Path) -> None:
    made = hostile()
    files = exported(form, tmp_path / form, made)
    names = [path.relative_to(tmp_path / form).as_posix() for path in files]
    assert len({name.casefold() for name in names}) == len(made)
    for name in names:
        assert re.fullmatch(rf"(\d{{4}}/\d\d|undated)/[a-z0-9-]+\.{FOLDERS[form]}", name)
        assert len(name) < 120
        assert not _RESERVED.match(PurePosixPath(name).name)
    assert {path.name for path in tmp_path.iterdir()} == {form}


def test_stories_whose_short_names_are_one_lie_beside_each_other(tmp_path: Path) -> None:
    twins = [story(1, id="portal:00000000" + tail, headline="Möwe") for tail in ("00000001", "00000002")]
    short = {names_of(one.model_dump(mode="json"))[0] for one in twins}
    files = exported("text", tmp_path / "text", twins)
    assert len(short) == 1
    assert sorted(path.read_text(encoding="utf-8").splitlines()[-1] for path in files) == [one.id for one in twins]


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_no_cell_is_a_formula(form: str, delimiter: str, tmp_path: Path) -> None:
    [file] = exported(form, tmp_path / f"a.{form}", hostile())
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader((line.replace("\0", "") for line in stream), delimiter=delimiter))
    assert len(rows) == len(HOSTILE)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=HYPERLINK(1)" in cells


@pytest.mark.parametrize("form", ["nitf", "atom"])
def test_xml_is_well_formed_and_holds_no_element_of_theirs(form: str, tmp_path: Path) -> None:
    for path in exported(form, tmp_path / form, hostile()):
        root = etree.parse(path).getroot()
        assert not list(root.iter("{*}script"))
        assert all(re.match("https?://", one.get("href", "http://")) for one in root.iter("{*}link", "{*}a"))
        if form == "nitf":
            dtd = etree.DTD(str(Path(__file__).parent / "nitf.dtd"))
            assert dtd.validate(root), dtd.error_log.filter_from_errors()


def test_a_feed_reader_sees_no_script(tmp_path: Path) -> None:
    [file] = exported("atom", tmp_path / "feed.xml", hostile())
    read = feedparser.parse(file.read_bytes(), sanitize_html=False)
    assert not read.bozo
    assert len(read.entries) == len(HOSTILE)
    for entry in read.entries:
        assert "<script" not in entry.content[0].value
        assert all(re.match(r"https?://", link.href) for link in entry.get("links", ()))


def test_front_matter_holds_hostile_words_as_they_are(tmp_path: Path) -> None:
    made = {one.id: one for one in hostile()}
    for path in exported("markdown", tmp_path / "notes", made.values()):
        text = path.read_text(encoding="utf-8")
        told = yaml.safe_load(text.split("\n---\n", 1)[0].removeprefix("---\n"))
        wanted = made[told["id"]].headline
        assert told.get("title", "") == (wanted or "")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_makes_nothing_of_a_hostile_text(text: str) -> None:
    made = plain(text)
    for line in made.split("\n"):
        assert not re.match(r"\s|[-+=]|\d+[.)]", line)
        bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", line)
        assert not re.search(r"[<>\[\]*_`~|#&{}$@]|://|www\.|==", bare)
    assert "{%" not in made
    assert "{{" not in made


def test_the_database_takes_every_text(tmp_path: Path) -> None:
    [file] = exported("sqlite", tmp_path / "a.db", hostile())
    with closing(sqlite3.connect(file)) as db:
        found = [text or "" for (text,) in db.execute("SELECT headline FROM articles ORDER BY number")]
        assert found == list(HOSTILE)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_plain_text_moves_no_terminal(tmp_path: Path) -> None:
    for path in exported("text", tmp_path / "text", hostile()):
        text = path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]", text)
