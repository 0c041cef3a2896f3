import errno
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keras_lateral import __version__
from keras_lateral.comparison.command import main as command
from keras_lateral.comparison.command.interrupts import interrupts
from keras_lateral.files import write_whole
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
        (["compare", "--images", ""], "name of a file or folder, received ''"),
        (["compare", "--images", ".", "--reprot", "a.html"], "Did you mean '--report'?"),
        (["compare", "--images", ".", "--reprot=a.html"], "No option is called --reprot."),
        (["compare", "--imagse", "photos"], "Did you mean '--images' or"),
        (["compare", "--images", "my", "photos"], "Not understood: 'photos'."),
        (["compare", "--images", ".", ""], "Not understood: ''."),
        (["comapre", "--images", "."], "Did you mean 'compare'?"),
        (["--verison"], "Did you mean '--version'?"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert len(errors.splitlines()) == 2
    command_name = " compare" if arguments[:1] == ["compare"] else ""
    assert errors.endswith(f"See keras-lateral{command_name} --help\n")


def wrong(root: Path) -> list[tuple[list[str], str]]:
    folder = str(image_folder(root / "photos"))
    (root / "taken").mkdir()
    (root / "file").write_text("")
    return [
        (["--images", str(root / "nowhere")], "It does not exist"),
        (["--images", folder, "--data-dir", folder], "--data-dir goes with --dataset"),
        (
            ["--images", folder, "--model", "vast"],
            "option --model. Expected one of {",
        ),
        (["--images", folder, "--model", "vgg16"], "at least 32x32"),
        (["--images", folder, "--methods", "magic"], "Received: 'magic'"),
        (["--images", folder, "--methods", ","], "one method or more"),
        (
            ["--images", folder, "--methods", "mixup", "mixup"],
            "option --methods. Expected different",
        ),
        (["--images", folder, "--methods", "all,cutmix", "cutmix"], "Received: 'cutmix' twice"),
        (
            ["--images", folder, "--methods", "mixup+cutout", "cutout+mixup"],
            "Received: 'mixup+cutout' and 'cutout+mixup', the same methods in another order",
        ),
        (
            ["--images", folder, "--model", "m.pyy:net"],
            "Expected FILE.py:FUNCTION, such as m.py:net",
        ),
        (
            ["--images", folder, "--report", "/nowhere/to be/a.html"],
            "there is no folder '/nowhere/to be'. Create it with: mkdir -p '/nowhere/to be'",
        ),
        (
            ["--images", folder, "--json", "../nowhere/a.json"],
            "--json: '../nowhere/a.json' cannot be",
        ),
        (
            ["--images", folder, "--folder", "/nowhere/a"],
            "--folder: '/nowhere/a' cannot be written, ",
        ),
        (["--images", folder, "--recommend", "--effect", "1"], "--effect goes with a comparison"),
        (["--images", folder, "--image-size", "8", "8", "8"], "--image-size takes one side or two"),
        (["--images", folder, "--report", str(root / "taken")], "Received a folder"),
        (["--images", folder, "--report", "out.pdf"], "ends in .html, as the report is a web page"),
        (["--images", folder, "--json", f"{folder}/cat/0.png/a.json"], "0.png"),
        (["--dataset", "digits", "--grayscale"], "--grayscale goes with --images"),
        (["--dataset", "cifar10", "--data-dir", folder], "holds a folder `cifar10`"),
        (
            ["--images", folder, "--report", "a.html", "--json", "./a.html"],
            "Expected two files",
        ),
        (["--images", folder, "--report", f"{root}/file/a.html"], "--report: "),
        (["--images", folder, "--json", "x" * 300], "Choose a shorter name"),
        (["--images", folder, "--folder", f"{root}/file"], "--folder: Expected a folder"),
        (["--images", folder, "--folder", f"{root}/file/results"], "--folder: "),
        (["--images", folder, "--folder", folder], "--folder: Expected a folder of its own"),
        (["--images", folder, "--folder", f"{folder}/cat"], "holds images"),
        (["--images", str(root / "file")], "option --images. Expected a folder with"),
        (["--dataset", "digits", "--limit", "9999"], "--limit: Too few images of class 0"),
    ]


CASES = 29


@pytest.mark.parametrize("case", range(CASES))
def test_what_cannot_be_done_is_said_once_before_training(
    case: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cases = wrong(tmp_path)
    assert len(cases) == CASES
    arguments, words = cases[case]
    before = sorted(tmp_path.rglob("*"))
    assert command.main(["compare", *arguments]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("keras-lateral compare: ")
    assert words in errors
    assert "Traceback" not in errors
    assert "argument `" not in errors
    assert sorted(tmp_path.rglob("*")) == before


def test_a_traceback_is_shown_on_request(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="It does not exist"):
        command.main(["compare", "--images", str(tmp_path / "nowhere"), "--traceback"])


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        (None, "Stopped before a training was finished: the same command starts again."),
        (0, "Stopped before a training was finished: the same command starts again."),
        (1, "Stopped: 1 finished training is kept in 'results', and the same command goes on"),
        (3, "Stopped: 3 finished trainings are kept in 'results', and the same command goes on"),
    ],
)
@pytest.mark.parametrize("ended_as", [None, RuntimeError("cancelled"), ValueError("callback")])
def test_ctrl_c_is_one_sentence_that_says_how_to_go_on(
    kept: int | None,
    sentence: str,
    ended_as: Exception | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(options: Any) -> None:
        if kept is not None:
            options.folder = Path("results")
        for number in range(kept or 0):
            write_whole(Path("results") / "runs" / f"baseline-seed-{number}.json", "{}")
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:  # a backend can make anything of it
            if ended_as is not None:
                raise ended_as from None
            raise

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "run_compare", stopped)
    before = signal.getsignal(signal.SIGINT)
    assert command.main(["compare", "--dataset", "digits"]) == 130
    assert signal.getsignal(signal.SIGINT) is before
    errors = capsys.readouterr().err
    assert errors.startswith(f"\n{sentence}")
    assert errors.count("\n") == 2


def test_ctrl_c_in_a_finalizer_is_heard_after_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def stopped(options: Any) -> None:
        finalized = Finalized()
        del finalized  # Python ignores what is raised here
        time.sleep(60)
        pytest.fail("not stopped")

    monkeypatch.setattr(command, "run_compare", stopped)
    assert command.main(["compare", "--dataset", "digits"]) == 130
    assert "Exception ignored" not in capsys.readouterr().err


def test_a_second_ctrl_c_does_not_disturb_the_end() -> None:
    with interrupts(whole_process=False) as heard:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert heard.pressed == 2


def test_a_warning_of_the_library_is_a_sentence_without_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warned(options: Any) -> None:
        warnings.warn("The file a.json was cut off.", UserWarning, stacklevel=2)

    monkeypatch.setattr(command, "run_compare", warned)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert command.main(["compare", "--dataset", "digits"]) == 0
    assert capsys.readouterr().err == "Note: The file a.json was cut off.\n"


def test_a_full_disk_names_the_file_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(options: Any) -> None:
        options.folder = Path("results")
        write_whole(Path("results/runs/baseline-seed-0.json"), "{}")
        raise OSError(errno.ENOSPC, "No space left on device", "results/runs/baseline-seed-1.json")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "run_compare", full)
    assert command.main(["compare", "--dataset", "digits"]) == 2
    assert capsys.readouterr().err == (
        "keras-lateral compare: 'results/runs/baseline-seed-1.json': No space left on device. Make "
        "room on the disk. The same command then goes on with the trainings in results.\n"
    )


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


