"""A server of build/peers that runs on Java, on a free port of loopback. Says its port on the first line and
serves until its standard input is closed.   java_server.py elasticmq|dynamodb_local"""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

PEERS = pathlib.Path(__file__).resolve().parent.parent.parent / "build/peers"
STARTS_MAX = 5  # another may take the port between our choosing and its binding
SECONDS_MAX = 60


def elasticmq(folder, port):
    settings = folder / "settings.conf"
    settings.write_text(f"""\
generate-node-address = true
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = "127.0.0.1", sqs-limits = strict }}
rest-stats.enabled = false
""")
    return [f"-Dconfig.file={settings}", "org.elasticmq.server.Main"]


def dynamodb_local(_, port):
    return [f"-Djava.library.path={PEERS}/dynamodb_local", "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
            "-inMemory", "-disableTelemetry", "-port", str(port)]


SERVERS = {"elasticmq": elasticmq, "dynamodb_local": dynamodb_local}


def is_up(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def start(name, folder):
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    with open(folder / "said", "wb") as said:
        process = subprocess.Popen(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{PEERS}/{name}/*",
             *SERVERS[name](folder, port)], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=folder)
    deadline = time.monotonic() + SECONDS_MAX
    while process.poll() is None and time.monotonic() < deadline:
        if is_up(port):
            return process, port
        time.sleep(0.05)
    process.kill()
    process.wait(timeout=60)
    return None, 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as path:
        process = None
        try:
            for _ in range(STARTS_MAX):
                process, port = start(name, pathlib.Path(path))
                if process:
                    print(port, flush=True)
                    sys.stdin.read()
                    return
            sys.exit(f"{name} does not start (tools/peers/{name}.sh installs it):\n" +
                     (pathlib.Path(path) / "said").read_text(errors="replace"))
        finally:
            if process:
                process.kill()
                process.wait(timeout=60)


main()
