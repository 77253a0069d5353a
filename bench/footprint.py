#!/usr/bin/env python3
"""What an agent costs: memory with 1 000 active files at 20 000 lines/s, CPU with 1 000 idle containers, and the start with 5 000
existing files. Of `headgate collect` alone, storing in a directory, and of the whole `headgate local` (HEADGATE, default
build/release/headgate); prints JSON lines as bench/README.md says."""

import datetime
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

HEADGATE = os.environ.get("HEADGATE", "build/release/headgate")
SECONDS = float(os.environ.get("FOOTPRINT_SECONDS", "20"))
COMMANDS = {
    "local": ["--status=off", "--process.concurrency=1"],
    "collect": ["--kube.api=off", "--cluster-id=cluster-1"],
}


def show(name, value, unit):
    print(json.dumps({"name": f"footprint/{name}", "value": value, "unit": unit}), flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Node:
    """A pod-log directory with one container a pod, and a `headgate collect` or `headgate local` that reads it."""

    def __init__(self, command, containers, files_each=1, partition="pod"):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="headgate-footprint-"))
        self.files = []
        for number in range(containers):
            directory = self.root / "pods" / f"tenant-{number % 10}_pod-{number}_uid{number}" / "main"
            directory.mkdir(parents=True)
            for old in range(1, files_each):
                (directory / f"0.log.20260101-00000{old}").write_bytes(
                    b"2026-01-01T00:00:00.%dZ stdout F old\n" % old)  # files of the same bytes are one and its copies
            self.files.append(open(directory / "0.log", "ab", buffering=0))
            self.files[-1].write(b"2026-01-01T00:00:01Z stdout F hello\n")
        self.port = free_port()
        self.process = subprocess.Popen(
            [HEADGATE, command, *COMMANDS[command], f"--collect.pod-logs={self.root}/pods", f"--local.root={self.root}/data",
             f"--metrics.listen=127.0.0.1:{self.port}", "--collect.batch.age-max=10s", "--log.level=error",
             "--collect.spool.free-bytes-min=1MiB", f"--collect.partition={partition}"])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def peak_rss(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) * 1024

    def metric(self, name):
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5).read().decode()
        except OSError:
            return 0
        found = re.search(rf"^{name} (\S+)$", page, re.M)
        return float(found.group(1)) if found else 0

    def wait_for_lines(self, lines, seconds_max=60):
        began = time.monotonic()
        while (read := self.metric("headgate_collect_lines_total")) < lines:
            if self.process.poll() is not None or time.monotonic() - began > seconds_max:
                raise SystemExit(f"footprint: {read:.0f} of {lines} lines were read")
            time.sleep(0.02)
        return time.monotonic() - began

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=120)
        for file in self.files:
            file.close()
        shutil.rmtree(self.root, ignore_errors=True)


def active(command, partition, rate=20_000):
    node = Node(command, 1000, partition=partition)
    padding, began, lines = b"x" * 150, time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        for file in node.files:
            while lines > (time.monotonic() - began) * rate:
                time.sleep(0.002)
            at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f").encode()
            file.write(b"%s000Z stdout F n=%d %s\n" % (at, lines, padding))
            lines += 1
    seconds = time.monotonic() - began
    cpu = node.cpu_seconds() / seconds
    node.wait_for_lines(lines + len(node.files))
    name = f"{command}/active_1000_files_20000_lines_per_s/{partition}"
    show(f"{name}/written", lines / seconds, "lines/s")
    show(f"{name}/peak_rss", node.peak_rss(), "B")
    show(f"{name}/cpu", cpu, "cores")
    show(f"{name}/ratio", node.metric("headgate_collect_batch_raw_bytes_total") /
         node.metric("headgate_collect_batch_bytes_total"), ":1")
    show(f"{name}/objects", node.metric("headgate_collect_batches_total"), "objects")
    node.end()


def idle(command, files_each):
    files = 1000 * files_each
    node = Node(command, 1000, files_each=files_each)
    show(f"{command}/start_with_{files}_files", node.wait_for_lines(files), "s")
    time.sleep(30)  # until all is sealed, stored and delivered
    before, began = node.cpu_seconds(), time.monotonic()
    time.sleep(SECONDS)
    show(f"{command}/idle_1000_containers_{files}_files/cpu", (node.cpu_seconds() - before) / (time.monotonic() - began), "cores")
    show(f"{command}/idle_1000_containers_{files}_files/peak_rss", node.peak_rss(), "B")
    node.end()


for each in COMMANDS:
    active(each, "pod")
    active(each, "tenant")
idle("collect", 1)
idle("local", 1)
idle("local", 5)
