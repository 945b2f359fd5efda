"""JSON is cut into its objects with their bytes, and read strictly: what is hostile is a fault, never a crash."""

import json
from itertools import islice

import pytest

from newsarc import strictjson
from newsarc.errors import ParseError, SourceError, TooLarge
from newsarc.source import Source, from_bytes
from newsarc.strictjson import Document, documents

LISTS = ("entries", "item")


def read(data: bytes, source: Source | None = None) -> tuple[list[Document], list[SourceError]]:
    found = list(documents(source or from_bytes(data, "x.json"), LISTS))
    faults = [part for part in found if isinstance(part, SourceError)]
    return [part for part in found if isinstance(part, Document)], faults


SHAPES = {
    "one": b'{"a": 1}',
    "one over lines": b'{\n  "a": 1\n}\n',
    "lines": b'{"a": 1}\n\n{"a": 2}\r\n{"a": 3}',
    "list": b'[{"a": 1},\n {"a": 2}]',
    "wrapped": b'{"entries": [{"a": 1}, {"a": 2}], "meta": {"count": 2}}',
    "wrapped and empty": b'{"item": [], "more": [{"b": 1}]}',
    "a wrapper a line": b'{"entries": [{"a": 1}, {"a": 2}]}\n{"entries": []}\n{"entries": [{"a": 3}]}\n',
    "concatenated": b'{"a":\n 1}\n{"a":\n 2}',
    "two byte order marks": b'\xef\xbb\xbf{"a": 1}\n\xef\xbb\xbf{"a": 2}\n',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_objects_of_every_shape_come_with_their_bytes(shape: str) -> None:
    data = SHAPES[shape]
    found, faults = read(data)
    assert faults == []
    assert [part.value for part in found] == [{"a": number} for number in range(1, data.count(b'"a"') + 1)]
    for part in found:
        assert json.loads(data[part.offset : part.offset + part.length].decode("utf-8-sig")) == part.value


def test_what_is_no_object_in_a_list_is_a_fault_at_its_byte() -> None:
    found, faults = read(b'{"entries": [{"a": 1}, "text]", {"a": 2}]}')
    assert [part.value for part in found] == [{"a": 1}, {"a": 2}]
    assert faults[0].where == "x.json at byte 23"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
def test_a_list_behind_other_keys_is_looked_into(codec: str) -> None:
    text = '{"c": [["ü"], {"entries": [{"a": 8}]}], "entries": [{"a": 1}, "ü", {"a": 2}], "d": [{"a": 9}]}'
    data = (b"\xff\xfe" if codec != "utf-8" else b"") + text.encode(codec)
    found, faults = read(data)
    assert [part.value for part in found] == [{"a": 1}, {"a": 2}]
    assert [data[part.offset : part.offset + part.length].decode(codec) for part in found] == ['{"a": 1}', '{"a": 2}']
    assert [fault.why for fault in faults] == ["an object was expected, something else found"]


def test_a_message_with_a_list_of_such_a_name_is_a_message() -> None:
    found, _ = read(b'{"uri": "x", "item": [{"a": 1}]}')
    assert [part.value for part in found] == [{"uri": "x", "item": [{"a": 1}]}]


def test_utf_16_is_read_with_its_own_offsets() -> None:
    data = b"\xff\xfe" + '{"a": "Fähre 😀"}\n{"a": "ü"}\n'.encode("utf-16-le")
    found, _ = read(data)
    assert [part.value["a"] for part in found] == ["Fähre 😀", "ü"]
    for part in found:
        assert json.loads(data[part.offset : part.offset + part.length].decode("utf-16-le")) == part.value


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1e400}', "beyond all measure"),
        (b'{"a": %b}' % (b"9" * 5000), "beyond all measure"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', 'the key "c" stands in it twice'),
        (b'{"a": 1, "\\u0061": 2}', 'the key "a" stands in it twice'),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deep"),
        (b'{"a": ' + b'{"a":' * 100_000, "too deep"),
        (b'{"a": "cut', "unterminated string"),
        (b'{"a": 1} {"a": 2}', "extra data"),
        (b'["a"]', "an object was expected"),
        (b"nothing", "no JSON"),
    ],
)
def test_a_hostile_line_is_a_fault_and_its_neighbours_are_read(line: bytes, why: str) -> None:
    found, faults = read(b'{"a": 1}\n' + line + b'\n{"a": 2}\n')
    assert [part.value for part in found] == [{"a": 1}, {"a": 2}]
    assert [fault.where for fault in faults] == ["x.json at byte 9"]
    assert why in faults[0].why


