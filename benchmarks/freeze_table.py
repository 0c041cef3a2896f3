"""Writes the measured costs of a frozen epoch into the card of the receptive-field freeze.

python benchmarks/freeze_table.py
"""

from __future__ import annotations

import json
from pathlib import Path

from cards import write_table

HERE = Path(__file__).parent


def table(results: Path = HERE / "results" / "receptive_field_freeze") -> str:
    """Returns the ratios and the cost of switching, in Markdown."""
    records = [json.loads(path.read_text()) for path in sorted(results.glob("*.json"))]
    lines = [
        "| network | on | ordinary, s | frozen, ratio | first trace, s | switching, s |",
        "|---|---|---|---|---|---|",
    ]
    for record in records:
        for row in record["epochs"]:
            on = record["machine"]["backend"] + (", xla" if row["xla"] else "")
            low, high = row["quartiles"]
            lines.append(
                f"| {row['network']} | {on} | {row['ordinary_s']} "
                f"| {row['frozen_to_ordinary']:.2f} ({low:.2f} to {high:.2f}) "
                f"| {row['first_trace_s']} | {row['switching_s']} |"
            )
    machines = {f"{m['processor']}, {m['cores']} cores" for m in (r["machine"] for r in records)}
    return "\n".join([*lines, "", f"Machine: {'; '.join(sorted(machines))}."])


def main() -> None:
    """Puts what was measured between the card's markers."""
    write_table("receptive-field-freeze", "freeze_table", table())


if __name__ == "__main__":
    main()
