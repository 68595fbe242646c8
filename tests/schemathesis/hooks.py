"""What no schema can say, said to Schemathesis."""

import os
import urllib.parse

import schemathesis

# The account and the token that the run comes with. Were they closed, changed or revoked midway, every later
# answer would be a refusal and prove nothing.
OWN = {"account": os.environ["OWN_ACCOUNT"], "token": os.environ["OWN_TOKEN"]}
NOBODY = 999_999_999


@schemathesis.hook
def before_call(context, case, kwargs):
    spare_the_caller(case)
    give_a_cursor(case)


def spare_the_caller(case):
    """What would change the run's own account or token is asked of one that does not exist."""
    if case.method.upper() in ("DELETE", "PUT"):
        for name, number in OWN.items():
            if str((case.path_parameters or {}).get(name, "")).strip() == number:
                case.path_parameters[name] = NOBODY


def give_a_cursor(case):
    """A cursor is good where its list gave it. In place of one that is made up, valid requests bring the next
    page that the list told of, with its filters, or else none."""
    if is_valid(case) and "cursor" in (case.query or {}):
        following = FOLLOWING.get(address(case))
        if following:
            case.query.clear()
            case.query.update(following)
        else:
            del case.query["cursor"]


# The query of the next page, by the address of the list.
FOLLOWING = {}


@schemathesis.hook
def after_call(context, case, response):
    link = response.headers.get("link", [""])[0]
    if link.endswith('rel="next"'):
        query = urllib.parse.urlsplit(link[1 : link.index(">")]).query
        FOLLOWING[address(case)] = urllib.parse.parse_qs(query)


def address(case):
    return case.operation.label, str(case.path_parameters)


def is_valid(case):
    return case.meta is not None and case.meta.generation.mode.is_positive
