"""`headgate collect` runs as a pod of its DaemonSet. There are kube-apiserver and etcd as others wrote them, its address in the
environment, a service account's token and the authorities in files, and rights to list and watch pods and namespaces, no others.
"""

import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import unittest
import urllib.request

from harness import BINARY, CriFile, EndToEndTest, read_object

SERVER = pathlib.Path(__file__).resolve().parents[1] / "peers/kube_apiserver.py"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.held = socket.socket()  # the port is ours until the server, which shares ports, listens on it
        self.held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.held.bind(("127.0.0.1", 0))
        self.port = self.held.getsockname()[1]
        self.processes = []
        etcd = self.serve("etcd", folder)
        self.serve("api", folder, etcd, self.port)
        self.ca_file = folder / "ca.pem"
        self.trust = ssl.create_default_context(cafile=self.ca_file)

    def serve(self, *words):
        process = subprocess.Popen([sys.executable, "-B", SERVER, *map(str, words)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        port = process.stdout.readline().strip()
        if not port:
            raise AssertionError(f"{words[0]} does not start; tools/peers.sh makes build/peers/kube-apiserver")
        return port

    def stop(self):
        for process in reversed(self.processes):
            process.communicate("", timeout=60)
        self.held.close()

    def ask(self, method, path, document):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", json.dumps(document).encode(), method=method,
                                         headers={"Content-Type": kind, "Authorization": "Bearer "
                                                  + (self.folder / "admin.token").read_text()})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.trust))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def make_agents_token(self):
        """Of an account with the rights that src/kube/README.md names."""
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "headgate"}})
        self.ask("POST", "/api/v1/namespaces/headgate/serviceaccounts", {"metadata": {"name": "agent"}})
        self.ask("POST", f"{RBAC}/clusterroles", {"metadata": {"name": "agent"}, "rules": [
            {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["list", "watch"]}]})
        self.ask("POST", f"{RBAC}/clusterrolebindings", {
            "metadata": {"name": "agent"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "agent"},
            "subjects": [{"kind": "ServiceAccount", "namespace": "headgate", "name": "agent"}]})
        return self.ask("POST", "/api/v1/namespaces/headgate/serviceaccounts/agent/token",
                        {"spec": {"expirationSeconds": 3600}})["status"]["token"]


class PodFile(CriFile):
    """A log file of a pod with the uid that the API gave it."""

    def __init__(self, pods, made, container="main"):
        about = made["metadata"]
        self.about = about
        self.open(pods / f"{about['namespace']}_{about['name']}_{about['uid']}" / container)

    def say(self, message):
        self.write(message)
        self.file.flush()


