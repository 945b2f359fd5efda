"""What newsarc says of itself: help with examples on every command, a manual page, and the nearest right name."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from conftest import Run
from material import ROOT
from newsarc.cli import cli
from newsarc.cli.manual import page
from newsarc.cli.options import names_of
from newsarc.errors import QueryError

OPTIONS = [
    (name, option)
    for name, command in cli.commands.items()
    for option in command.params
    if isinstance(option, click.Option) and len(option.opts[0]) > len("--as")
]


@pytest.mark.parametrize("name", cli.commands)
def test_help_gives_examples_of_the_command_and_its_exit_codes(name: str, run: Run) -> None:
    done = run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    examples = done.stdout.partition("Examples:\n")[2].partition("\n\n")[0]
    assert f"newsarc {name}" in examples
    assert re.search(r"Exit\s+status:\s+[\w(]", done.stdout)


@pytest.mark.parametrize("name", cli.commands)
def test_a_mistyped_command_gets_the_nearest(name: str) -> None:
    wrong = f"{name[:-2]}{name[-1]}{name[-2]}x"
    with pytest.raises(QueryError, match=r"did you mean \w+\?"):
        cli.resolve_command(click.Context(cli), [wrong])


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=lambda one: getattr(one, "name", one))
def test_a_mistyped_option_gets_the_nearest(name: str, option: click.Option) -> None:
    wrong = option.opts[0][:-2] + option.opts[0][-1]
    with pytest.raises(click.NoSuchOption) as caught:
        cli.commands[name].make_context(name, [wrong, "x", "x"])
    assert option.opts[0] in (caught.value.possibilities or ())


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=lambda one: getattr(one, "name", one))
def test_a_mistyped_value_of_a_fixed_list_gets_the_nearest(name: str, option: click.Option) -> None:
    for right in names_of(option.callback):
        with pytest.raises(QueryError, match=f"did you mean {right}") as caught:
            cli.commands[name].make_context(name, [option.opts[0], f"{right}x", "x"])
        assert caught.value.exit_code == 2


def test_the_manual_page_names_every_command_and_option() -> None:
    text = page(cli).replace("\\-", "-")
    for name, command in cli.commands.items():
        part = text.partition(f'.SS "newsarc {name}')[2].partition("\n.S")[0]
        for param in command.params:
            assert not isinstance(param, click.Option) or param.opts[0] in part, (name, param.name)
    assert all(line.startswith((".", "\\&")) or line[0] not in ".'" for line in text.splitlines())


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not on this machine")
def test_mandoc_finds_nothing_wrong(run: Run) -> None:
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning"], input=run("man").stdout, capture_output=True, text=True, check=False
    )
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not on this machine")
def test_groff_finds_nothing_wrong(run: Run) -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8"], input=run("man").stdout, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert "newsarc - Read raw news-agency text" in re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)


def test_the_manual_page_is_in_the_wheel(tmp_path: Path) -> None:
    words = ["hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as made:
        [name] = [name for name in made.namelist() if name.endswith("share/man/man1/newsarc.1")]
        assert made.read(name) == (ROOT / "docs" / "newsarc.1").read_bytes()
