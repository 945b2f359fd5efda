"""Stories and links as graphs for other programs: GraphML and DOT."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from newsarc.present.safety import safe, spelled

_KEYS = ("title", "published", "category")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def graphml(edges: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Write edges as GraphML: a node for each story, archived or not, an edge for each link.

    An edge is what `newsarc links` gives, and the record of the story it was asked of under `of`.
    """
    nodes, pairs = _graph(edges)
    yield _HEAD.encode()
    for key in _KEYS:
        yield f'<key id="{key}" for="node" attr.name="{key}" attr.type="string"/>\n'.encode()
    yield b'<key id="archived" for="node" attr.name="archived" attr.type="boolean"/>\n'
    yield b'<key id="linked_category" for="edge" attr.name="linked_category" attr.type="string"/>\n'
    yield b'<graph edgedefault="directed">\n'
    for name, node in nodes.items():
        data = [f'<data key="{key}">{_xml(node[key])}</data>' for key in _KEYS if node.get(key)]
        data.append(f'<data key="archived">{str(bool(node["archived"])).lower()}</data>')
        yield f"<node id={_quoted(name)}>{''.join(data)}</node>\n".encode("utf-8", "replace")
    for source, target, said in pairs:
        data = [f'<data key="linked_category">{_xml(said)}</data>'] if said else []
        edge = f"<edge source={_quoted(source)} target={_quoted(target)}>{''.join(data)}</edge>\n"
        yield edge.encode("utf-8", "replace")
    yield b"</graph>\n</graphml>\n"


def dot(edges: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Write edges, as `graphml` takes them, in the language of Graphviz; what is not archived is dashed."""
    nodes, pairs = _graph(edges)
    yield b"digraph newsarc {\n  node [shape=box];\n"
    for name, node in nodes.items():
        label = "\n".join(filter(None, (node.get("title") or name, (node.get("published") or "")[:10])))
        style = "" if node["archived"] else ", style=dashed"
        yield f"  {_dot(name)} [label={_dot(label)}{style}];\n".encode("utf-8", "replace")
    for source, target, said in pairs:
        label = f" [label={_dot(said)}]" if said else ""
        yield f"  {_dot(source)} -> {_dot(target)}{label};\n".encode("utf-8", "replace")
    yield b"}\n"


def _graph(edges: Iterable[Mapping[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str, str | None]]]:
    """Gather nodes and edges, each once; a story without an id is known by its minute and title."""
    nodes: dict[str, dict[str, Any]] = {}
    pairs: dict[tuple[str, str, str | None], None] = {}
    for edge in edges:
        this, other = edge["of"], edge["id"] or f"{edge['published'] or ''} {edge['title'] or ''}".strip()
        nodes[this["id"]] = {"title": this["headline"] or this["lead"], **this, "archived": True}
        nodes.setdefault(other, {key: edge[key] for key in (*_KEYS, "archived")})
        ends = (this["id"], other) if edge["direction"] == "out" else (other, this["id"])
        pairs[(*ends, edge["linked_category"])] = None
    return nodes, list(pairs)


def _xml(text: str) -> str:
    return spelled(escape(_printable(text)))


def _quoted(text: str) -> str:
    return spelled(quoteattr(_printable(text)))


def _printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    kept = (char for char in text if char in "\t\n\r" or " " <= char not in "\ufffe\uffff")
    return "".join(char for char in kept if not "\ud800" <= char <= "\udfff")


def _dot(text: str) -> str:
    inside = safe(text, lines=True).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inside}"'


GRAPHS = {"graphml": graphml, "dot": dot}
"""The forms of a graph."""
