import io

import pytest

from keras_lateral.comparison import progress
from keras_lateral.comparison.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_time_left_follows_from_this_runs_pace_alone(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    shown = Progress(10, 4, stream)
    now[0] += 30
    shown.step("baseline")
    now[0] += 50
    shown.step("mask " + 200 * "x")
    assert stream.getvalue().splitlines() == [
        "4 of 10 trainings were already done.",
        " 5/10  baseline, 0:02:30 left",
        f" 6/10  mask {200 * 'x'}, 0:02:40 left",
    ]


def test_the_last_one_leaves_nothing_to_wait_for_and_silence_is_possible():
    stream = io.StringIO()
    Progress(1, 0, stream).step("all")
    assert stream.getvalue() == "1/1  all\n"
    Progress(1, 0, None).step("all")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0:00:01"), (59.6, "0:01:00"), (61, "0:01:01"), (4096, "1:08:16")],
)
def test_a_time_is_shown_in_hours_minutes_and_seconds(monkeypatch, seconds, text):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    shown = Progress(2, 0, None)
    now[0] += seconds
    shown.step("one")
    assert str(shown.time_left()) == text


def test_a_terminal_has_the_lines_and_a_bar_which_goes_at_the_end(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with Progress(2, 0, stream) as shown:
        shown.step("[b]one[/b]")
    text = stream.getvalue()
    assert "1/2  [b]one[/b]" in text
    assert "left" not in text
    assert "━" in text
