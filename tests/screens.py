"""A terminal to look at: what newsarc prints there, as pictures for the docs; and the house, floor by floor.

As a script it takes the pictures of docs/pictures anew: `terminal-*.svg` and `house.svg`.
"""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from html import escape
from io import StringIO
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from material import ROOT, SAMPLES
from terminal import on_terminal

PICTURES = ROOT / "docs" / "pictures"
_WIDTH = 100
_FORM = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
SHOWN = {
    "ingest": "newsarc ingest samples/portal/full.txt samples/portal/web-of-stories.txt",
    "list": "newsarc list --limit 8",
    "search": "newsarc search Fähre Hafen* --limit 4",
    "show": "newsarc show 407ba",
    "inspect": "newsarc inspect samples/portal/layout-b.txt",
    "stats": "newsarc stats --by category --top 8",
    "stats-two": "newsarc stats --by year,category",
    "links": "newsarc links 407ba",
    "links-missing": "newsarc links --missing --limit 6",
    "duplicates": "newsarc duplicates",
    "history": "newsarc history 250310-99-100101",
    "diff": "newsarc diff 250310-99-100101",
    "audit": "newsarc audit",
    "export": "newsarc export --to csv --force news.csv",
    "formats": "newsarc formats",
    "parse": "newsarc parse samples/portal/minimal.txt",
    "quarantine": "newsarc quarantine",
    "reparse": "newsarc reparse --dry-run",
    "verify": "newsarc verify",
    "help": "newsarc --help",
    "typo": "newsarc serach Hafen",
}
"""Pictures by name: what a person types."""


def drawn(command: str, text: str, width: int = _WIDTH) -> str:
    """Draw what a terminal shows; the same text gives the same picture, and it names no other place."""
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(text.rstrip("\n")))
    svg = console.export_svg(title="", theme=MONOKAI, code_format=_FORM, unique_id="t")
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def floors() -> Iterator[list[tuple[str, str]]]:
    """Yield the floors of the house, the top one first: each room with line 1 of its file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [one for one in project["tool"]["importlinter"]["contracts"] if "layers" in one]
    for layer in contract["layers"]:
        yield [(room, _about(room)) for room in layer.split(" | ")]


def _about(room: str) -> str:
    path = ROOT / "src" / "newsarc" / f"{room}.py"
    path = path if path.exists() else ROOT / "src" / "newsarc" / room / "__init__.py"
    line = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return line.strip('"').rstrip(".")


def house() -> str:
    """Draw the house: a row for each floor, a box for each room."""
    wide, tall, gap, left = 176, 86, 8, 46
    parts, y = [], gap
    every = list(floors())
    for number, rooms in zip(range(len(every), 0, -1), every, strict=True):
        rows = [rooms[start : start + 6] for start in range(0, len(rooms), 6)]
        parts.append(f'<text x="14" y="{y + 26}" class="floor">{number}</text>')
        for row in rows:
            width = (6 * (wide + gap) - gap - (len(row) - 1) * gap) / len(row)
            for place, (room, about) in enumerate(row):
                x = left + place * (width + gap)
                parts.append(f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{tall}" rx="5"/>')
                parts.append(f'<text x="{x + 10:.0f}" y="{y + 22}" class="room">{room}</text>')
                for line, words in enumerate(wrap(about, int((width - 18) / 5.6))[:4]):
                    parts.append(f'<text x="{x + 10:.0f}" y="{y + 38 + 13 * line}">{escape(words)}</text>')
            y += tall + gap
    size = f"0 0 {left + 6 * (wide + gap)} {y}"
    style = (
        "text{font:11px sans-serif;fill:#333}.room{font:bold 14px monospace;fill:#7d1d1d}"
        ".floor{font:bold 15px sans-serif;fill:#888}rect{fill:#faf7f2;stroke:#c9bfae}"
    )
    back = '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><style>{style}</style>{back}{"".join(parts)}</svg>\n'
    )


def pictures() -> None:
    """Take all pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "house.svg").write_text(house(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(SAMPLES, folder / "samples")
        on_terminal(
            folder, "ingest", "samples/portal", "samples/digitalwires/lines.json", "samples/feed/wrong-sections.xml"
        )
        for picture, command in SHOWN.items():
            words = command.split()[1:]
            _, text = on_terminal(
                folder, *words, width=_WIDTH, is_whole=True, NEWSARC_CONFIG="", NO_COLOR="", NEWSARC_ARCHIVE="archive"
            )
            (PICTURES / f"terminal-{picture}.svg").write_text(drawn(command, text), encoding="utf-8")


if __name__ == "__main__":
    pictures()
