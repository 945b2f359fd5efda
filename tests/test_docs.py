"""The docs cannot rot: their examples run, the generated pages are current, every command explains itself."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

import click
import pytest

from material import ROOT, SAMPLES
from newsarc.cli import cli
from pages import PAGES
from screens import PICTURES, SHOWN, drawn, house

EXAMPLES = sorted(
    page
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if re.search(r"^```(console|python)$", page.read_text(encoding="utf-8"), re.MULTILINE)
)
_BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "--- end of command ---"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str, bless: bool) -> None:
    path = ROOT / "docs" / name
    page = PAGES[name]()
    if bless:
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page


def test_there_are_examples_to_run() -> None:
    assert {page.name for page in EXAMPLES} >= {"README.md", "tutorial.md", "howto.md"}


@pytest.mark.skipif(shutil.which("jq") is None, reason="the examples pipe into jq, which is not on this machine")
@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run_as_shown(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES, tmp_path / "samples", ignore=shutil.ignore_patterns("*.jsonl", "*.error"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEWSARC_ARCHIVE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    space: dict[str, object] = {}
    with _Shell() as shell:
        for kind, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == "python":
                exec(compile(block, f"{page.name} example", "exec"), space)  # noqa: S102 - our own documentation
            else:
                for command, expected in _commands(block):
                    _check_printed(shell.run(command), expected, command)


def _commands(block: str) -> list[tuple[str, list[str]]]:
    """Cut a console block into commands and the lines each must print."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and found[-1][0].endswith("\\"):
            found[-1] = (f"{found[-1][0]}\n{line}", [])
        elif found:
            found[-1][1].append(line)
    return found


def _check_printed(printed: str, expected: list[str], command: str) -> None:
    """Compare line by line; `...` alone stands for any lines."""
    pattern = "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + " *\n" for line in expected)
    assert re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else printed + "\n"), (
        f"$ {command}\nexpected:\n{chr(10).join(expected)}\nprinted:\n{printed}"
    )


class _Shell:
    """One bash for a page: folder and environment persist from command to command."""

    def __enter__(self) -> Self:
        self._bash = subprocess.Popen(
            ["bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._bash.stdin
        assert self._bash.stdout
        self._bash.stdin.close()
        self._bash.stdout.close()
        self._bash.wait(30)

    def run(self, command: str) -> str:
        assert self._bash.stdin
        assert self._bash.stdout
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n%s\\n' '{_END}'\n")
        self._bash.stdin.flush()
        printed = ""
        while not printed.endswith(f"\n{_END}\n"):
            line = self._bash.stdout.readline()
            assert line, f"bash ended during: {command}\n{printed}"
            printed += line
        return printed.removesuffix(f"\n{_END}\n")


@pytest.mark.parametrize("name", cli.commands)
def test_a_command_explains_itself(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert "Exit status:" in command.help
    assert "Examples:" in command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name}"
    pages = (ROOT / "README.md", ROOT / "docs" / "howto.md", ROOT / "docs" / "comfort.md")
    guide = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert f"newsarc {name}" in guide


def test_the_picture_of_the_house_is_current(bless: bool) -> None:
    path = PICTURES / "house.svg"
    if bless:
        path.write_text(house(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == house()


def test_a_terminal_can_be_drawn() -> None:
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    svg = drawn("newsarc list", "\x1b[1mTurm\x1b[0m & <Hafen>")
    assert "&lt;Hafen&gt;" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    for picture in SHOWN:
        assert "<svg" in (PICTURES / f"terminal-{picture}.svg").read_text(encoding="utf-8")
        assert f"(pictures/terminal-{picture}.svg)" in gallery
