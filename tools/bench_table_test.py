#!/usr/bin/env python3
"""bench_table.py reads what Google Benchmark and other programs write."""
import contextlib
import io
import json
import pathlib
import tempfile
import unittest
from unittest import mock

import bench_table


def run(name, **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "family_index": 0, "repetitions": 1,
            "repetition_index": 0, "threads": 1, "iterations": 10, "real_time": 200.0, "cpu_time": 199.0,
            "time_unit": "ns"} | more


def rows(*runs):
    return list(bench_table.rows_of_benchmarks("model", {"context": {}, "benchmarks": list(runs)}))


class Figures(unittest.TestCase):
    def test_prefers_counters_to_bytes_to_items_to_time(self):
        everything = {"bytes_per_second": 7.0, "items_per_second": 5.0}
        for more, value, unit in (({"objects/s": 3.0} | everything, 3.0, "objects/s"), (everything, 7.0, "B/s"),
                                  ({"items_per_second": 5.0}, 5.0, "items/s"), ({}, 200.0, "ns")):
            self.assertEqual(rows(run("encode", **more)), [
                {"name": "model/encode", "value": value, "unit": unit, "ceiling": None, "ratio": None}])

    def test_two_counters_leave_it_in_doubt(self):
        with self.assertRaisesRegex(bench_table.Malformed, r"encode: several counters \(a, b\)"):
            rows(run("encode", a=1, b=2))

    def test_a_failed_benchmark_is_no_figure(self):
        with self.assertRaisesRegex(bench_table.Malformed, "model/encode: no disk"):
            rows(run("encode", error_occurred=True, error_message="no disk"))

    def test_of_repeated_runs_the_median_counts(self):
        found = rows(run("encode", repetition_index=0), run("encode", repetition_index=1, real_time=900.0),
                     run("encode_mean", run_name="encode", run_type="aggregate", aggregate_name="mean", real_time=550.0),
                     run("encode_median", run_name="encode", run_type="aggregate", aggregate_name="median",
                         real_time=300.0))
        self.assertEqual([row["value"] for row in found], [300.0])


class Ceilings(unittest.TestCase):
    def test_a_counter_gives_the_ceiling(self):
        row, = rows(run("encode", bytes_per_second=50.0, ceiling=200.0))
        self.assertEqual((row["unit"], row["ceiling"], row["ratio"]), ("B/s", 200.0, 0.25))

    def test_the_benchmark_of_the_ceiling_is_no_row(self):
        found = rows(run("encode/256", bytes_per_second=50.0), run("encode/1024", bytes_per_second=80.0),
                     run("encode_ceiling/256", bytes_per_second=100.0), run("copy", items_per_second=4.0),
                     run("copy_ceiling", items_per_second=16.0))
        self.assertEqual([(row["name"], row["ceiling"], row["ratio"]) for row in found],
                         [("model/encode/256", 100.0, 0.5), ("model/encode/1024", None, None),
                          ("model/copy", 16.0, 0.25)])

    def test_one_ceiling_serves_all_arguments(self):
        found = rows(run("encode/256", bytes_per_second=50.0), run("encode_ceiling", bytes_per_second=100.0))
        self.assertEqual([row["ratio"] for row in found], [0.5])

    def test_how_a_benchmark_ran_is_no_part_of_its_name(self):
        found = rows(run("copy/8/iterations:5/real_time", items_per_second=4.0),
                     run("copy_ceiling/min_time:2.000/repeats:3/process_time", items_per_second=8.0))
        self.assertEqual([(row["name"], row["ratio"]) for row in found], [("model/copy/8", 0.5)])

    def test_of_times_less_is_better(self):
        row, = rows(run("encode", real_time=400.0), run("encode_ceiling", real_time=100.0))
        self.assertEqual(row["ratio"], 0.25)

    def test_units_must_agree(self):
        with self.assertRaisesRegex(bench_table.Malformed, "items/s, but its ceiling is in B/s"):
            rows(run("encode", items_per_second=1.0), run("encode_ceiling", bytes_per_second=1.0))

    def test_a_ceiling_of_nothing_has_no_ratio(self):
        row, = rows(run("encode", items_per_second=1.0, ceiling=0))
        self.assertIsNone(row["ratio"])


class Folder(unittest.TestCase):
    def run_main(self, files):
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory, "results")
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            lines = pathlib.Path(directory, "bench.jsonl")
            printed = io.StringIO()
            with mock.patch("sys.argv", ["bench_table", "--lines", str(lines), str(folder)]), \
                    contextlib.redirect_stdout(printed):
                bench_table.main()
            return printed.getvalue(), [json.loads(line) for line in lines.read_text().splitlines()]

    def test_all_programs_come_into_one_table_and_one_file(self):
        table, lines = self.run_main({
            "model_bench.json": json.dumps({"benchmarks": [run("encode", bytes_per_second=2.5e9, ceiling=5e9)]}),
            "model_bench.log": "noise",
            "collect.jsonl": '{"name": "collect/lines", "value": 1234567, "unit": "lines/s"}\n\n'})
        self.assertEqual(lines, [
            {"name": "collect/lines", "value": 1234567, "unit": "lines/s", "ceiling": None, "ratio": None},
            {"name": "model/encode", "value": 2.5e9, "unit": "B/s", "ceiling": 5e9, "ratio": 0.5}])
        self.assertIn("1.23 Mlines/s", table)
        self.assertRegex(table, r"model/encode +2\.5 GB/s +5 G +0\.50")

    def test_a_broken_line_is_named(self):
        for line in ("{", '{"name": "x", "unit": "s"}', '{"name": "x", "value": "1", "unit": "s"}', "[1]",
                     '{"name": "x", "value": NaN, "unit": "s"}'):
            with self.assertRaisesRegex(SystemExit, "^bench: (collect.jsonl:1: |x: )"):
                self.run_main({"collect.jsonl": line})


if __name__ == "__main__":
    unittest.main()
