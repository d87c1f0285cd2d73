"""What may go wrong with a request, and how it is chosen.

A rule is a JSON object:
  kind      one of KINDS, below
  chance    of a request that it fits; 1 when it is not given. One draw decides over all rules, so chances add up
  count     how often at most
  skip      of the requests that it fits, so many go through first
  method    a regular expression for the whole method
  path      a regular expression for some of path and query
  min_body  bytes that the request's body has at least
and for kind "answer": status, code (S3's, in an XML body), or body and type.
"""

import re

KINDS = {
    "slow_down": "503 SlowDown, as S3 says it; nothing is forwarded",
    "reset": "the connection is reset after a random share of the body",
    "false_success": "200 whose body is an S3 error; nothing is forwarded",
    "lose": "forwarded and answered, but the connection is reset before the answer",
    "flip": "one random bit of the body is another one upstream",
    "flip_answer": "one random bit of the answer's body is another one here",
    "answer": "an answer of the rule's own; nothing is forwarded",
}


class Rule:
    def __init__(self, description):
        self.kind = description["kind"]
        if self.kind not in KINDS:
            raise ValueError(f"no such kind: {self.kind}; there are {', '.join(KINDS)}")
        self.description = description
        self.chance = description.get("chance", 1)
        self.left = description.get("count", float("inf"))
        self.skip = description.get("skip", 0)
        self.method = re.compile(description.get("method", ".*"))
        self.path = re.compile(description.get("path", ""))
        self.min_body = description.get("min_body", 0)

    def fits(self, request):
        return (self.left > 0 and self.method.fullmatch(request.method) and self.path.search(request.target)
                and request.length() >= self.min_body)


class Faults:
    def __init__(self, chance):
        self._chance = chance
        self._rules = []
        self.done = {}

    def replace(self, descriptions):
        self._rules = [Rule(description) for description in descriptions]

    def choose(self, request):
        """The rule that this request falls under, or None."""
        draw, reached = self._chance.random(), 0
        for rule in self._rules:
            if not rule.fits(request):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            reached += rule.chance
            if draw < reached:
                rule.left -= 1
                self.done[rule.kind] = self.done.get(rule.kind, 0) + 1
                return rule
        return None


def error_body(code, message):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
            f"<RequestId>fault-proxy</RequestId></Error>").encode()


def answer_of(rule):
    """Status, content type and body of an answer that the upstream never gave."""
    told = rule.description
    if rule.kind == "slow_down":
        return 503, "application/xml", error_body("SlowDown", "Please reduce your request rate.")
    if rule.kind == "false_success":
        return 200, "application/xml", error_body("InternalError", "We encountered an internal error. Please try again.")
    if "code" in told:
        return told["status"], "application/xml", error_body(told["code"], told.get("message", told["code"]))
    return told["status"], told.get("type", "text/plain"), told.get("body", "").encode()