def test_text_is_repaired_before_it_is_read() -> None:
    found, _ = read(b'{"a": "K\\u00c3\\u00a4se f\\u00c3\\u00bcr \\ud800 und \\u0000 \\"a\\u0308\\""}')
    assert found[0].value == {"a": 'Käse für \ufffd und  "ä"'}
    assert found[0].warnings == ("encoding-repaired:cp1252", "encoding-doubtful")


def test_old_charsets_are_told_by_message() -> None:
    found, _ = read('{"a": "Käse für"}\n'.encode("cp1252") + '{"a": "Käse"}'.encode())
    assert [(part.value["a"], part.encoding) for part in found] == [("Käse für", "cp1252"), ("Käse", "utf-8")]


def test_a_long_source_is_streamed_and_a_long_message_refused() -> None:
    many = b'{"entries": [' + b",\n".join(b'{"a": "%d"}' % number for number in range(200_000)) + b"]}"
    lazy = documents(from_bytes(many, "x.json"), LISTS)
    assert [part.value["a"] for part in islice(lazy, 2) if isinstance(part, Document)] == ["0", "1"]
    long = from_bytes(b'{"a": "' + b"x" * (17 << 20) + b'"}', "x.json")
    with pytest.raises(TooLarge):
        list(documents(long, LISTS))


def test_values_are_taken_only_as_what_they_are() -> None:
    values: list[object] = ["  a ", 5, 2.5, True, None, [], {}]
    assert list(map(strictjson.words, values)) == ["a", "5", "2.5", "", "", "", ""]
    assert strictjson.number(2**63) is None
    assert strictjson.texts(["a", "", None, 3, ["b"]]) == ["a", "3"]
    assert strictjson.objects([1, {"a": 1}]) == [{"a": 1}]
    assert strictjson.objects({"a": 1}) == []


def test_what_does_not_fit_its_field_is_named_with_its_text() -> None:
    value: dict[str, object] = {
        "a": {"b": ["c", 4]},
        "d": "e",
        "f": ["g", {"h": "i"}],
        "j": [1, None, {}],
        "k": None,
        "l": 7,
    }
    kinds: dict[str, strictjson.Kind] = {
        "a": "text", "d": "objects", "f": "texts", "j": "objects", "k": "text", "l": "text",
    }  # fmt: skip
    assert list(strictjson.misfits(value, kinds)) == ["c 4", "e", "i", "1"]


@pytest.mark.parametrize("part", [b'"a"', b'{"a', b'"\\"', b"{", b" ", b"["])
@pytest.mark.parametrize("start", [b"", b"{\n", b"[{", b'{"entries": ['])
def test_no_long_message_takes_long_to_cut(start: bytes, part: bytes) -> None:
    found, faults = read(b'{"a": 1}\n' + start + part * 200_000)
    assert len(found) + len(faults) >= 1


def test_a_key_twice_among_many_is_found() -> None:
    many = b", ".join(b'"%d": 0' % number for number in range(50_000))
    _, faults = read(b"{" + many + b', "49999": 1}')
    assert 'the key "49999" stands in it twice' in faults[0].why


def test_no_depth_breaks_the_reader_of_leaves() -> None:
    deep: list[object] = ["a"]
    for _ in range(100_000):
        deep = [deep]
    assert list(strictjson.leaves(deep)) == ["a"]
    with pytest.raises(ParseError):
        strictjson.load("[" * 500 + "]" * 500, "x")
