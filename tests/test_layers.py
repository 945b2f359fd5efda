"""The house keeps its shape: light start, budgets, and nothing that is forbidden everywhere."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Run
from material import ROOT, dump
from newsarc.article import Article
from newsarc.present import FIELDS

SOURCES = sorted((ROOT / "src").rglob("*.py"))
HEAVY = {"lxml", "bs4", "pydantic", "dateutil", "rich"}

_PROBE = """
import json, sys
sys.argv = ["newsarc", *{words!r}]
from newsarc.cli import main
try:
    main()
finally:
    sys.stderr.write("LOADED " + json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


@pytest.mark.parametrize("words", [["--help"], ["list"], ["list", "--category", "politik", "--since", "2023"]])
def test_light_commands_load_nothing_heavy(words: list[str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(dump())
    run("ingest", "dump.txt")
    done = subprocess.run(
        [sys.executable, "-c", _PROBE.format(words=words)],
        capture_output=True,
        text=True,
        env={"NEWSARC_ARCHIVE": str(tmp_path / "archive"), "PATH": ""},
        check=True,
    )
    loaded = set(json.loads(done.stderr.partition("LOADED ")[2]))
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_the_keys_of_the_writers_are_the_keys_of_the_record() -> None:
    names = [field.alias or name for name, field in Article.model_fields.items()]
    assert list(FIELDS) == names
    record = json.loads(Article().line())
    assert {name: value for name, value in FIELDS.items() if value == []} == {
        name: value for name, value in record.items() if value == []
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_keeps_its_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 450
    assert (ast.get_docstring(tree) or "").strip()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 80, f"{node.name} is longer than 80 lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_the_command_line_prints_exits_or_reads_the_clock(path: Path) -> None:
    if "cli" in path.parts or path.name == "__main__.py":
        return
    called = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    forbidden = {
        "print",
        "sys.exit",
        "exit",
        "datetime.now",
        "time.time",
        "time.monotonic",
        "os.getenv",
        "os._exit",
        "eval",
        "exec",
    }
    assert forbidden.isdisjoint(called)


def test_the_locked_requirements_name_hashes_and_no_host() -> None:
    for name in ("run.txt", "test.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert "://" not in text
        pinned = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
        assert len(pinned) > 10
        assert text.count("--hash=sha256:") >= len(pinned)


def test_every_dependency_is_locked_for_a_run() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    start = project.index("dependencies = [")
    block = project[start : project.index("\n]", start)]
    wanted = re.findall(r'"([a-z0-9-]+)>=', block)
    locked = re.findall(
        r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(wanted) >= 8
    assert set(wanted) <= set(locked)
