"""CPU seconds of starting: `python benchmarks/start_up.py [REPEATS]`.

What `import keras_lateral` costs beside `import keras`, and what the command costs before there is
anything to train. Commands are interleaved; the table has medians and the spread.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

IMPORTS = {
    "import keras": "import keras",
    "import keras, keras_lateral": "import keras, keras_lateral",
    "the same, every public name used": (
        "import keras, keras_lateral; [getattr(keras_lateral, n) for n in keras_lateral.__all__]"
    ),
    "import keras_lateral alone": "import keras_lateral",
}
COMMANDS = (
    ["--version"],
    ["--help"],
    ["compare", "--help"],
    ["compare", "--images", "photos", "--methods", "unknown"],
    ["compare"],
)


def programs() -> dict[str, list[str]]:
    """Returns what is started, by what the table calls it."""
    found = {name: [sys.executable, "-c", code] for name, code in IMPORTS.items()}
    for arguments in COMMANDS:
        name = " ".join(["keras-lateral", *arguments])
        found[name] = [sys.executable, "-m", "keras_lateral", *arguments]
    return found


def cpu_seconds(program: list[str]) -> float:
    """Returns the CPU time, user and system, of a process and its threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(program, env=os.environ | quiet, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(repeats: int) -> None:
    """Measures, and prints a table."""
    times: dict[str, list[float]] = {name: [] for name in programs()}
    for _ in range(repeats):
        for name, program in programs().items():
            times[name].append(cpu_seconds(program))
    print("| start | CPU seconds, median | lowest to highest |\n|---|---|---|")
    for name, values in times.items():
        spread = f"{min(values):.2f} to {max(values):.2f}"
        print(f"| `{name}` | {statistics.median(values):.2f} | {spread} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
