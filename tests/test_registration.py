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
    "print(sum(type(f).__module__ == 'keras_lateral.registration' for f in sys.meta_path))"
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


def imports_of(path: Path) -> list[str]:
    """Returns the package's own modules that a file imports, in order."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return [module for module in modules if module.startswith("keras_lateral.")]


def file_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"


def test_every_package_that_registering_reads_imports_keras_before_its_modules() -> None:
    read, new = set(REGISTERING), list(REGISTERING)
    while new:
        others = set(imports_of(file_of(new.pop()))) - read
        read |= others
        new += others
    packages = {module.split(".")[1] for module in read if module.count(".") > 1}
    assert packages
    for package in packages:
        body = ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8")).body
        first = [ast.unparse(node) for node in body[1:] if "TYPE_CHECKING" not in ast.unparse(node)]
        assert first[0] == "import keras", package


def registered() -> set[str]:
    register()
    return {name for name in keras.saving.get_custom_objects() if name[:14] == "keras_lateral>"}


@pytest.mark.home
@pytest.mark.parametrize(
    "imports",
    [
        "import keras_lateral, keras",
        "import keras, keras_lateral",
        "import keras_lateral; from keras import layers; import keras",
        pytest.param("import keras_lateral.comparison; import keras", marks=pytest.mark.slow),
        pytest.param(
            "from keras_lateral import apply_gradient_mask; import keras", marks=pytest.mark.slow
        ),
        pytest.param(
            "import keras_lateral, importlib.util as u; u.find_spec('keras'); import keras",
            marks=pytest.mark.slow,
        ),
        pytest.param("import keras_lateral, tensorflow, keras", marks=pytest.mark.slow),
        pytest.param("import keras_lateral.keras_tools.all_layers, keras", marks=pytest.mark.slow),
        pytest.param(
            "from keras_lateral import known_methods; known_methods()[0].method(); import keras",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_order_of_imports_does_not_matter(imports: str) -> None:
    if "tensorflow" in imports and keras.config.backend() != "tensorflow":
        pytest.skip("TensorFlow may not be installed")
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; {imports}; {SHOW}"],
        capture_output=True,
        text=True,
        check=True,
    )
    known, loader, finders = result.stdout.splitlines()
    assert set(known.split()) == registered()
    assert "keras_lateral" not in loader  # Keras is found and loaded as usual
    assert finders == "0"


THREADS = """
import threading
errors = []
def run(statement):
    try:
        exec(statement)
    except BaseException as error:
        errors.append(error)
import keras_lateral
statements = ["import keras_lateral.layers", "from keras_lateral import compare", "import keras",
              "from keras_lateral import FrameRegularizer, evaluate"]
threads = [threading.Thread(target=run, args=(s,)) for s in statements]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
import keras
print(errors, keras.saving.get_registered_object("keras_lateral>GradientMask") is not None)
"""


@pytest.mark.home
def test_threads_may_import_at_once() -> None:
    result = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[] True"
