"""The unit for systemd in docs/ is one, is locked up, and knows how a watch ends."""

import shlex
import shutil
import subprocess
from configparser import ConfigParser

import pytest

from material import ROOT
from newsarc import errors
from newsarc.cli import cli

UNIT = ROOT / "docs" / "newsarc-watch.service"


@pytest.fixture
def service() -> dict[str, str]:
    """Return what the unit says of its service; names have capitals."""
    parser = ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    assert parser.sections() == ["Unit", "Service", "Install"]
    return dict(parser["Service"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_finds_no_fault_in_the_unit() -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(UNIT)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_command_is_understood(service: dict[str, str]) -> None:
    words = shlex.split(service["ExecStart"])
    assert words[:3] == ["/usr/bin/env", "newsarc", "watch"]
    context = cli.commands["watch"].make_context("watch", words[3:])
    assert context.params["folder"] == service["ReadOnlyPaths"] == "/srv/news/inbox"
    assert context.params["place"] == service["ReadWritePaths"] == "/srv/news/archive"


def test_it_is_locked_up(service: dict[str, str]) -> None:
    wanted = {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
        "PrivateNetwork": "yes", "CapabilityBoundingSet": "", "UMask": "0077", "SystemCallFilter": "@system-service",
    }  # fmt: skip
    assert {name: service[name] for name in wanted} == wanted


def test_it_does_not_start_again_what_only_a_person_can_mend(service: dict[str, str]) -> None:
    hopeless = {one.exit_code for one in (errors.QueryError, errors.ArchiveNotFound, errors.ArchiveDamaged)}
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == hopeless
    assert errors.ArchiveLocked.exit_code not in hopeless
    assert service["SuccessExitStatus"] == "143"
