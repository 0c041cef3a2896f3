import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from errno import ENOLCK
from pathlib import Path

import pytest

from keras_lateral.comparison.folder_lock import NAME, sole_use

pytestmark = pytest.mark.home  # no backend takes part

HOLD = """
import sys, time
from keras_lateral.comparison.folder_lock import sole_use
with sole_use(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_is_used_by_one_at_a_time_and_the_other_is_told_who(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    here = f"process {os.getpid()} on {socket.gethostname()}, since 20"
    with sole_use(folder):
        with (
            pytest.raises(RuntimeError, match=here) as caught,
            sole_use(str(folder)),
        ):
            pytest.fail("twice")
        assert str(folder) in str(caught.value)
        with sole_use(tmp_path / "another"):
            pass
    with sole_use(folder):
        pass


def test_an_error_inside_ends_the_use(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), sole_use(tmp_path):
        raise KeyboardInterrupt
    with sole_use(tmp_path):
        pass


def test_no_folder_needs_no_lock() -> None:
    with sole_use(None), sole_use(None):
        pass


def test_a_killed_process_leaves_nothing_that_blocks(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(RuntimeError, match=f"in use by process {process.pid} on"),
            sole_use(tmp_path),
        ):
            pytest.fail("twice")
        process.send_signal(signal.SIGKILL)
    assert json.loads((tmp_path / NAME).read_text())["pid"] == process.pid  # left behind
    with sole_use(tmp_path):
        assert json.loads((tmp_path / NAME).read_text())["pid"] == os.getpid()


def test_a_holder_that_has_not_yet_said_its_name_still_holds(tmp_path: Path) -> None:
    with sole_use(tmp_path):
        (tmp_path / NAME).write_text("")
        with pytest.raises(RuntimeError, match="in use by another process"), sole_use(tmp_path):
            pytest.fail("twice")


def test_a_file_system_without_locks_is_named_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(file: int, how: int) -> None:
        raise OSError(ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.warns(UserWarning, match="has no locks"), sole_use(tmp_path):
        assert (tmp_path / NAME).exists()


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="which is a file"), sole_use(tmp_path / "file"):
        pytest.fail("entered")
