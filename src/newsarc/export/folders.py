"""A folder with a file for each story, in folders by year and month."""

import os
from collections.abc import Callable, Iterable

from newsarc.export.leaving import Record
from newsarc.export.naming import folder_of, names_of


def write(records: Iterable[Record], path: str, ending: str, story: Callable[[Record], str]) -> None:
    """Write each story into a file of its own; only the folders that are needed are made."""
    os.mkdir(path)
    made = {""}
    for record in records:
        folder = os.path.join(path, folder_of(record))
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        _write(folder, names_of(record), ending, story(record).encode("utf-8", "replace"))


def _write(folder: str, names: tuple[str, str], ending: str, data: bytes) -> None:
    """Write a file under the first name that is free."""
    short, long = (os.path.join(folder, f"{name}.{ending}") for name in names)
    try:
        file = open(short, "xb")  # noqa: SIM115 - closed below
    except FileExistsError:
        file = open(long, "xb")  # noqa: SIM115 - closed below
    with file:
        file.write(data)
