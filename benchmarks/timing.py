"""Paired timing: what is compared takes turns, so that a noisy machine disturbs all alike."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras


def seconds_in_turns(
    functions: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 2
) -> dict[str, list[float]]:
    """Calls every function once a round and returns each one's seconds, round by round."""
    for function in functions.values():
        for _ in range(warm_up):
            function()
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(rounds):
        # The order turns round, so that nobody always runs after the same neighbour.
        names = list(functions) if number % 2 == 0 else list(functions)[::-1]
        for name in names:
            start = time.perf_counter()
            functions[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(seconds: list[float], to: list[float]) -> tuple[float, float, float]:
    """Returns the median over rounds of the paired ratio, and its lower and upper quartile."""
    ratios = [a / b for a, b in zip(seconds, to, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4)
    return statistics.median(ratios), low, high


def machine() -> dict[str, str]:
    """Returns what a reader must know of the machine and the versions."""
    backend = keras.config.backend()
    module = __import__(backend)
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "backend": f"{backend} {module.__version__}",
        "keras": keras.__version__,
        "python": platform.python_version(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
