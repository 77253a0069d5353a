"""A Kubernetes API that no one here wrote (kmock's emulator), on a free port of loopback until stdin is closed.
Prints the port on a line. Pods and namespaces posted to it are listed and watched."""
import asyncio
import sys

import kmock
from kmock._internal import parsing

parse_path = parsing.parse_path


def parse_namespaces_too(path):
    """kmock 0.8 takes the path of namespaces themselves, /api/v1/namespaces[/name], for that of something in one."""
    parts = path.strip("/").split("/")
    if parts[:3] == ["api", "v1", "namespaces"] and len(parts) <= 4:
        return parsing.ParsedPath("", "v1", "namespaces", None, parts[3] if len(parts) == 4 else None, None)
    return parse_path(path)


async def main():
    parsing.parse_path = parse_namespaces_too
    async with kmock.KubernetesEmulator() as api, kmock.Server(api, host="127.0.0.1", port=0) as server:
        for kind, namespaced in (("Pod", True), ("Namespace", False)):
            api.resources[f"v1/{kind.lower()}s"] = kmock.ResourceInfo(
                kind=kind, singular=kind.lower(), namespaced=namespaced, verbs={"list", "watch"})
        print(server.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
