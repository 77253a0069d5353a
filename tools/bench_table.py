#!/usr/bin/env python3
"""Makes one table of a folder of benchmark results: Google Benchmark's JSON (*.json) and lines of other programs
(*.jsonl). bench/README.md says what is the figure of a benchmark, and what its ceiling."""
import argparse
import json
import math
import pathlib
import re
import sys

CEILING = "_ceiling"
# What Google Benchmark writes for every benchmark; any other number is a user counter.
OWN_KEYS = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations",
            "real_time", "cpu_time", "bytes_per_second", "items_per_second", "aggregate_name", "aggregate_unit"}
TIME_UNITS = {"ns", "us", "ms", "s"}
# How a benchmark is run, which Google Benchmark adds to its name; its arguments stay.
HOW_IT_RAN = re.compile(r"/(?:real_time|process_time|manual_time|(?:iterations|min_time|min_warmup_time|repeats):[^/]+)")


class Malformed(Exception):
    """Results that break the convention."""


def figure_of(benchmark):
    """(value, unit) of one entry of Google Benchmark's output."""
    counters = {key: value for key, value in benchmark.items()
                if key not in OWN_KEYS and key != "ceiling" and isinstance(value, (int, float))
                and not isinstance(value, bool)}
    if len(counters) > 1:
        raise Malformed(f"{benchmark['name']}: several counters ({', '.join(sorted(counters))}): which is its figure?")
    if counters:
        unit, value = next(iter(counters.items()))
        return value, unit
    if "bytes_per_second" in benchmark:
        return benchmark["bytes_per_second"], "B/s"
    if "items_per_second" in benchmark:
        return benchmark["items_per_second"], "items/s"
    return benchmark["real_time"], benchmark["time_unit"]


def row_of(name, value, unit, ceiling=None, ratio=None):
    for figure in (value, *([] if ceiling is None else [ceiling])):
        if isinstance(figure, bool) or not isinstance(figure, (int, float)) or not math.isfinite(figure):
            raise Malformed(f"{name}: {figure!r} is not a number")
    if ratio is None and ceiling is not None:
        over, under = (ceiling, value) if unit in TIME_UNITS else (value, ceiling)
        ratio = over / under if under else None
    return {"name": name, "value": value, "unit": unit, "ceiling": ceiling, "ratio": ratio}


def rows_of_benchmarks(program, results):
    """Rows of the output of one Google Benchmark program; of repeated benchmarks, the median."""
    runs = {}
    for benchmark in results.get("benchmarks", []):
        name = HOW_IT_RAN.sub("", benchmark.get("run_name", benchmark["name"]))
        if benchmark.get("error_occurred"):
            raise Malformed(f"{program}/{name}: {benchmark.get('error_message', 'failed')}")
        is_median = benchmark.get("aggregate_name") == "median"
        if is_median or (benchmark.get("run_type") != "aggregate" and name not in runs):
            runs[name] = benchmark
    ceilings = {name: run for name, run in runs.items() if name.split("/")[0].endswith(CEILING)}
    for name, run in runs.items():
        if name in ceilings:
            continue
        value, unit = figure_of(run)
        ceiling = run.get("ceiling")
        stem, slash, arguments = name.partition("/")
        baseline = ceilings.get(stem + CEILING + slash + arguments) or ceilings.get(stem + CEILING)
        if ceiling is None and baseline is not None:
            ceiling, ceiling_unit = figure_of(baseline)
            if ceiling_unit != unit:
                raise Malformed(f"{program}/{name}: {unit}, but its ceiling is in {ceiling_unit}")
        yield row_of(f"{program}/{name}", value, unit, ceiling)


def rows_of_lines(text, source):
    """Rows that another program printed, one JSON object a line."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            row = row_of(given["name"], given["value"], given["unit"], given.get("ceiling"), given.get("ratio"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Malformed(f"{source}:{number}: {type(error).__name__}: {error}") from error
        yield row


def read_results(folder):
    for file in sorted(folder.iterdir()):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json" and text.strip():
            yield from rows_of_benchmarks(file.stem.removesuffix("_bench"), json.loads(text))
        elif file.suffix == ".jsonl":
            yield from rows_of_lines(text, file.name)


def shown(number):
    """A number for people: three digits that matter, and a prefix."""
    if number is None:
        return "-"
    for power, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= power:
            return f"{number / power:.3g} {prefix}"
    return f"{number:.3g} "


def table_of(rows):
    cells = [("benchmark", "value ", "unit", "ceiling ", "ratio")]
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
        cells.append((row["name"], shown(row["value"]), row["unit"], shown(row["ceiling"]), ratio))
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(f"{name:<{widths[0]}}  {value:>{widths[1]}}{unit:<{widths[2]}}  {ceiling:>{widths[3]}}  "
                     f"{ratio:>{widths[4]}}" for name, value, unit, ceiling, ratio in cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=pathlib.Path, help="folder of *.json and *.jsonl")
    parser.add_argument("--lines", type=pathlib.Path, help="where to write the rows, one JSON object a line")
    options = parser.parse_args()
    try:
        rows = list(read_results(options.results))
    except (Malformed, ValueError) as error:
        sys.exit(f"bench: {error}")
    if options.lines:
        options.lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    print(table_of(rows))


if __name__ == "__main__":
    main()
