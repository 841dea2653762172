"""Judges calls to AWS, one JSON object a line in, one out, until the input ends.

in:  {"region", "service", "operation", "params", "act": true unless the call is only to be read}
out: {"faults": [...], "response": ..., "by": ["model", "emulator"]}

The faults are of botocore's service model, whose limits botocore's own client leaves to the service (enum, pattern,
length, range), and of moto, which keeps the state of one account in this process. "by" tells who judged: the model has
every operation, moto not.
"""

import datetime
import json
import re
import sys

import boto3
import botocore.session
from botocore.exceptions import ClientError, ParamValidationError
from botocore import xform_name
from moto import mock_aws

SESSION = botocore.session.get_session()
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
LENGTHS = {"string": "characters", "list": "items", "map": "entries", "blob": "bytes"}


def limits(shape, value, path):
    """What a value breaks of the limits that its shape's model states."""
    meta = shape.metadata
    size = len(value) if shape.type_name in LENGTHS else value
    what = LENGTHS.get(shape.type_name, "")
    if "min" in meta and size < meta["min"]:
        yield f"{path}: {size} {what} is less than {meta['min']}"
    if "max" in meta and size > meta["max"]:
        yield f"{path}: {size} {what} is more than {meta['max']}"
    if shape.type_name != "string":
        return
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value} is none of {', '.join(shape.enum)}"
    pattern = meta.get("pattern")
    if pattern:
        try:
            if not re.fullmatch(pattern, value):
                yield f"{path}: {value} does not match {pattern}"
        except re.error:
            # A few patterns use classes that this language does not know, such as \p{L}.
            pass


def faults_of(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: an object is wanted"
            return
        for name in shape.required_members:
            if name not in value:
                yield f"{path}: {name} is required"
        for name, inner in value.items():
            member = shape.members.get(name)
            if member is None:
                yield f"{path}: there is no {name}"
            else:
                yield from faults_of(member, inner, f"{path}.{name}")
        return
    if kind == "list":
        if not isinstance(value, list):
            yield f"{path}: a list is wanted"
            return
        yield from limits(shape, value, path)
        for index, inner in enumerate(value):
            yield from faults_of(shape.member, inner, f"{path}[{index}]")
        return
    if kind == "map":
        yield from limits(shape, value, path)
        for key, inner in value.items():
            yield from faults_of(shape.key, key, f"{path}.{key}")
            yield from faults_of(shape.value, inner, f"{path}.{key}")
        return
    wanted = {"string": str, "integer": int, "long": int, "boolean": bool, "float": (int, float), "double": (int, float)}
    expected = wanted.get(kind)
    if expected is not None and (not isinstance(value, expected) or (expected is int and isinstance(value, bool))):
        yield f"{path}: {value!r} is no {kind}"
        return
    if kind != "boolean":
        yield from limits(shape, value, path)


CLIENTS = {}


def client_of(service, region):
    key = (service, region)
    if key not in CLIENTS:
        CLIENTS[key] = boto3.client(service, region_name=region, **CREDENTIALS)
    return CLIENTS[key]


def judge(call):
    service, operation, params = call["service"], call["operation"], call["params"]
    model = SESSION.get_service_model(service).operation_model(operation)
    faults = list(faults_of(model.input_shape, params, operation)) if model.input_shape else []
    answer = {"faults": faults, "by": ["model"]}
    if faults or not call.get("act", True):
        return answer
    try:
        response = getattr(client_of(service, call["region"]), xform_name(operation))(**params)
        response.pop("ResponseMetadata", None)
        return {**answer, "response": response, "by": ["model", "emulator"]}
    except NotImplementedError:
        return answer
    except ParamValidationError as refused:
        return {**answer, "faults": [f"{operation}: {refused}"]}
    except ClientError as refused:
        error = refused.response["Error"]
        if error["Code"] in ("404", "501") or "not been implemented" in error["Message"]:
            return answer
        return {**answer, "faults": [f"{operation}: {error['Code']}: {error['Message']}"], "by": ["model", "emulator"]}


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)


with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
    for line in sys.stdin:
        try:
            answer = judge(json.loads(line))
        except Exception as broken:  # the caller is told, with what it asked
            answer = {"broken": f"{type(broken).__name__}: {broken}"}
        print(json.dumps(answer, default=plain), flush=True)
