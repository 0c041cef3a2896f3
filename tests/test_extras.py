import sys

import pytest

from keras_lateral.extras import import_optional


def test_an_installed_module_is_returned():
    assert import_optional("json.decoder", "json", "read", "plots") is sys.modules["json.decoder"]


def test_a_missing_module_is_named_with_its_purpose_and_its_extra():
    with pytest.raises(ImportError) as caught:
        import_optional("no_such_module", "no-such-package", "read sheets", "datasets")
    assert str(caught.value) == (
        "no-such-package is needed to read sheets, and it cannot be imported (No module named "
        "'no_such_module'). Install it with `pip install \"keras-lateral[datasets]\"`."
    )
