import io

import pytest

from keras_lateral.comparison import progress
from keras_lateral.comparison.progress import Progress, duration


def test_the_time_left_follows_from_this_runs_pace_alone(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    told = Progress(10, 4, stream)
    now[0] += 30
    told.step("baseline")
    now[0] += 50
    told.step("mask")
    assert stream.getvalue().splitlines() == [
        "4 of 10 trainings are there already.",
        " 5/10  baseline, 2 min 30 s left",
        " 6/10  mask, 2 min 40 s left",
    ]


def test_the_last_one_leaves_nothing_to_wait_for_and_silence_is_possible():
    stream = io.StringIO()
    Progress(1, 0, stream).step("all")
    assert stream.getvalue() == "1/1  all\n"
    Progress(1, 0, None).step("all")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (61, "1 min 01 s"), (3661, "1 h 01 min")],
)
def test_a_time_is_told_in_steps_that_suit_it(seconds, text):
    assert duration(seconds) == text
