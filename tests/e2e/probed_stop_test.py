"""A process that is asked how it is (/readyz, /healthz, /metrics) while it is told to stop ends with status 0: nothing that answers
reads what is already gone. Each command that serves these paths is stopped many times, under probes that come all the time."""

import json
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BINARY, CriFile, EndToEndTest  # noqa: E402

STOPS = 8
PROBES_BEFORE_STOP = 20
PATHS = ("readyz", "healthz", "metrics")


class Prober:
    """Asks without a pause, on a thread for each path, until the server is gone."""

    def __init__(self, address):
        self.answers = 0
        self.are_enough = threading.Event()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(f"http://{address}/{path}",)) for path in PATHS * 2]
        for thread in self.threads:
            thread.start()

    def ask(self, url):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while not self.is_over.is_set():
            try:
                with opener.open(url, timeout=10) as answer:
                    answer.read()
            except urllib.error.HTTPError as error:  # 503 of /readyz is an answer too
                error.read()
            except OSError:
                if self.is_over.wait(0.01):
                    return
                continue
            self.answers += 1
            if self.answers >= PROBES_BEFORE_STOP:
                self.are_enough.set()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


class ProbedStopTest(EndToEndTest):
    def assert_stops_well_while_probed(self, installation, command, *flags):
        for stop in range(STOPS):
            process = subprocess.Popen(
                [BINARY, *command, *flags, f"--local.root={installation.root}", "--metrics.listen=127.0.0.1:0",
                 "--log.format=json", "--grace=5"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            said = []
            for line in process.stderr:
                said.append(line)
                if '"metrics":"127.0.0.1:' in line:
                    break
            else:
                self.fail(f"it does not start: {said}")
            prober = Prober(json.loads(said[-1])["metrics"])
            try:
                self.assertTrue(prober.are_enough.wait(30), "nobody answers")
                process.terminate()
                _, rest = process.communicate(timeout=60)
            finally:
                prober.end()
            self.assertEqual(process.returncode, 0, f"stop {stop}: {rest[-2000:]}")

    def collecting(self, installation):
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        self.addCleanup(file.close)
        file.write(b"hello")
        file.file.flush()
        return [f"--collect.pod-logs={installation.pods}", "--collect.spool.free-bytes-min=1MiB"]

    def test_collect(self):
        installation = self.install()
        self.assert_stops_well_while_probed(installation, ["collect", "--kube.api=off"], *self.collecting(installation))

    def test_collect_while_the_api_does_not_answer(self):
        installation = self.install()
        self.assert_stops_well_while_probed(
            installation, ["collect", "--kube.api=https://127.0.0.1:1", "--kube.node-name=node-1", "--kube.token-file=", "--kube.ca-file="],
            *self.collecting(installation))

    def test_local(self):
        installation = self.install()
        self.assert_stops_well_while_probed(installation, ["local", "--status=off"], *self.collecting(installation))

    def test_process(self):
        installation = self.install()
        self.assert_stopped_well(installation.run(1))  # makes what the processor reads
        self.assert_stops_well_while_probed(installation, ["process", "--mode=sqs"])


if __name__ == "__main__":
    unittest.main()
