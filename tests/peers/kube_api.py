"""A Kubernetes API that no one here wrote (kmock's emulator), on a free port of loopback until stdin is closed.
Prints the port on a line. Pods posted to it are listed and watched."""
import asyncio
import sys

import kmock


async def main():
    async with kmock.KubernetesEmulator() as api, kmock.Server(api, host="127.0.0.1", port=0) as server:
        api.resources["v1/pods"] = kmock.ResourceInfo(kind="Pod", singular="pod", namespaced=True,
                                                      verbs={"list", "watch"})
        print(server.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
