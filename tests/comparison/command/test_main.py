import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from keras_lateral import __version__
from keras_lateral.comparison.command import main as command
from tests.datasets.image_files import image_folder


def test_help_teaches_and_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["compare", "--help"], ["--help"], ["--version"]):
        with pytest.raises(SystemExit) as ended:
            command.main(arguments)
        assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "photos/cats/001.jpg" in text
    assert "gradient_mask+frame_regularizer" in text
    assert f"keras-lateral {__version__}" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["compare"], "--images --dataset is required"),
        (["compare", "--dataset", "svhn"], "invalid choice: 'svhn'"),
        (["compare", "--dataset", "digits", "--images", "."], "not allowed with"),
        (["compare", "--dataset", "digits", "--seeds", "0"], "at least 1, received '0'"),
        (["compare", "--dataset", "digits", "--seeds", "many"], "at least 1, received 'many'"),
        (["compare", "--dataset", "digits", "--data-seed", "-1"], "at least 0, received '-1'"),
        (["compare", "--images", ".", "--test-share", "1"], "between 0 and 1, received '1'"),
        (["compare", "--images", ".", "--learning-rate", "nan"], "above 0, received 'nan'"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def wrong(root: Path) -> list[tuple[list[str], str]]:
    folder = str(image_folder(root / "photos"))
    (root / "taken").mkdir()
    return [
        (["--images", str(root / "nowhere")], "It does not exist"),
        (["--images", folder, "--data-dir", folder], "--data-dir goes with --dataset"),
        (["--images", folder, "--model", "vast"], "name='vast'"),
        (["--images", folder, "--model", "vgg16"], "at least 32x32"),
        (["--images", folder, "--methods", "magic"], "Received: 'magic'"),
        (["--images", folder, "--methods", ","], "one method or more"),
        (["--images", folder, "--image-size", "8", "8", "8"], "--image-size takes one side or two"),
        (["--images", folder, "--report", str(root / "taken")], "Received a folder"),
        (["--images", folder, "--json", f"{folder}/cat/0.png/a.json"], "0.png"),
        (["--dataset", "digits", "--grayscale"], "go with --images"),
        (["--dataset", "cifar10", "--data-dir", folder], "holds a folder `cifar10`"),
    ]


@pytest.mark.parametrize("case", range(11))
def test_what_cannot_be_done_is_said_once_before_training(
    case: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, words = wrong(tmp_path)[case]
    assert command.main(["compare", *arguments]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("keras-lateral compare: ")
    assert words in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "keras-lateral-results").exists()


def test_a_traceback_is_shown_on_request(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="It does not exist"):
        command.main(["compare", "--images", str(tmp_path / "nowhere"), "--traceback"])


@pytest.mark.parametrize("folder", [None, Path("results")])
def test_ctrl_c_says_how_to_go_on(
    folder: Path | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(options: Any) -> None:
        options.folder = folder
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_compare", stopped)
    assert command.main(["compare", "--dataset", "digits"]) == 130
    errors = capsys.readouterr().err
    assert ("are kept in 'results'. The same command resumes" in errors) == (folder is not None)


def test_the_user_s_own_log_level_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = []
    monkeypatch.setattr(command, "run_compare", lambda options: levels.append(level()))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    command.main(["compare", "--dataset", "digits"])
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    command.main(["compare", "--dataset", "digits", "--verbose"])
    command.main(["compare", "--dataset", "digits"])
    assert levels == ["0", None, "3"]


def level() -> str | None:
    return command.os.environ.get("TF_CPP_MIN_LOG_LEVEL")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["compare", "--help"],
        ["compare"],
        ["compare", "--dataset", "digits", "--epochs", "0"],
        ["compare", "--dataset", "digits", "--methods", "unknown"],
        ["compare", "--dataset", "digits", "--image-size", "8"],
    ],
)
def test_help_and_wrong_options_import_no_backend(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom keras_lateral.comparison.command.main import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit:\n    pass\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'scipy', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
