"""No two classes of the tests share a registered name, which the later one would take over."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FILES = sorted(Path(__file__).parent.rglob("*.py"))


def packages(node: ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and "register_keras" in ast.unparse(decorator.func):
            yield from (ast.literal_eval(k.value) for k in decorator.keywords if k.arg == "package")


def registered_names(source: str) -> Counter[str]:
    classes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    return Counter(f"{package}>{node.name}" for node in classes for package in packages(node))


def test_every_registered_name_is_one_class() -> None:
    names = sum((registered_names(p.read_text(encoding="utf-8")) for p in FILES), Counter[str]())
    assert names
    assert not [name for name, times in names.items() if times > 1]


def test_a_name_registered_twice_is_found() -> None:
    one = "@keras.saving.register_keras_serializable(package='a')\nclass B:\n    pass\n"
    assert registered_names(one + one) == {"a>B": 2}
