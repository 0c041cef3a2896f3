"""What the nineteen corruptions cost, beside the published code and an earlier version.

    python benchmarks/corruptions.py [--peer PYTHON] [--against FOLDER] [--sizes 32 224]

PYTHON is the interpreter of an environment with `imagecorruptions` (1.1.2 needs NumPy 1; the fork
`imagecorruptions-imaug` runs with NumPy 2), which is the published code of ImageNet-C as a package.
FOLDER is another version of this library, such as a git worktree. All of them take turns, each in a
process of its own, with ImageNet-C's parameters, on the same images; the first call of each
corruption is not counted. Milliseconds of CPU an image, the mean of severities 1, 3 and 5.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from processes import last_line_of

HERE = Path(__file__).parent
ROOT = HERE.parent
SEVERITIES = (1, 3, 5)
IMAGES = {32: 100, 224: 8}


def images(size: int) -> np.ndarray:
    """Returns smooth images with some noise, uint8."""
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0, 200, (IMAGES[size], 8, 8, 3))
    fine = coarse.repeat(size // 8, axis=1).repeat(size // 8, axis=2)
    return (fine + rng.uniform(0, 55, fine.shape)).astype("uint8")


def our_names() -> tuple[str, ...]:
    """Returns the names of all nineteen."""
    from keras_lateral.robustness.corruption.corrupt import CORRUPTIONS

    return CORRUPTIONS


def ours(x: np.ndarray, name: str, severity: int) -> Any:
    """Corrupts all images at once."""
    from keras_lateral import corrupt

    return corrupt(x, name, severity, value_range=(0, 255), parameters="imagenet")


def published_names() -> tuple[str, ...]:
    """Returns the names of all nineteen."""
    import imagecorruptions

    return tuple(imagecorruptions.get_corruption_names("all"))


def published(x: np.ndarray, name: str, severity: int) -> Any:
    """Corrupts one image after the other, which is the only way."""
    import imagecorruptions

    return [imagecorruptions.corrupt(image, corruption_name=name, severity=severity) for image in x]


def measured(what: str, size: int) -> dict[str, float]:
    """Returns milliseconds of CPU an image of each corruption, in this process."""
    x = images(size)
    names = published_names() if what == "published" else our_names()
    corrupt: Callable[..., Any] = published if what == "published" else ours
    found = {}
    for name in names:
        corrupt(x[:2], name, 1)
        seconds = []
        for severity in SEVERITIES:
            start = time.process_time()
            corrupt(x, name, severity)
            seconds.append(time.process_time() - start)
        found[name] = 1e3 * statistics.mean(seconds) / len(x)
    return found


def in_process(what: str, python: str, root: Path, size: int) -> dict[str, float]:
    """Measures in a new process, with an interpreter and the library of a folder."""
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "NUMBA", "MKL")}
    command = [python, __file__, "--child", what, "--sizes", str(size)]
    found: dict[str, float] = last_line_of(command, root, settings=one_thread)
    return found


def compared(size: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measures all in turns and returns their medians."""
    ways = {"now": (sys.executable, ROOT)}
    if options.against:
        ways["before"] = (sys.executable, options.against.resolve())
    if options.peer:
        ways["published"] = (options.peer, HERE)
    rows: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for number in range(options.rounds):
        for way in list(ways)[:: 1 if number % 2 == 0 else -1]:
            rows[way].append(in_process(way, *ways[way], size))
    names = list(rows["now"][0])
    milliseconds = {
        way: {name: statistics.median(row[name] for row in found) for name in names}
        for way, found in rows.items()
    }
    sums = {way: [sum(row.values()) for row in found] for way, found in rows.items()}
    return {
        "size": size,
        "images": IMAGES[size],
        "rounds": options.rounds,
        "milliseconds": {
            way: {name: round(value, 3) for name, value in found.items()}
            for way, found in milliseconds.items()
        },
        "all": {way: round(statistics.median(found), 2) for way, found in sums.items()},
        "times_faster_than": {
            way: round(statistics.median(b / a for a, b in zip(sums["now"], found, strict=True)), 2)
            for way, found in sums.items()
            if way != "now"
        },
    }


def show(result: dict[str, Any]) -> None:
    """Prints a table."""
    columns = result["milliseconds"]
    print(f"\n{result['size']} x {result['size']}, ms of CPU an image\n")
    print(f"| corruption | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name in columns["now"]:
        print(f"| {name} | {' | '.join(f'{column[name]:.2f}' for column in columns.values())} |")
    print(f"| all | {' | '.join(f'{value:.2f}' for value in result['all'].values())} |")
    print("times faster than", result["times_faster_than"])


def main() -> None:
    """Measures, prints and keeps the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, choices=IMAGES, default=list(IMAGES))
    parser.add_argument("--peer", help="an interpreter with imagecorruptions")
    parser.add_argument("--against", type=Path, help="folder of another version")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measured(options.child, options.sizes[0])))
        return
    results = []
    for size in options.sizes:
        results.append(compared(size, options))
        show(results[-1])
    from timing import machine

    folder = HERE / "results" / "corruptions"
    folder.mkdir(parents=True, exist_ok=True)
    record = {"machine": machine(), "results": results}
    (folder / "imagenet.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
