"""Documents that misbehave by a magic word, in every newsarc process that is started with `site_of` on its path."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from material import dump

SITE = "import misbehaving\nmisbehaving.{what}()\n"


def site_of(folder: Path, what: str = "install") -> dict[str, str]:
    """Make a folder whose Python starts with one of the functions here; returns the environment for it."""
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site" / "sitecustomize.py").write_text(SITE.format(what=what), encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join((str(folder / "site"), str(Path(__file__).parent)))}


def misbehaving(word: str, headline: str = "Turm") -> bytes:
    """Write a dump that does what the word says when it is parsed."""
    return dump(f"{headline} {word}")


def install() -> None:
    """Let documents misbehave."""
    from newsarc.dumps.reading import read_dump  # noqa: PLC0415
    from newsarc.formats import portal  # noqa: PLC0415 - only in the process that is to misbehave

    def read(source: Any, dump: Any, trace: Any) -> Any:
        for text in dump.lines.texts:
            for word in WORDS.keys() & set(text.split()):
                WORDS[word]()
        return read_dump(source, dump, trace)

    vars(portal)["read_dump"] = read


def cripple() -> None:
    """Let no worker start."""
    if "--multiprocessing-fork" in sys.argv:
        os._exit(3)


def strike() -> None:
    """Send us the signal that STRIKE names in the moment a worker is there and waits for its first word."""
    from multiprocessing import util  # noqa: PLC0415 - only in the process that is to misbehave

    spawn, number = util.spawnv_passfds, signal.Signals[os.environ["STRIKE"]]

    def spawn_and_strike(path: bytes, args: Any, fds: Any) -> int:
        pid = spawn(path, args, fds)
        if any("spawn_main" in str(arg) for arg in args):
            os.kill(os.getpid(), number)
        return pid

    if "--multiprocessing-fork" not in sys.argv:
        vars(util)["spawnv_passfds"] = spawn_and_strike


class _Struck:
    """Is asked where modules are, and interrupts us in the moment click is wanted."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)


def strike_early() -> None:
    """Interrupt us while the command line is still being loaded."""
    sys.meta_path.insert(0, _Struck())


def _hang() -> NoReturn:
    while True:
        pass


def _hang_deaf() -> NoReturn:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    _hang()


def _eat() -> NoReturn:
    eaten = []
    while True:
        eaten.append(bytearray(8 << 20))


def _babble() -> None:
    from newsarc.ingest import worker  # noqa: PLC0415 - only in the process that is to misbehave

    vars(worker)["results"] = lambda *_: b"Unsinn"


def _raise() -> NoReturn:
    raise RuntimeError("unerwartet")


WORDS: dict[str, Callable[[], object]] = {
    "ABBRUCH": os.abort,
    "ENDE": lambda: os._exit(3),
    "FEHLER": _raise,
    "HUNGER": _eat,
    "STILLSTAND": _hang,
    "TAUBHEIT": _hang_deaf,
    "UNSINN": _babble,
}
