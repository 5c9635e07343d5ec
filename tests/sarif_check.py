# SPDX-License-Identifier: MIT
#
# sarif_check.py FILE...: is it SARIF 2.1.0 as reclaimdep means to write it? Every property has to be one of
# those named here, with its type; what must be there is; indexes, ids and addresses point to something.
import json
import re
import sys

TEXT = {"text": str}
ARTIFACT = {"uri": str, "uriBaseId?": str}
LOCATION = {
    "physicalLocation?": {"artifactLocation": ARTIFACT, "region?": {"startLine": int},
                          "address?": {"relativeAddress": int, "kind": str}},
    "logicalLocations?": [{"name": str, "kind": str}],
    "message?": TEXT,
}
STEP = {
    "location": LOCATION,
    "stack?": {"frames": [{"location": LOCATION, "module?": str, "threadId?": int}]},
    "kinds": [str], "executionOrder?": int, "importance": str,
}
NOTE = {"level": str, "message": TEXT}
LOG = {
    "$schema": str, "version": str,
    "runs": [{
        "tool": {"driver": {
            "name": str, "version": str, "semanticVersion": str, "shortDescription": TEXT,
            "rules": [{"id": str, "shortDescription": TEXT, "fullDescription": TEXT,
                       "help": {"text": str, "markdown": str}, "defaultConfiguration": {"level": str},
                       "properties": {"tags": [str], "precision": str}}]}},
        "invocations": [{"executionSuccessful": bool, "exitCodeDescription?": str, "processId?": int,
                         "startTimeUtc?": str, "commandLine?": str, "executableLocation?": ARTIFACT,
                         "toolExecutionNotifications?": [NOTE]}],
        "originalUriBaseIds": {"SRCROOT": {"uri": str}},
        "columnKind": str,
        "results": [{
            "ruleId": str, "ruleIndex": int, "level": str, "message": TEXT, "locations": [LOCATION],
            "partialFingerprints": {"reclaimdep/v1": str, "primaryLocationLineHash": str},
            "codeFlows?": [{"message?": TEXT, "threadFlows": [{"id": str, "message": TEXT, "locations": [STEP]}]}],
            "suppressions?": [{"kind": str, "justification": str}], "baselineState?": str, "occurrenceCount": int,
            "properties": {"verdict": str, "suppression": str, "program": str, "pid": int, "processCount": int}}],
    }],
}
bad = 0


def wrong(where, what):
    global bad
    bad += 1
    print(f"{where}: {what}")


def check(where, value, shape):
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return wrong(where, "no object")
        known = {k.rstrip("?"): k for k in shape}
        for k in value:
            if k not in known:
                wrong(where, f"{k} is not described")
        for name, k in known.items():
            if name in value:
                check(f"{where}/{name}", value[name], shape[k])
            elif not k.endswith("?"):
                wrong(where, f"{name} is missing")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            return wrong(where, "no array")
        for i, v in enumerate(value):
            check(f"{where}/{i}", v, shape[0])
    elif not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
        wrong(where, f"no {shape.__name__}")


def addresses(where, value, bases):
    if isinstance(value, list):
        for i, v in enumerate(value):
            addresses(f"{where}/{i}", v, bases)
    if not isinstance(value, dict):
        return
    for k, v in value.items():
        addresses(f"{where}/{k}", v, bases)
    uri = value.get("uri")
    if uri is None:
        return
    if not re.fullmatch(r"(file://)?([A-Za-z0-9/._~+,=@-]|%[0-9A-F]{2})+", uri):
        wrong(where, f"no URI: {uri}")
    if "uriBaseId" in value:
        if value["uriBaseId"] not in bases:
            wrong(where, "an unknown base")
        if uri.startswith(("/", "file:")) or ".." in uri.split("/"):
            wrong(where, f"not relative: {uri}")
    elif uri.startswith("/") or ".." in uri.split("/"):
        wrong(where, f"neither absolute nor relative: {uri}")


def check_run(where, run):
    rules = run["tool"]["driver"]["rules"]
    if len({r["id"] for r in rules}) != len(rules):
        wrong(where, "a rule is there twice")
    for r in rules:
        if not re.fullmatch(r"[a-z][a-z-]*", r["id"]) or len(r["properties"]["tags"]) > 10:
            wrong(where, f"rule {r['id']}")
    seen = set()
    for i, r in enumerate(run["results"]):
        at = f"{where}/results/{i}"
        if not 0 <= r["ruleIndex"] < len(rules) or rules[r["ruleIndex"]]["id"] != r["ruleId"]:
            wrong(at, "ruleIndex is another rule's")
        if r["level"] not in ("error", "warning", "note"):
            wrong(at, "level")
        if len(r["locations"]) != 1 or "physicalLocation" not in r["locations"][0]:
            wrong(at, "no one place")
        mark = r["partialFingerprints"]["reclaimdep/v1"]
        if not re.fullmatch(r"[0-9a-f]{16}", mark) or mark in seen:
            wrong(at, f"fingerprint {mark}")
        seen.add(mark)
        for flow in r.get("codeFlows", []):
            threads = [t["id"] for t in flow["threadFlows"]]
            steps = sum(len(t["locations"]) for t in flow["threadFlows"])
            if len(set(threads)) != len(threads) or not threads:
                wrong(at, "a thread has two flows, or there is none")
            if not all(t["locations"] for t in flow["threadFlows"]) or steps > 1000:
                wrong(at, "steps")
    levels = {"error": 0, "warning": 1, "note": 2}
    order = [("suppressions" in r or r.get("baselineState") == "unchanged", levels[r["level"]])
             for r in run["results"]]
    if order != sorted(order) or len(order) > 25000:
        wrong(where, "the heaviest do not come first")
    base = run["originalUriBaseIds"]["SRCROOT"]["uri"]
    if not base.startswith("file:///") or not base.endswith("/"):
        wrong(where, "the base is no directory")


for name in sys.argv[1:]:
    data = open(name, "rb").read()
    log = json.loads(data.decode())
    check(name, log, LOG)
    if len(data) > 10 << 20 or log["version"] != "2.1.0" or len(log["runs"]) != 1:
        wrong(name, "version, runs or size")
    for run in log["runs"]:
        addresses(name, run, run["originalUriBaseIds"])
        if not bad:
            check_run(name, run)
sys.exit(bad > 0)
