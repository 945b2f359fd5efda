"""What a person set once: the file newsarc.toml, where it is looked for, what it may say, and what of it holds.

An option stands before the environment, the environment before the file, the file before what is built in. The file
says `archive`, `zone`, and in a table named after a command the defaults of its options.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, NamedTuple

import click

from newsarc.cli.opening import place_of
from newsarc.cli.options import archive_option, nearest, row_options
from newsarc.cli.output import ZONE, dumped, screen, write
from newsarc.errors import ConfigError, NewsarcError

_VARIABLE = "NEWSARC_CONFIG"
_NAME = "newsarc.toml"
_LONGEST = 60  # characters that are shown of a value
_MOST = 1 << 20  # bytes of the file
_EVERYWHERE = ("archive", "zone")
_TYPED = {
    "accept", "archive", "as", "dry-run", "force", "help", "missing", "private", "reason", "retry", "show", "undo",
    "yes",
}  # fmt: skip
"""Options that say what is to be done now, and are typed each time."""


class Config(NamedTuple):
    """A file that was read, and what it says; without a path there is none."""

    path: str | None
    named_by: str = ""
    """What named the file; empty for the usual place."""
    says: Mapping[str, Any] = {}
    text: str = ""

    def where(self, key: str, table: str = "") -> str:
        """Return file and line of a key."""
        number = _line_of(self.text, key, table)
        return f"{self.path}:{number}" if number else f"{self.path}"


def config_of(option: str | None) -> Config:
    """Read the file that the option names, or the environment, or the one at its usual place, if there is one.

    A blank name reads none.

    Raises:
        ConfigError: It is not there though it was named, cannot be read, or is no TOML.
    """
    named_by, path = next(
        ((by, path) for by, path in (("--config", option), (_VARIABLE, os.environ.get(_VARIABLE))) if path is not None),
        ("", None),
    )
    if path is None:
        path = usual_path()
        if not os.path.lexists(path):
            return Config(None)
    if not path.strip():
        return Config(None, named_by)
    return _read(os.path.abspath(os.path.expanduser(path)), named_by)


def usual_path() -> str:
    """Return where the file is looked for."""
    if sys.platform == "linux":  # the same, without loading what takes longer than all else here
        folder = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")
        return os.path.join(folder, "newsarc", _NAME)
    from platformdirs import user_config_path

    return str(user_config_path("newsarc", appauthor=False) / _NAME)


def _read(path: str, named_by: str) -> Config:
    import tomllib

    try:
        with open(path, "rb") as file:
            data = file.read(_MOST + 1)
        if len(data) > _MOST:
            raise ConfigError(path, f"it has more than {_MOST:,} bytes")
        text = data.decode("utf-8-sig")
        return Config(path, named_by, tomllib.loads(text), text)
    except OSError as error:
        raise ConfigError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"it is not UTF-8 (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(path, f"it is no TOML: {error}") from error


def _line_of(text: str, key: str, table: str) -> int | None:
    """Find the line in which a plain key stands, or the head of a table; None where it is written otherwise."""
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[\s*[\"']?([\w-]+)[\"']?\s*\]", line):
            here = head[1]
            if not table and here == key:
                return number
        elif here == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return None


# What the file says to a command.


def settable(command: click.Command) -> dict[str, click.Option]:
    """Return the options of a command whose defaults may be set, by their names."""
    options = (param for param in command.params if isinstance(param, click.Option))
    named = {option.opts[0].removeprefix("--"): option for option in options}
    return {name: option for name, option in named.items() if name not in _TYPED}


def defaults(config: Config, group: click.Group, name: str) -> dict[str, Any]:
    """Return the defaults that hold for a command, by the names click has for them.

    Raises:
        ConfigError: The file says what no command knows, or what this one does not take.
    """
    check(config, group)
    command, said = group.commands[name], config.says.get(name, {})
    options = settable(command)
    found = {options[key].name or "": _taken(config, command, options[key], key, said[key]) for key in said}
    if "archive" in config.says and any(param.name == "place" for param in command.params):
        found["place"] = _place(config)
    return found


def check(config: Config, group: click.Group) -> None:
    """Look at all names in the file, and at what does not belong to a command.

    Raises:
        ConfigError: One is not known; names the nearest right one.
    """
    for key, value in config.says.items():
        if key in _EVERYWHERE:
            _place(config) if key == "archive" else zone_of(config)
        elif key not in group.commands:
            why = nearest(f"no such setting or command: {key:.40}", key, (*_EVERYWHERE, *group.commands), _EVERYWHERE)
            raise ConfigError(config.where(key), why)
        elif not isinstance(value, dict):
            raise ConfigError(config.where(key), f"defaults of {key} stand in a table, [{key}]")
        else:
            _check_table(config, key, value, settable(group.commands[key]))


def _check_table(config: Config, name: str, said: Mapping[str, Any], options: Mapping[str, click.Option]) -> None:
    for key in said:
        if key in _TYPED:
            why = "it stands above all tables" if key == "archive" else "it is typed each time"
            raise ConfigError(config.where(key, name), f"{key} has no default; {why}")
        if key not in options:
            why = f"{name} has no option {key:.40}"
            raise ConfigError(config.where(key, name), nearest(why, key, options) if options else why)


def _place(config: Config) -> str:
    """Return the archive's folder; a relative one lies beside the file."""
    said = config.says["archive"]
    if not isinstance(said, str) or not said.strip():
        raise ConfigError(config.where("archive"), "archive is a text, the name of a folder")
    return os.path.normpath(os.path.join(os.path.dirname(config.path or ""), os.path.expanduser(said)))


