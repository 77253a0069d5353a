"""S3Proxy, which checks signatures, over a file system in memory. Says its port on the first line and serves
until its standard input is closed. With a PKCS #12 file, which opens with PASSWORD, it speaks TLS alone.
    s3proxy.py ACCESS_KEY SECRET_KEY [FILE]"""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

JARS = pathlib.Path(__file__).resolve().parent.parent.parent / "build/peers/s3proxy"
STARTS_MAX = 5  # another may take the port between our choosing and its binding
SECONDS_MAX = 60


def is_up(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


PASSWORD = "password"


def start(folder, access_key, secret_key, keystore=None):
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    endpoint = f"s3proxy.endpoint=http://127.0.0.1:{port}"
    if keystore:
        endpoint = (f"s3proxy.secure-endpoint=https://127.0.0.1:{port}\ns3proxy.keystore-path={keystore}\n"
                    f"s3proxy.keystore-password={PASSWORD}")
    settings = folder / "settings"
    settings.write_text(f"""\
{endpoint}
s3proxy.authorization=aws-v4
s3proxy.identity={access_key}
s3proxy.credential={secret_key}
s3proxy.ignore-unknown-headers=true
jclouds.provider=transient-nio2
jclouds.identity=none
jclouds.credential=none
""")
    (folder / "logback.xml").write_text('<configuration><root level="OFF"/></configuration>')
    process = subprocess.Popen(
        ["java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         f"-Dlogback.configurationFile={folder}/logback.xml", "-cp", f"{JARS}/*", "org.gaul.s3proxy.Main",
         "--properties", str(settings)], stdin=subprocess.DEVNULL, stdout=sys.stderr)
    deadline = time.monotonic() + SECONDS_MAX
    while process.poll() is None and time.monotonic() < deadline:
        if is_up(port):
            return process, port
        time.sleep(0.05)
    process.kill()
    return None, 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as name:
        process = None
        try:
            for _ in range(STARTS_MAX):
                process, port = start(pathlib.Path(name), *sys.argv[1:])
                if process:
                    print(port, flush=True)
                    sys.stdin.read()
                    return
            sys.exit("S3Proxy does not start; tools/peers/s3proxy.sh installs it")
        finally:
            if process:
                process.kill()
                process.wait(timeout=60)


main()
