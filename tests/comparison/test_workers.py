import multiprocessing
import os
import signal
import time

import pytest

from keras_lateral.comparison import workers
from keras_lateral.comparison.workers import run_jobs


def square(number):
    return number**2


def visible_device(job):
    return os.environ["CUDA_VISIBLE_DEVICES"], os.environ["KERAS_BACKEND"]


def die(job):
    os._exit(7)


def test_one_worker_is_this_process_and_keeps_the_order():
    here = [pid for _, pid in run_jobs(lambda job: os.getpid(), [3, 1, 2], 1)]
    assert here == [os.getpid()] * 3
    assert list(run_jobs(lambda job: -job, [3, 1, 2], 1)) == [(3, -3), (1, -1), (2, -2)]


@pytest.mark.slow
def test_several_workers_do_every_job_once():
    assert sorted(run_jobs(square, range(5), 2)) == [(n, n * n) for n in range(5)]


@pytest.mark.slow
def test_workers_see_their_devices_in_turn_and_this_process_does_not():
    before = os.environ.get("CUDA_VISIBLE_DEVICES")
    found = {job: device for job, (device, _) in run_jobs(visible_device, [0, 1], 2, ["4", "6"])}
    assert found == {0: "4", 1: "6"}
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == before


@pytest.mark.slow
def test_a_worker_that_dies_is_reported():
    with pytest.raises(RuntimeError, match="A worker process died during job 0"):
        list(run_jobs(die, [0], 2))


def hears_interrupts(job):
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return signal.SIGINT not in blocked and signal.getsignal(signal.SIGINT) != signal.SIG_IGN


@pytest.mark.slow
def test_workers_leave_ctrl_c_to_this_process():
    before = signal.getsignal(signal.SIGINT)
    assert list(run_jobs(hears_interrupts, [0], 2)) == [(0, False)]
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_while_a_worker_starts_is_heard_after_it():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job of a shell ignores it
    try:
        with pytest.raises(KeyboardInterrupt), workers._deaf_to_interrupts():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.slow
def test_workers_end_at_once_when_the_one_who_asked_stops():
    context = multiprocessing.active_children()
    results = run_jobs(rest, [0, 600, 600], 2)
    assert next(results)[0] == 0
    results.close()  # as an error or Ctrl-C does
    ends = time.monotonic() + 30
    while set(multiprocessing.active_children()) - set(context):
        assert time.monotonic() < ends
        time.sleep(0.05)


def rest(seconds):
    time.sleep(seconds)
