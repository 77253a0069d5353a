"""AWS as moto plays it, all services at one address. Says its port on the first line and serves until its
standard input is closed."""
import logging
import sys
import threading

from moto.core.responses import BaseResponse
from moto.server import ThreadedMotoServer

# Moto's queues and tables have no locks: of two threads that write on a condition, or receive, both may win. AWS's do
# not, and neither do ours here. A receive that waits goes unlocked, or nobody could send.
one_at_a_time = threading.Lock()
call_action = BaseResponse.call_action


def call_action_alone(response):
    waits = response.service_name == "sqs" and str(response._get_param("WaitTimeSeconds") or 0) != "0"
    if response.service_name not in ("dynamodb", "sqs") or waits:
        return call_action(response)
    with one_at_a_time:
        return call_action(response)


BaseResponse.call_action = call_action_alone
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
