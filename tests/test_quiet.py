"""What a backend writes while it starts is hidden if asked for, and shown after an error."""

import os

import pytest

from keras_lateral.quiet import VARIABLE, quiet_start


def native(text: str) -> None:
    os.write(2, text.encode())


def fails_after(_: None) -> None:
    raise ImportError


@pytest.mark.parametrize(("value", "expected"), [("1", "before after"), (None, "before in after")])
def test_only_what_is_written_inside_is_hidden_and_only_if_asked_for(
    value: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value:
        monkeypatch.setenv(VARIABLE, value)
    native("before ")
    with quiet_start():
        native("in ")
    native("after")
    assert capfd.readouterr().err == expected


def test_after_an_error_everything_is_shown(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    with pytest.raises(ImportError), quiet_start():
        fails_after(native("a library is missing"))
    native(", so what")
    assert capfd.readouterr().err == "a library is missing, so what"
