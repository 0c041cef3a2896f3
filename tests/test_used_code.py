"""Which part of a file a name uses: what it reaches when it runs, and nothing else."""

import ast
from pathlib import Path

import pytest

from keras_lateral.used_code import used_statements
from keras_lateral.user_file import code_digest

pytestmark = pytest.mark.home

FILE = """
'''A file.'''
import keras
from mine import layer
from other import helper as help
WIDTH, DEPTH = 8, 2
scale: float = 0.5
def block(x):
    return layer(x, WIDTH)
class Net(keras.Model):
    def call(self, x):
        return block(x)
def build():
    return Net()
idea = scale * help()
table = {}
table["a"] = DEPTH
if __name__ == "__main__":
    build()
"""


def kept(name: str, text: str = FILE) -> set[str]:
    return {ast.unparse(node).splitlines()[0] for node in used_statements(ast.parse(text), name)}


def test_a_name_uses_what_stands_in_its_code_and_so_on() -> None:
    of_both = {"WIDTH, DEPTH = (8, 2)", "table = {}", "table['a'] = DEPTH"}
    assert kept("build") == of_both | {
        *("import keras", "from mine import layer", "def block(x):", "class Net(keras.Model):"),
        "def build():",
    }
    assert kept("idea") == of_both | {
        *("from other import helper as help", "scale: float = 0.5", "idea = scale * help()"),
    }


@pytest.mark.parametrize("line", ["globals()", "eval('idea')", "exec('1')"])
def test_code_that_looks_names_up_uses_all(line: str) -> None:
    text = FILE + f"\ndef looks():\n    return {line}\n"
    assert kept("looks", text) == {
        ast.unparse(node).splitlines()[0]
        for node in ast.parse(text).body
        if not isinstance(node, (ast.Expr, ast.If))
    }


def test_a_global_that_another_function_sets_counts() -> None:
    text = "n = 1\ndef sets():\n    global n\n    n = 2\nsets()\ndef f(): return 3"
    assert kept("f", text) == {"n = 1", "def sets():", "sets()", "def f():"}


def test_the_digest_is_that_of_the_used_part_and_of_the_files_it_imports(tmp_path: Path) -> None:
    file, mine, other = (tmp_path / f"{name}.py" for name in ("file", "mine", "other"))

    def digests() -> tuple[str, str]:
        return code_digest(file, "build"), code_digest(file, "idea")

    file.write_text(FILE)
    mine.write_text("layer = 1")
    other.write_text("helper = 1")
    build, idea = digests()
    assert build != idea
    file.write_text(FILE.replace("0.5", "0.25"))
    assert digests()[0] == build
    assert digests()[1] != idea
    file.write_text(FILE.replace("8, 2", "9, 2"))
    assert digests()[0] != build
    file.write_text(FILE)
    other.write_text("helper = 2")
    assert digests()[0] == build
    assert digests()[1] != idea
    mine.write_text("layer = 2")
    assert digests()[0] != build