def zone_of(config: Config) -> Any:
    """Return the zone in which a terminal shows times; None where none is asked for."""
    if "zone" not in config.says:
        return None
    from zoneinfo import ZoneInfo

    said = config.says["zone"]
    with suppress(OSError, ValueError, TypeError, LookupError):
        return ZoneInfo(said)
    from zoneinfo import available_timezones

    known = sorted(available_timezones())
    why = f"no such zone: {said!s:.40}"
    raise ConfigError(config.where("zone"), nearest(why, str(said), known, ("Europe/Berlin", "Europe/Lisbon", "UTC")))


def _taken(config: Config, command: click.Command, option: click.Option, key: str, said: Any) -> Any:
    """Turn a value into what click takes, and let the option check it.

    Raises:
        ConfigError: It is of another type, or the option refuses it.
    """
    where = config.where(key, command.name or "")
    value = _typed_as(option, said)
    if value is None:
        wanted = "true or false" if option.is_flag else "a text or a number"
        raise ConfigError(where, f"{key} takes {wanted}{', or a list of them' if option.multiple else ''}")
    try:
        option.process_value(click.Context(command, info_name=command.name), value)
    except NewsarcError as error:
        raise ConfigError(where, f"{key} = {_cut(said)}: {error.why}") from error
    except click.UsageError as error:
        raise ConfigError(where, f"{key} = {_cut(said)}: {error.format_message()}") from error
    return value


def _typed_as(option: click.Option, said: Any) -> Any:
    """Return a value as it would be typed; None where that cannot be."""
    if option.is_flag:
        return said if isinstance(said, bool) else None
    several = [_word(one) for one in said] if isinstance(said, list) else [_word(said)]
    if None in several:
        return None
    if option.multiple:
        return tuple(several)
    if isinstance(said, list):
        return ",".join(filter(None, several)) if option.metavar == "NAME,..." else None
    return several[0]


def _cut(said: Any) -> str:
    return f"{said!r}"[:_LONGEST]


def _word(said: Any) -> str | None:
    is_plain = isinstance(said, str | int | float | date) and not isinstance(said, bool | datetime)
    return str(said) if is_plain else None


def apply(ctx: click.Context, group: click.Group, name: str, words: list[str]) -> None:
    """Let the file say the defaults of a command that is about to be run; who asks for help needs none.

    Raises:
        ConfigError: As `config_of` and `defaults`.
    """
    if not settable(group.commands[name]) or set(words) & {"-h", "--help"}:
        return
    ctx.obj = config = config_of(ctx.params.get("config_file"))
    if config.says:
        ctx.default_map = {name: defaults(config, group, name)}
        ctx.meta[ZONE] = zone_of(config)


@click.command("config")
@archive_option
@row_options
@click.pass_context
def config_(context: click.Context, place: str | None, output: str | None) -> None:
    """Show the configuration: where the file is looked for, what holds, and where each value comes from.

    The file is newsarc.toml in your configuration folder, or what NEWSARC_CONFIG or --config names; a blank name reads
    none. It says archive, zone, and defaults of options in a table named after the command. An option stands before
    the environment, that before the file, that before what is built in.

    \b
    Examples:
      newsarc config
      newsarc --config other.toml config
      newsarc config | jq -r 'select(.key == "archive").value'

    Exit status: 0 done, 2 the file cannot be read, or says what newsarc does not know.
    """
    from newsarc.present import WRITERS

    seen = screen()
    rows = _rows(context, place_of(place))
    write(
        WRITERS[output or ("table" if seen.is_terminal else "jsonl")](map(dumped, rows), ("key", "value", "from"), seen)
    )


def _rows(context: click.Context, place: str) -> Iterator[dict[str, Any]]:
    """Yield each value that holds, and where it comes from."""
    config: Config = context.obj
    group = context.find_root().command
    yield {"key": "config", "value": config.path or usual_path(), "from": _named_by(config)}
    source = context.get_parameter_source("place")
    by = {"COMMANDLINE": "--archive", "ENVIRONMENT": "NEWSARC_ARCHIVE", "DEFAULT_MAP": config.where("archive")}
    yield {"key": "archive", "value": place, "from": by.get(source.name if source else "", "built-in")}
    zone = config.says.get("zone")
    yield {"key": "zone", "value": zone or "Europe/Berlin", "from": config.where("zone") if zone else "built-in"}
    for table, said in config.says.items():
        if isinstance(group, click.Group) and table in group.commands:
            defaults(config, group, table)
            for key, value in said.items():
                yield {"key": f"{table}.{key}", "value": _shown(value), "from": config.where(key, table)}


def _named_by(config: Config) -> str:
    """Say why this file is read, or that there is none."""
    if config.named_by and not config.path:
        return f"{config.named_by} (none is read)"
    return config.named_by or ("its usual place" if config.path else "its usual place (it is not there)")


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
