"""What was measured, as a table, as JSON, and as the picture of the README."""

import json
import platform
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
PICTURE = FOLDER.parent / "docs" / "benchmark.svg"


def write(results: dict[str, Any]) -> None:
    """Print the table, write JSON and SVG."""
    RESULTS.write_text(
        json.dumps({"python": platform.python_version(), **results}, ensure_ascii=False, indent=2) + "\n"
    )
    bars = results["bars"]
    limit = bars[0]["rate"]
    print(f"{results['messages']} messages of {results['octets']} octets, medians of {results['rounds']} rounds\n")
    print(f"{'':58}{'messages/s':>12}{'of the C limit':>16}")
    for bar in bars:
        print(f"{bar['name']:58}{bar['rate']:12,.0f}{bar['rate'] / limit:16.2f}")
    print(f"\n{'building one notice':58}{'µs':>12}{'times faster':>16}")
    slowest = results["building"]["EmailMessage"]
    for name, seconds in results["building"].items():
        print(f"{name:58}{seconds * 1e6:12,.1f}{slowest / seconds:16,.0f}")
    for count, mebibytes in results.get("memory", {}).items():
        print(f"{'peak memory of a delivery of ' + count:58}{mebibytes:10,.0f} MiB")
    templates = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    longest = max(bar["rate"] for bar in bars)
    PICTURE.write_text(templates.get_template("picture.svg").render(bars=bars, longest=longest, limit=limit))
    print(f"\n{RESULTS}\n{PICTURE}")
