"""Writes the measured costs of the frame regularizer into its card.

python benchmarks/frame_table.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cards import write_table

HERE = Path(__file__).parent


def table(results: Path = HERE / "results" / "frame_regularizer") -> str:
    """Returns the ratios and the shares of a step, in Markdown."""
    records = [json.loads(path.read_text()) for path in sorted(results.glob("*.json"))]
    machines = {f"{m['processor']}, {m['cores']} cores" for m in (r["machine"] for r in records)}
    parts = [kernels(records)]
    if any(record.get("step") for record in records):
        parts.append(steps(records))
    return "\n\n".join([*parts, f"Machine: {'; '.join(sorted(machines))}."])


def kernels(records: list[dict[str, Any]]) -> str:
    """Returns one line per kernel, one column per backend and mode."""
    columns: dict[str, dict[str, dict[str, Any]]] = {}
    memory: dict[str, str] = {}
    for record in records:
        for row in record.get("kernels", []):
            on = f"{record['machine']['backend']}, {row['mode']}"
            columns.setdefault(on, {})[row["kernel"]] = row
            if row["megabytes"] is not None:
                memory[row["kernel"]] = f"{row['megabytes']:.3g} / {row['usual_megabytes']:.3g}"
    names = list(dict.fromkeys(name for rows in columns.values() for name in rows))
    header = [*(f"times faster, {on}" for on in columns), "megabytes, ours / usual"]
    lines = ["| kernel | " + " | ".join(header) + " |", "|" + (1 + len(header)) * "---|"]
    for name in names:
        cells = [_ratio(rows[name]) if name in rows else "" for rows in columns.values()]
        lines.append("| " + " | ".join([name, *cells, memory.get(name, "")]) + " |")
    return "\n".join(lines)


def steps(records: list[dict[str, Any]]) -> str:
    """Returns what a training step takes with the regularizer, as a ratio to one without."""
    lines = [
        "| training step | on | plain, ms | computed | mean ratio | quartiles |",
        "|---|---|---|---|---|---|",
    ]
    for record in records:
        for row in record.get("step", []):
            low, high = row["quartiles"]
            lines.append(
                f"| {row['network']} | {record['machine']['backend']}, {row['mode']}, batch "
                f"{row['batch']} | {row['plain_ms']} | `{row['regularizer']}` | "
                f"{row['mean_ratio']:.3f} | {low:.3f} to {high:.3f} |"
            )
    return "\n".join(lines)


def _ratio(row: dict[str, Any]) -> str:
    low, high = row["quartiles"]
    return f"{row['times_faster']:.1f} ({low:.1f} to {high:.1f})"


def main() -> None:
    """Puts what was measured between the card's markers."""
    write_table("frame-regularizer", "frame_table", table())


if __name__ == "__main__":
    main()
