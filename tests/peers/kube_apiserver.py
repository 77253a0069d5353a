"""The Kubernetes API server or the etcd it keeps things in, on loopback until stdin is closed; prints the port on a line.
kube_apiserver.py etcd FOLDER            on a free port
kube_apiserver.py api FOLDER ETCD PORT FLAGS...
                                         on a port that the caller holds with SO_REUSEPORT, so that it can start there again

In FOLDER: ca.pem (what clients trust), other-ca.pem (what signed nothing here), admin.token (may do anything)."""
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

BINARY = pathlib.Path(__file__).resolve().parent.parent.parent / "build/peers/kube-apiserver"
SECONDS_MAX = 120
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)


def make_secrets(folder):
    """Authorities, the server's certificate, the key of service accounts' tokens and the administrator's token."""
    for name in ("ca", "other-ca"):
        openssl(folder, "req", "-x509", *EC, "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.pem")
    openssl(folder, "req", *EC, "-subj", "/CN=kube-apiserver", "-keyout", "serving.key", "-out", "serving.csr")
    (folder / "serving.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "serving.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "serving.ext", "-out", "serving.pem")
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "accounts.key")
    token = secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    (folder / "admin.token").write_text(token)


def etcd(folder, port):
    own = f"http://127.0.0.1:{port}"
    peers = "http://127.0.0.1:0"  # there are none
    words = ["etcd", f"--data-dir={folder}/etcd", f"--listen-client-urls={own}", f"--advertise-client-urls={own}",
             f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}",
             f"--initial-cluster=default={peers}", "--socket-reuse-port", "--unsafe-no-fsync"]
    return words, urllib.request.Request(f"{own}/health"), None


def api(folder, port, etcd_port):
    if not (folder / "admin.token").exists():
        make_secrets(folder)
    words = ["kube-apiserver", f"--etcd-servers=http://127.0.0.1:{etcd_port}", "--bind-address=127.0.0.1",
             f"--secure-port={port}", "--permit-port-sharing", "--advertise-address=127.0.0.1",
             "--endpoint-reconciler-type=none", f"--tls-cert-file={folder}/serving.pem",
             f"--tls-private-key-file={folder}/serving.key", f"--token-auth-file={folder}/tokens.csv",
             "--anonymous-auth=false", "--authorization-mode=RBAC", f"--service-account-key-file={folder}/accounts.key",
             f"--service-account-signing-key-file={folder}/accounts.key",
             "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24",
             "--disable-admission-plugins=ServiceAccount"]  # it wants a controller that gives each namespace one
    ready = urllib.request.Request(f"https://127.0.0.1:{port}/readyz", headers={
        "Authorization": "Bearer " + (folder / "admin.token").read_text()})
    return words, ready, ssl.create_default_context(cafile=folder / "ca.pem")


def hold_port():
    """A port that is ours while the socket lives, and that a server which shares ports can listen on."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held


def is_ready(request, trust):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if not BINARY.exists():
        sys.exit("tools/peers/kube_apiserver.sh makes " + str(BINARY))
    held = hold_port() if kind == "etcd" else None
    port = held.getsockname()[1] if held else int(sys.argv[4])
    words, ready, trust = etcd(folder, port) if held else api(folder, port, int(sys.argv[3]))
    said = folder / f"{kind}.log"
    with open(said, "ab") as log:
        process = subprocess.Popen([BINARY, *words, *sys.argv[5:]], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + SECONDS_MAX
        while not is_ready(ready, trust):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{kind} does not start:\n" + said.read_text(errors="replace")[-4000:])
            time.sleep(0.05)
        print(port, flush=True)
        sys.stdin.read()
    finally:
        process.kill()
        process.wait(timeout=60)


main()