@pytest.mark.parametrize("arguments", [["--version"], ["compare", "--help"]])
def test_the_program_itself_imports_no_module_of_a_backend(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "keras_lateral", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = [line.rpartition("|")[2].strip() for line in result.stderr.splitlines()]
    assert "keras_lateral.comparison.command.main" in imported
    words = ("tensorflow", "jax", "torch", "keras.", "numpy", "scipy", "matplotlib")
    assert not [name for name in imported if name.startswith(words) or "tensorflow" in name]


START = (
    "--dataset", "digits", "--limit", "2", "--seeds", "50", "--epochs", "2", "--folder", "results",
    "--methods", "gradient_mask",
)  # fmt: skip


def start(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """Starts the command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "keras_lateral", "compare", *START, *more],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kept(folder: Path) -> int:
    return len(list(folder.glob("results/runs/*.json")))


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("trainings", [0, 1, 3])
def test_ctrl_c_in_a_terminal_is_one_sentence(workers: int, trainings: int, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    process = start(tmp_path, "--workers", str(workers), "--quiet")
    if trainings:
        wait_for(lambda: kept(tmp_path) >= trainings)
    else:  # workers are just starting then
        wait_for((tmp_path / "results" / "comparison.json").exists)
    os.killpg(process.pid, signal.SIGINT)  # to the workers too
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.strip().count("\n") == 0
    assert errors.strip().startswith("Stopped")
    if trainings:
        assert f"Stopped: {kept(tmp_path)} finished training" in errors
        assert "the same command goes on from there" in errors
    with pytest.raises(ProcessLookupError):  # no worker goes on
        wait_for(lambda: bool(os.killpg(process.pid, 0)))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
@pytest.mark.parametrize("after", [0.3, 1.0, 2.5, 4.0])
def test_ctrl_c_while_a_backend_is_imported_is_one_sentence(after: float, tmp_path: Path) -> None:
    process = start(tmp_path)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.strip().splitlines()[-1].startswith("Stopped")
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_second_command_in_the_folder_is_told_who_is_first(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    first = start(tmp_path)
    wait_for(lambda: kept(tmp_path) >= 1)
    _, errors = start(tmp_path).communicate(timeout=300)
    first.kill()
    first.communicate()
    assert f"The folder 'results' is in use by process {first.pid} on" in errors
    assert "give another --folder" in errors
    done = kept(tmp_path)
    again = start(tmp_path, "--seeds", str(done // 2))
    assert f"{2 * (done // 2)} of" in again.communicate(timeout=300)[1]
    assert again.returncode == 0


def test_a_warning_of_keras_is_said_once_and_without_a_lone_quote(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warned(options: Any) -> None:
        for line in range(2):
            warnings.warn_explicit('"`loss` received logits.', UserWarning, "keras.py", line)

    monkeypatch.setattr(command, "run_compare", warned)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert command.main(["compare", "--dataset", "digits"]) == 0
    assert capsys.readouterr().err == "Note: `loss` received logits.\n"
