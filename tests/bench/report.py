"""Figures and what they have to reach, as tables for people and as JSON."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One number of a goal; of several rounds, one value each."""

    goal: int
    what: str
    values: tuple
    wanted: float
    at_least: bool  # else at most
    unit: str = ""
    digits: int = 2  # shown, and compared

    @property
    def value(self):
        return median(self.values)

    @property
    def is_held(self):
        value, wanted = round(self.value, self.digits), round(self.wanted, self.digits)
        return value >= wanted if self.at_least else value <= wanted

    def cells(self):
        number = f"{{:.{self.digits}f}}"
        value = number.format(self.value) + self.unit
        if len(self.values) > 1:
            value += f" ({number.format(min(self.values))} … {number.format(max(self.values))})"
        sign = "≥" if self.at_least else "≤"
        held = "yes" if self.is_held else "NO"
        return [str(self.goal), self.what, value, f"{sign} {number.format(self.wanted)}{self.unit}", held]

    def as_json(self):
        return {
            "goal": self.goal,
            "figure": self.what,
            "value": self.value,
            "values": list(self.values),
            "unit": self.unit,
            "wanted": self.wanted,
            "at_least": self.at_least,
            "held": self.is_held,
        }


def table(head, rows):
    """Columns as wide as their widest cell."""
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def figure_table(figures):
    return table(["goal", "figure", "measured", "wanted", "held"], [figure.cells() for figure in figures])


def cost_table(costs):
    """`costs`: a list of Cost for each (scenario, way)."""
    rows = []
    for (scenario, way), runs in costs.items():
        cpu = [cost.cpu for cost in runs]
        rows.append(
            [scenario, way, str(len(runs)), f"{median(cpu):.2f}", f"{min(cpu):.2f} … {max(cpu):.2f}"]
            + [f"{median(cost.wall for cost in runs):.2f}", f"{max(cost.peak for cost in runs) / 2**20:.0f}"]
        )
    return table(["body", "way", "runs", "CPU s", "from … to", "wall s", "peak MiB"], rows)
