"""Every regular expression of newsarc is linear in what it is asked: twice the text costs twice the time."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import newsarc

METHODS = ("match", "fullmatch", "search", "sub", "finditer", "findall", "split")
EVERYWHERE = {"sub", "finditer", "findall", "split"}
"""They go through all of a text, so that its beginning changes little."""
BEGINNINGS = (
    "", "(", "(Sport,", "05.06.2023", "05.06.2023 - 14:20", "@", "@ ", "A", "-", "\n", "weiterlesen", "a*", "  ",
    '{"schema":"newsarc/1","id":"', '"id":"', "Windau ", "1. Juni", ',"seq":',
)  # fmt: skip
UNITS = (
    "A", " ", "(", ".", "@", "-", "- ", "A ", "A-", "A/", ", ", "1", "\n", "\t", "x", "ö", "t", "te", "*", "a*", "a.",
    "(A, ", "@ x\n", "\n\n05.06.2023 ", "\\", "\\\\", '"', 'x"y ', "«", "\u0301", "\0", "Ã", "\u2028",
)  # fmt: skip
SIZES = (10_000, 20_000, 40_000)
CHEAP = 0.002  # seconds; below it nothing is measured again
LONG = 50_000
MOST = 0.25  # seconds for as many characters; 0.05 on a machine with nothing else to do
MOST_GROWTH = 3.2
BLUR = 0.01  # seconds that a measurement may be wrong
TRIES = 5


class Used(NamedTuple):
    """A pattern, where it stands, and how it is asked."""

    name: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.walk_packages(newsarc.__path__, "newsarc.")]
    return [import_module(name) for name in names if not name.endswith("__main__")]


def patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    """Yield a pattern, or all that are in a table of any depth."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from patterns_in(one)
    elif isinstance(value, dict):
        yield from patterns_in(tuple(value.values()))


def makers(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the functions of a module that make patterns when they are first asked."""
    for name, value in vars(module).items():
        made = inspect.unwrap(value) if callable(value) else value
        is_own = inspect.isfunction(made) and made.__module__ == module.__name__
        if is_own and "Pattern" in str(made.__annotations__.get("return")) and not made.__code__.co_argcount:
            yield name, value


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield what is called on something with a name, or on what a function of that name returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner = owner.func if isinstance(owner, ast.Call) else owner
            if isinstance(owner, ast.Name):
                yield owner.id, node.func.attr, node


TREES = {module.__name__: ast.parse(inspect.getsource(module)) for module in modules()}
ASKED = [
    (module, owner, method) for module, tree in TREES.items() for owner, method, _ in calls(tree) if method in METHODS
]


def asked_of(name: str, home: str) -> frozenset[str]:
    """Return how a pattern is asked: by its name, at home or where it was taken to; one in a table like all tables."""
    found = {
        method for module, owner, method in ASKED if owner == name and (module == home or not name.startswith("_"))
    }
    return frozenset(found or {"match", "fullmatch"})


def used() -> Iterator[Used]:
    """Yield every pattern of newsarc once: in modules, their tables, made by functions, or written where it is used."""
    seen = set[tuple[Any, int]]()
    for module in modules():
        home = module.__name__
        found = [(name, value, asked_of(name, home)) for name, value in vars(module).items() if name[:2] != "__"]
        found += [(name, make(), asked_of(name, home) | {"sub"}) for name, make in makers(module)]
        found += [(f"line {call.lineno}", re.compile(*_literal(call)), frozenset({how})) for how, call in inline(home)]
        for name, value, methods in found:
            for number, pattern in enumerate(patterns_in(value)):
                if (pattern.pattern, pattern.flags) not in seen:
                    seen.add((pattern.pattern, pattern.flags))
                    yield Used(f"{home}.{name}{f'.{number}' if number else ''}", pattern, methods)


def inline(home: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls such as `re.sub("...", ...)` of a module."""
    for owner, method, call in calls(TREES[home]):
        if owner == "re" and method in METHODS and isinstance(call.args[0], ast.Constant):
            yield method, call


def _literal(call: ast.Call) -> tuple[Any, int]:
    is_many = any(word.arg == "flags" and "MULTILINE" in ast.dump(word.value) for word in call.keywords)
    return ast.literal_eval(call.args[0]), re.MULTILINE if is_many else 0


def cost(pattern: re.Pattern[Any], method: str, data: Any) -> float:
    """Measure what a question costs, in seconds of CPU."""
    begun = process_time()
    if method == "sub":
        pattern.sub(data[:0], data)
    elif method == "finditer":
        sum(1 for _ in pattern.finditer(data))
    else:
        getattr(pattern, method)(data)
    return process_time() - begun


PATTERNS = list(used())


def test_every_pattern_is_found() -> None:
    assert len(PATTERNS) >= 60
    for module, tree in TREES.items():
        home = import_module(module)
        known = {name for name, _ in makers(home)}
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name not in known:
                made = [owner for owner, method, _ in calls(function) if (owner, method) == ("re", "compile")]
                assert not made, f"{module}.{function.name} makes a pattern where no test finds it"


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_every_pattern_is_linear(unit: str) -> None:
    for beginning, end in (("", ""), *product(BEGINNINGS, ("§",))):
        texts = [beginning + unit * (size // len(unit)) + end for size in SIZES]
        data = [text.encode("latin-1", "replace") for text in texts]
        for one in PATTERNS:
            asked: list[Any] = data if isinstance(one.pattern.pattern, bytes) else texts
            for method in one.methods - (EVERYWHERE if beginning else set()):
                if is_doubtful(one.pattern, method, asked):
                    check_growth(one, method, asked)


def is_doubtful(pattern: re.Pattern[Any], method: str, texts: list[Any]) -> bool:
    """Tell by few measurements whether costs may grow faster than texts, so that it is worth to measure well."""
    if (small := cost(pattern, method, texts[0])) < CHEAP / 10:
        return False
    large = cost(pattern, method, texts[-1])
    return large > CHEAP and (large > 5 * small or large * LONG / SIZES[-1] > MOST)


def check_growth(one: Used, method: str, texts: list[Any]) -> None:
    """Compare the costs of texts, each twice as long as the one before; the best of several tries counts."""
    small, middle, large = (min(cost(one.pattern, method, text) for _ in range(TRIES)) for text in texts)
    said = f"{one.name}, {method} of {texts[0][:40]!r}: {small:.4f}, {middle:.4f}, {large:.4f} s"
    assert middle < MOST_GROWTH * small + BLUR, said
    assert large < MOST_GROWTH * middle + BLUR, said
    assert large * LONG / SIZES[-1] < MOST, said


def test_the_sources_are_all_there() -> None:
    files = {path for path in Path(newsarc.__path__[0]).rglob("*.py") if path.name != "__main__.py"}
    assert len(TREES) == len(files) - 1, "all but newsarc itself"
