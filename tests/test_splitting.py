"""Sources of many messages, cut as bytes: what stands around a list, and ends that are missing."""

import pytest

from newsarc.splitting import Message, json_members, json_values, xml_elements

PIECES = (1, 7, 10_000)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[place : place + size] for place in range(0, len(data), size)]


@pytest.mark.parametrize("size", [40, 10_000])
def test_what_stands_behind_a_list_is_no_message(size: int) -> None:
    data = b'{"item": [{"a": 1}, {"a": 2}], "links": {"self": "x"}, "more": [{"b": 1}]}'
    cut = list(json_values(pieces(data, size), "x", 1000, (b"item",)))
    assert [message.data for message in cut if isinstance(message, Message)] == [b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize("size", PIECES)
def test_a_list_is_found_behind_other_keys(size: int) -> None:
    data = b'{"title": "items [", "authors": [{"items": [{}]}], "items": [{"a": "]"}, {"a": [1]}], "next": [{}]}'
    cut = [message for message in json_members(pieces(data, size), "x", 1000, b"items") if isinstance(message, Message)]
    assert [message.data for message in cut] == [b'{"a": "]"}', b'{"a": [1]}']
    assert all(data.startswith(message.data, message.offset) for message in cut)


@pytest.mark.parametrize("data", [b"{}", b'{"items": {}}', b'{"items": "x"}', b'{"items": []}', b'{"items"', b'{"it'])
def test_an_object_without_the_list_gives_nothing(data: bytes) -> None:
    assert list(json_members([data], "x", 1000, b"items")) == []


@pytest.mark.parametrize("size", PIECES)
def test_cdata_without_an_end_hides_no_neighbour(size: int) -> None:
    data = b"<a><b><![CDATA[1]]></b><b><c><![CDATA[2</c></b><b><![CDATA[3 </c>]]></b><b><![CDATA[4</b><b>5</b></a>"
    cut = xml_elements(pieces(data, size), "x", 1000, frozenset([b"b"]))
    assert [message.data for message in cut if isinstance(message, Message)] == [
        b"<b><![CDATA[1]]></b>",
        b"<b><c><![CDATA[2</c></b>",
        b"<b><![CDATA[3 </c>]]></b>",
        b"<b><![CDATA[4</b>",
        b"<b>5</b>",
    ]


@pytest.mark.parametrize("size", PIECES)
def test_an_element_without_an_end_hides_no_neighbour(size: int) -> None:
    data = b'<a><b>1</b><b><c>2</c><b x="/">3<y:b>4</y:b></b><b/><b>5'
    cut = list(xml_elements(pieces(data, size), "x", 1000, frozenset([b"b"])))
    assert [message.data if isinstance(message, Message) else str(message) for message in cut] == [
        b"<b>1</b>",
        "source breaks its grammar (x at byte 11): <b> is not closed. Compare it with the layouts in docs/formats.md.",
        b'<b x="/">3<y:b>4</y:b></b>',
        b"<b/>",
        "source breaks its grammar (x at byte 52): <b> is not closed. Compare it with the layouts in docs/formats.md.",
    ]
