"""The house rules that no linter knows: what pure code may import, how a test reads, how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("schemas", "ingest", "correlate", "notify", "console", "tocsin", "rules")
PURE = ("schemas", "ingest", "correlate", "notify")
MAX_LINES = 300

PURE_IMPORTS = frozenset({
    "__future__", "abc", "array", "base64", "binascii", "bisect", "calendar", "codecs", "collections", "collections.abc",
    "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "email.errors", "email.headerregistry",
    "email.message", "email.policy", "enum", "fnmatch", "fractions", "functools", "hashlib", "heapq", "hmac", "html",
    "importlib.resources", "ipaddress", "itertools", "json", "math", "numbers", "operator", "re", "statistics", "string",
    "struct", "textwrap", "types", "typing", "unicodedata", "zlib", "zoneinfo",
})  # fmt: skip
"""Of the standard library: what computes. ``importlib.resources`` and ``zoneinfo`` read what is installed and nothing else."""

PURE_LIBRARIES = frozenset(
    {"hyperscan", "orjson", "msgpack", "zstandard", "pydantic", "sigma", "jinja2", "yaml", "publicsuffixlist", "re2", "idna"}
)

MOCKS = frozenset({"unittest.mock", "mock", "pytest_mock", "flexmock", "doublex", "responses", "freezegun", "time_machine"})

CHECKS = ("assert_", "check_")
"""A function so named asserts on behalf of the test that calls it."""


def python_files(*folders: str) -> list[Path]:
    """The modules below these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def is_pure(path: Path) -> bool:
    """Adapters are the door to the world; all else in the four stages is pure."""
    return "adapters" not in path.relative_to(ROOT).parts


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in the file; ``from a import b`` counts as ``a`` and as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def impure_imports(tree: ast.AST, package: str) -> list[str]:
    """What a pure module of ``package`` imports and may not."""
    allowed = PURE_LIBRARIES | {package, "schemas"}

    def may(module: str) -> bool:
        return module in PURE_IMPORTS or module.rpartition(".")[0] in PURE_IMPORTS or module.partition(".")[0] in allowed

    packages = {name.rpartition(".")[0] for name in imports(tree)}
    return [module for module in imports(tree) if not may(module) and module not in packages]


def each_test(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The test functions of a module, also those inside classes."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [function for function in functions if function.name.startswith("test_")]


def proves_something(test: ast.AST) -> bool:
    """Whether the test asserts, expects an exception, or calls a function that asserts for it."""
    return any(isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and is_check(node.func)) for node in ast.walk(test))


def is_check(function: ast.expr) -> bool:
    """``pytest.raises``, ``pytest.warns``, ``assert_something`` or ``check_something``."""
    name = ast.unparse(function)
    return name in {"pytest.raises", "pytest.warns"} or name.rpartition(".")[2].startswith(CHECKS)


@pytest.mark.parametrize("package", PURE)
def test_pure_code_imports_only_what_computes(package: str) -> None:
    """No clock, disk, network or randomness enters a stage, not even through a new module of the standard library."""
    found = {
        str(path.relative_to(ROOT)): bad
        for path in python_files(package)
        if is_pure(path) and (bad := impure_imports(ast.parse(path.read_bytes()), package))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("import time", ["time"]),
        ("from os import path", ["os.path"]),
        ("def f():\n    import socket", ["socket"]),
        ("from email.utils import make_msgid", ["email.utils.make_msgid"]),
        ("from email.message import EmailMessage", []),
        ("from importlib import resources", []),
        ("import importlib", ["importlib"]),
        ("from collections.abc import Mapping", []),
        ("from correlate import link", ["correlate.link"]),
        ("from ingest.parsers import sshd\nfrom schemas import ids\nfrom pydantic import Field", []),
    ],
)
def test_an_impure_import_is_seen(line: str, bad: list[str]) -> None:
    """The rule above finds what it should find, and only that."""
    assert impure_imports(ast.parse(line), "ingest") == bad


def test_every_module_says_what_it_is() -> None:
    """A module without a docstring leaves its reader guessing."""
    modules = python_files(*OURS, "tests", "benchmarks", "deploy")
    silent = [
        str(path.relative_to(ROOT))
        for path in modules
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert modules
    assert silent == []


def test_every_test_says_what_it_proves_and_proves_it() -> None:
    """A test has a sentence for its reader and at least one thing that can fail."""
    found = [
        f"{path.relative_to(ROOT)}::{test.name} {what}"
        for path in python_files("tests")
        for test in each_test(ast.parse(path.read_bytes()))
        for what, bad in (("has no docstring", not ast.get_docstring(test)), ("asserts nothing", not proves_something(test)))
        if bad
    ]
    assert found == []


@pytest.mark.parametrize(
    ("body", "proves"),
    [
        ("run()", False),
        ("assert run()", True),
        ("with pytest.raises(ValueError): run()", True),
        ("for x in y:\n        assert_complete(x)", True),
        ("why.check_complete(x)", True),
        ("recheck(x)", False),
    ],
)
def test_a_test_without_an_assertion_is_seen(body: str, proves: bool) -> None:  # noqa: FBT001 - a table column
    """The rule above tells a test that can fail from one that cannot."""
    assert proves_something(ast.parse(f"def test_it():\n    {body}")) is proves


def test_no_file_is_long() -> None:
    """One idea a file: 300 lines are the most a reader takes in."""
    lengths = {
        str(path.relative_to(ROOT)): path.read_bytes().count(b"\n")
        for path in python_files(*OURS, "tests", "benchmarks", "deploy")
    }
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_no_test_uses_a_mock_library() -> None:
    """A fake is an adapter that passes the same contract tests; a mock only repeats what its author believed."""
    found = {
        str(path.relative_to(ROOT)): MOCKS & set(imports(ast.parse(path.read_bytes()))) for path in python_files(*OURS, "tests")
    }
    assert {name: mocks for name, mocks in found.items() if mocks} == {}
