"""After `import keras_lateral`, before or after Keras, saved models know the library's classes."""

import ast
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import keras_lateral
from keras_lateral.registration import REGISTERING, register

PACKAGE = Path(keras_lateral.__file__).parent

SHOW = (
    "known = [name for name in keras.saving.get_custom_objects() if name[:14] == 'keras_lateral>'];"
    "print(*sorted(known)); print(type(keras.__spec__.loader).__module__);"
    "print(sum(type(one).__module__ == 'keras_lateral.registration' for one in sys.meta_path))"
)


def registers(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Attribute) and node.attr == "register_keras_serializable"
        for node in ast.walk(tree)
    )


def test_the_list_of_registering_modules_is_complete() -> None:
    found = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if registers(path)
    }
    assert found == set(REGISTERING)


def registered() -> set[str]:
    register()
    return {name for name in keras.saving.get_custom_objects() if name[:14] == "keras_lateral>"}


@pytest.mark.parametrize(
    "imports",
    [
        "import keras_lateral, keras",
        "import keras, keras_lateral",
        "import keras_lateral; from keras import layers; import keras",
        "import keras_lateral.comparison; import keras",
    ],
)
def test_the_order_of_imports_does_not_matter(imports: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; {imports}; {SHOW}"],
        capture_output=True,
        text=True,
        check=True,
    )
    known, loader, finders = result.stdout.splitlines()
    assert set(known.split()) == registered()
    assert "keras_lateral" not in loader  # Keras is found and loaded as ever
    assert finders == "0"