class CollectInAClusterTest(EndToEndTest):
    def setUp(self):
        self.installation = self.install()
        folder = self.installation.path / "cluster"
        folder.mkdir()
        self.cluster = Cluster(folder)
        self.addCleanup(self.cluster.stop)
        account = self.installation.path / "account"
        account.mkdir()
        (account / "token").write_text(self.cluster.make_agents_token())
        (account / "ca.crt").write_bytes(self.cluster.ca_file.read_bytes())
        self.account = account

    def add_namespace(self, name, **labels):
        self.cluster.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})

    def change_namespace(self, name, **labels):
        self.cluster.ask("PATCH", f"/api/v1/namespaces/{name}", {"metadata": {"labels": labels}})

    def pod(self, namespace, name, node="node-1", **metadata):
        made = self.cluster.ask("POST", f"/api/v1/namespaces/{namespace}/pods", {
            "metadata": {"name": name, **metadata},
            "spec": {"nodeName": node, "containers": [{"name": "main", "image": "none"}]}})
        file = PodFile(self.installation.pods, made)
        self.addCleanup(file.close)
        return file

    def change(self, file, **metadata):
        self.cluster.ask("PATCH", f"/api/v1/namespaces/{file.about['namespace']}/pods/{file.about['name']}",
                         {"metadata": metadata})

    def end_container(self, file):
        self.cluster.ask("PATCH", f"/api/v1/namespaces/{file.about['namespace']}/pods/{file.about['name']}/status", {"status": {
            "containerStatuses": [{"name": "main", "image": "none", "imageID": "", "ready": False, "restartCount": 0,
                                   "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}})

    def delete_pod(self, file):
        self.cluster.ask("DELETE", f"/api/v1/namespaces/{file.about['namespace']}/pods/{file.about['name']}", {"gracePeriodSeconds": 0})

    def agent(self, *flags):
        environment = {**os.environ, "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.cluster.port)}
        process = subprocess.Popen(
            [BINARY, "collect", "--log.format=json", "--metrics.listen=127.0.0.1:0", f"--collect.pod-logs={self.installation.pods}",
             f"--local.root={self.installation.root}", "--collect.batch.age-max=1s", "--collect.scan-interval=100ms",
             "--collect.spool.free-bytes-min=1MiB", "--cluster-id=cluster-1", "--kube.node-name=node-1",
             "--kube.namespace-selector=wanted=yes", "--kube.tenant-label=team",
             "--key.template={tenant}/{namespace}/{application}/{pod_name}/{file}",
             f"--kube.token-file={self.account / 'token'}", f"--kube.ca-file={self.account / 'ca.crt'}", *flags],
            stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(process.kill)
        for line in process.stderr:
            if "collect_started" in line:
                self.metrics_url = f"http://{json.loads(line)['metrics']}/metrics"
                return process
        self.fail("it has ended")

    def metric(self, name):
        with urllib.request.urlopen(self.metrics_url, timeout=10) as answer:
            return float(re.search(rf"^{name} (.*)$", answer.read().decode(), re.MULTILINE).group(1))

    def records(self):
        """tenant/namespace/application/pod -> messages in the store, which are as its records say too"""
        found = {}
        for path in sorted(self.installation.stored_keys()):
            key = path.relative_to(self.installation.root / "store" / "central").parts[:-1]
            for record in read_object(path):
                self.assertEqual((record["namespace"], record["application"], record["pod_name"]), key[1:])
                found.setdefault("/".join(key), []).append(record["message"])
        return {key: sorted(messages) for key, messages in found.items()}

    def await_that(self, condition, what):
        super().await_that(condition, lambda: f"{what}; there is {self.records()}")

    def test_collects_what_the_api_says_and_sees_changes(self):
        self.add_namespace("shop", wanted="yes", team="sellers")
        self.add_namespace("other")
        web = self.pod("shop", "web-0", labels={"app": "web", "team": "thieves"})
        noisy = self.pod("shop", "noisy-0", labels={"app": "noisy"})
        elsewhere = self.pod("other", "api-0", labels={"app": "api"})
        quiet = self.pod("shop", "quiet-0", annotations={"headgate.io/exclude": "true"})
        for file in (web, noisy, elsewhere, quiet):
            file.say(b"first")
        agent = self.agent()
        wanted = {"sellers/shop/web/web-0": ["first"], "sellers/shop/noisy/noisy-0": ["first"]}
        self.await_that(lambda: self.records() == wanted, "the first lines of two pods")

        self.change(noisy, annotations={"headgate.io/exclude": "true"})
        self.change(web, labels={"app": "shop-front"})
        self.change_namespace("other", wanted="yes")
        wanted["other/other/api/api-0"] = ["first"]
        self.await_that(lambda: self.records() == wanted and self.metric("headgate_collect_containers") == 2,
                        "the pod of a namespace that is wanted now, and that noisy-0 is left")
        noisy.say(b"while it is excluded")
        web.say(b"second")
        wanted["sellers/shop/shop-front/web-0"] = ["second"]
        self.await_that(lambda: self.records() == wanted, "lines by the new label")

        self.change(noisy, annotations={"headgate.io/exclude": None})
        self.await_that(lambda: self.metric("headgate_collect_containers") == 3, "noisy-0 to be followed again")
        noisy.say(b"third")
        self.change_namespace("shop", team="buyers")
        self.await_that(lambda: sum("third" in messages for messages in self.records().values()) == 1, "the line after it")
        late = self.pod("shop", "late-0", labels={"app": "late"})
        late.say(b"of another team")
        self.await_that(lambda: self.records().get("buyers/shop/late/late-0") == ["of another team"], "lines by the namespace's new label")
        agent.terminate()
        _, complaints = agent.communicate(timeout=60)
        self.assertEqual(agent.returncode, 0, complaints)
        everything = [message for messages in self.records().values() for message in messages]
        self.assertEqual(sorted(everything), ["first"] * 3 + ["of another team", "second", "third"])
        self.assertFalse([key for key in self.records() if key.startswith("thieves")])

    def test_an_ended_containers_unended_line_is_collected(self):
        self.add_namespace("shop", wanted="yes", team="sellers")
        job = self.pod("shop", "job-0", labels={"app": "job"})
        living = self.pod("shop", "web-0", labels={"app": "web"})
        for file in (job, living):
            file.say(b"first")
            file.file.write(b"2025-08-30T11:27:01.000000001Z stdout P last words\n")
            file.file.write(b"2025-08-30T11:27:01.000000002Z stderr F cut in the mid")
            file.file.flush()
        agent = self.agent("--collect.record-wait-max=1h")
        wanted = {"sellers/shop/job/job-0": ["first"], "sellers/shop/web/web-0": ["first"]}
        self.await_that(lambda: self.records() == wanted, "the first lines")
        self.assert_stays(lambda: self.records() == wanted, 8, "the open records are not stored")
        self.end_container(job)
        wanted["sellers/shop/job/job-0"] = ["cut in the mid", "first", "last words"]
        self.await_that(lambda: self.records() == wanted, "the last words of the container that ended")
        late = self.pod("shop", "late-0", labels={"app": "late"})
        self.end_container(late)
        late.file.write(b"2025-08-30T11:27:01.000000001Z stdout P last words\n")
        late.file.flush()
        wanted["sellers/shop/late/late-0"] = ["last words"]
        self.await_that(lambda: self.records() == wanted, "the last words of one that ended before its log was seen")
        agent.kill()
        agent.communicate(timeout=60)
        agent = self.agent("--collect.record-wait-max=1h")
        self.assert_stays(lambda: self.records() == wanted, 8, "nothing is stored twice")
        agent.kill()
        agent.communicate(timeout=60)
        self.assertEqual(self.records(), wanted, "nothing twice")

    def test_a_namespace_without_its_label_is_left_alone(self):
        self.add_namespace("shop", wanted="yes")
        web = self.pod("shop", "web-0", labels={"app": "web"})
        ended = self.pod("shop", "ended-0", labels={"app": "ended"})
        web.say(b"first")
        agent = self.agent("--kube.pod-wait-max=0s")
        self.await_that(lambda: self.metric("headgate_collect_containers") == 2 and self.records(), "the first line")
        self.change_namespace("shop", wanted=None)
        self.await_that(lambda: self.metric("headgate_collect_containers") == 0, "that nothing of it is followed")
        late = self.pod("shop", "late-0", labels={"app": "late"})
        unknown = CriFile(self.installation.pods, "shop", "unknown-0")
        self.addCleanup(unknown.close)
        unknown.write(b"never")
        unknown.file.flush()
        for file in (web, ended, late):
            file.say(b"never")
            self.delete_pod(file)
        # Thirty rounds of the agent.
        self.assert_stays(lambda: self.records() == {"shop/shop/web/web-0": ["first"]}, 3, "nothing of it is collected")
        agent.terminate()
        agent.communicate(timeout=60)
        self.assertEqual(self.records(), {"shop/shop/web/web-0": ["first"]})
#The same for an agent that learns of it only when it starts.
        self.change_namespace("shop", wanted="yes")
        again = self.pod("shop", "again-0", labels={"app": "again"})
        again.say(b"second")
        agent = self.agent()
        self.await_that(lambda: "second" in self.records().get("shop/shop/again/again-0", []), "a line of it")
        agent.terminate()
        agent.communicate(timeout=60)
        self.change_namespace("shop", wanted=None)
        again.say(b"while no agent ran")
        agent = self.agent()
        self.await_that(lambda: self.metric("headgate_kube_watch_connected{resource=.namespaces.}") == 1, "the API")
        again.say(b"later")
        self.assert_stays(lambda: "later" not in str(self.records()), 2, "nothing of it is collected")
        agent.terminate()
        agent.communicate(timeout=60)
        messages = [message for found in self.records().values() for message in found]
        self.assertFalse([message for message in messages if message in ("while no agent ran", "later")], messages)


if __name__ == "__main__":
    unittest.main()
