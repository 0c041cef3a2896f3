import os
import subprocess
import sys

import pytest

from keras_lateral.extras import explain_missing_backend, import_optional


def test_an_installed_module_is_returned():
    assert import_optional("json.decoder", "json", "read", "plots") is sys.modules["json.decoder"]


def test_a_missing_module_is_named_with_its_purpose_and_its_extra():
    with pytest.raises(ImportError) as caught:
        import_optional("no_such_module", "no-such-package", "read sheets", "datasets")
    assert str(caught.value) == (
        "no-such-package is needed to read sheets, and it cannot be imported (No module named "
        "'no_such_module'). Install it with `pip install \"keras-lateral[datasets]\"` "
        '(in a clone: `pip install ".[datasets]"`).'
    )


@pytest.mark.parametrize(
    "statement",
    ["from keras_lateral import GradientMask", "import keras_lateral.layers", "import keras"],
)
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_missing_backend_is_named_with_its_extra(backend: str, statement: str) -> None:
    code = f"""
import sys
import keras_lateral
sys.modules[{backend!r}] = None
for _ in range(2):
    try:
        {statement}
    except ImportError as error:
        print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.count(f"Keras' backend {backend!r} is not installed") == 2
    assert f"keras-lateral[{backend}]" in result.stdout


def test_another_missing_module_is_left_to_its_own_error() -> None:
    explain_missing_backend(ModuleNotFoundError("No module named 'h5py'", name="h5py"))
