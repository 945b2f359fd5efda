"""Tools that can be asked the same questions: how each is installed, and how it is asked.

They live in an environment of their own, build/bench-peers, which is made where it is missing. A tool that cannot be
had there is taken from the machine; jq is only taken from there. One that is nowhere has no figures but a reason.
"""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from measuring import BUILD, NEWSARC, Word, answer

PINS = ("duckdb==2.0.0", "duckdb-cli==1.5.6", "ripgrep==14.1.0")
_HOME = BUILD / "bench-peers"
_PYTHON = _HOME / "bin" / "python"
_ASK = (
    "import sys, duckdb; duckdb.execute('SET enable_progress_bar = false');"
    " [print(line) for line, in duckdb.execute(sys.argv[1]).fetchall()]"
)
_SHELL = "import duckdb_cli, os; print(os.path.join(os.path.dirname(duckdb_cli.__file__), 'duckdb'))"


@cache
def install() -> None:
    """Make the environment of the peers, once for these pins."""
    done = _HOME / "done"
    if done.exists() and done.read_text(encoding="utf-8") == " ".join(PINS):
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", _HOME], check=True)
    for pin in PINS:
        pip: list[Word] = [
            _PYTHON,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]
        if not _runs([*pip, pin]):
            print(f"bench: {pin} cannot be installed here", file=sys.stderr)
    done.write_text(" ".join(PINS), encoding="utf-8")


@cache
def duckdb_module() -> list[Word] | None:
    """Return how DuckDB's Python module is asked: the words before the question."""
    install()
    return [_PYTHON, "-c", _ASK] if _runs([_PYTHON, "-c", "import duckdb"]) else None


@cache
def duckdb_shell() -> list[Word] | None:
    """Return how DuckDB's shell is asked: the words before the question."""
    install()
    if not _runs([_PYTHON, "-c", _SHELL]):
        found = shutil.which("duckdb")
        return [found, "-list", "-noheader", "-c"] if found else None
    return [answer(_PYTHON, "-c", _SHELL).decode().strip(), "-list", "-noheader", "-c"]


@cache
def ripgrep() -> str | None:
    """Return where ripgrep is."""
    install()
    own = _HOME / "bin" / "rg"
    return str(own) if _runs([own, "--version"]) else shutil.which("rg")


def versions() -> str:
    """Say which versions of the peers are here."""
    asked: dict[str, list[Word]] = {
        "DuckDB's module": [*(duckdb_module() or ["false"]), "SELECT version()"],
        "DuckDB's shell": [*(duckdb_shell() or ["false"]), "SELECT version()"],
        "ripgrep": [ripgrep() or "false", "--version"],
        "jq": [shutil.which("jq") or "false", "--version"],
    }
    said = (f"{name} {_version(answer(*words))}" for name, words in asked.items() if _runs(words))
    return ", ".join(said)


def _version(said: bytes) -> str:
    found = re.search(r"\d[\w.]*", said.decode())
    return found[0] if found else "of an unknown version"


def _runs(words: list[Word]) -> bool:
    try:
        return not subprocess.run([str(word) for word in words], capture_output=True, check=False).returncode
    except OSError:
        return False


def parquet(archive: Path, place: Path) -> Path | None:
    """Return the archive's lines as one Parquet file, written by DuckDB with zstd; the one that is there already."""
    module = duckdb_module()
    if module and not place.exists():
        part = place.with_suffix(".part")
        table = f"SELECT * FROM {_typed(archive)}"  # noqa: S608 - our own words, here and below
        answer(*module, f"COPY ({table}) TO '{part}' (FORMAT parquet, COMPRESSION zstd)")
        part.rename(place)
    return place if place.exists() else None


def _typed(archive: Path) -> str:
    """Write the archive's lines as a table, in the words of `newsarc schema`; times stay text, which is cheaper."""
    views = answer(NEWSARC, "schema", "--as", "duckdb", "--archive", archive).decode()
    found = re.search(r"read_json\(.*?\n\}\)", views, re.DOTALL)
    if not found:
        raise SystemExit("newsarc schema --as duckdb says no read_json")
    return found[0].replace("TIMESTAMPTZ", "VARCHAR")


class Question(NamedTuple):
    """Which records are asked for: the newest of a section and month."""

    category: str
    month: str
    limit: int

    @property
    def condition(self) -> str:
        """Say it in SQL. The first characters of a time are the German month."""
        following = f"{self.month[:5]}{int(self.month[5:]) + 1:02}"
        return f"category = '{self.category}' AND published >= '{self.month}' AND published < '{following}'"


def rivals(archive: Path, columns: Path | None, asked: Question) -> dict[str, list[Word] | None]:
    """Return how each peer is asked for whole records, as cheaply as it can; None for one that is not here."""
    module, shell = duckdb_module(), duckdb_shell()
    lines = _over_lines(archive, asked)
    whole, few = (_over_parquet(columns, asked, fields) for fields in ("*", "id, published, headline"))
    return {
        "DuckDB over the same JSON Lines": [*module, lines] if module else None,
        "DuckDB's shell over the same JSON Lines": [*shell, lines] if shell else None,
        "DuckDB over Parquet": [*module, whole] if module else None,
        "DuckDB's shell over Parquet": [*shell, whole] if shell and columns else None,
        "DuckDB's shell over Parquet, three fields only": [*shell, few] if shell and columns else None,
        "ripgrep and tail": _grep(archive, asked),
        "jq and tail": _select(archive, asked),
    }


def _over_lines(archive: Path, asked: Question) -> str:
    where = re.sub(r"\b(category|published)\b", r"(json->>'\1')", asked.condition)
    lines = f"read_ndjson_objects('{archive}/articles/*.jsonl')"
    return f"SELECT json FROM {lines} WHERE {where} ORDER BY (json->>'published') DESC LIMIT {asked.limit}"  # noqa: S608


def _over_parquet(columns: Path | None, asked: Question, fields: str) -> str:
    table = f"SELECT {fields} FROM '{columns}' WHERE {asked.condition}"  # noqa: S608
    found = f"{table} ORDER BY published DESC LIMIT {asked.limit}"
    return f"SELECT to_json(found)::VARCHAR FROM ({found}) AS found"  # noqa: S608


def _grep(archive: Path, asked: Question) -> list[Word] | None:
    """Look for the month first, it is rarer, then for the section; the last lines are the newest archived."""
    rg = ripgrep()
    time = f'"published":"{asked.month}[^"]*","published_text":"[^"]*","published_precision"'
    section = f'"category":"{asked.category}","category_by"'
    script = 'rg=$1; "$rg" -I -N --sort path "$2" "$3" | "$rg" -F "$4" | tail -n "$5"'
    return ["sh", "-c", script, "sh", rg, time, archive / "articles", section, str(asked.limit)] if rg else None


def _select(archive: Path, asked: Question) -> list[Word] | None:
    tool = shutil.which("jq")
    wanted = f'select(.category == "{asked.category}" and (.published // "")[:7] == "{asked.month}")'
    script = 'cat "$2"/articles/*.jsonl | "$1" -c "$3" | tail -n "$4"'
    return ["sh", "-c", script, "sh", tool, archive, wanted, str(asked.limit)] if tool else None
