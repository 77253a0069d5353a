"""AWS as moto plays it, all services at one address. Says its port on the first line and serves until its
standard input is closed."""
import json
import logging
import sys
import threading

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import BaseResponse
from moto.iam.access_control import IAMRequestBase
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.server import ThreadedMotoServer
from moto.utilities.utils import get_partition

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


# Moto asks no role of another account whom it trusts, and takes a missing external id for the right one. AWS does neither,
# and wants leave for session tags and a source identity besides.
def is_trusted(principals, given, statement):
    wanted = statement.get("Condition", {})
    named = statement["Principal"]["AWS"]
    is_named = bool(principals & {named} if isinstance(named, str) else principals & set(named))
    return is_named and all(operator == "StringEquals" and all(given.get(key) == value for key, value in keys.items())
                            for operator, keys in wanted.items())


def trusts(request, role_arn):
    account = role_arn.split(":")[4]
    try:
        role = iam_backends[account][get_partition(request._region)].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    asks = request._access_key.arn
    principals = {asks}
    if ":assumed-role/" in asks:
        principals.add(f"arn:aws:iam::{asks.split(':')[4]}:role/{asks.split('/')[1]}")
    given = {"sts:ExternalId": request._data["ExternalId"][0]} if "ExternalId" in request._data else {}
    statements = json.loads(role.assume_role_policy_document)["Statement"]
    allowed = {action for statement in statements if is_trusted(principals, given, statement)
               for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])}
    wanted = {"sts:AssumeRole": True, "sts:TagSession": any(name.startswith("Tags.") for name in request._data),
              "sts:SetSourceIdentity": "SourceIdentity" in request._data}
    for action, is_wanted in wanted.items():
        if is_wanted and action not in allowed:
            raise AccessDeniedError(user_arn=asks, action=action)
    return True


IAMRequestBase._is_assuming_role_operation = lambda request, arn: request._action == "sts:AssumeRole" and ":role/" in arn
IAMRequestBase._check_role_trust_relationship = trusts
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
