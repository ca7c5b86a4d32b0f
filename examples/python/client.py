"""A client of the API that passes `oauthconform client --command 'python3 examples/python/client.py'`.

It needs Python 3.9 and no packages. docs/certifying-clients.md describes the tasks; each is a function below.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import secrets
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal

BASE = os.environ.get("OAUTH_BASE_URL", "")
V1 = os.environ.get("OAUTH_V1_BASE_URL", "")
GIVEN = json.loads(os.environ.get("OAUTH_TASK_JSON", "{}"))
MOST_TRIES = 5


class Lost(Exception):
    """Nobody knows whether the request was carried out."""


class Refused(Exception):
    """The server answered, and it is no success."""

    def __init__(self, status, code):
        super().__init__(f"refused with {status}, error {code}")
        self.status, self.code = status, code


def basic():
    pair = f"{os.environ['OAUTH_EMAIL']}:{os.environ['OAUTH_API_KEY']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def bearer(token):
    return "Bearer " + token


def once(method, url, authorization, body, kind):
    """Sends a request once. http.client follows no redirects: what is sent here is meant for this host."""
    parts = urllib.parse.urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname, parts.port, timeout=GIVEN.get("patience", 60))
    headers = {}
    if authorization:
        headers["Authorization"] = authorization
    if kind:
        headers["Content-Type"] = kind
    try:
        connection.request(method, (parts.path or "/") + ("?" + parts.query if parts.query else ""), body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Lost(type(error).__name__) from None  # never the address: it may hold a token
    finally:
        connection.close()


def ask(method, url, authorization=None, body=None, form=None):
    """Sends a request, and again where that is safe: a GET that failed, and what the server says it has not carried out."""
    text, kind = None, None
    if form is not None:
        text, kind = urllib.parse.urlencode(form), "application/x-www-form-urlencoded"
    elif body is not None:
        text, kind = json.dumps(body), "application/json"
    pause = 0.05
    for attempt in range(1, MOST_TRIES + 1):
        after = 0
        try:
            status, headers, answer = once(method, url, authorization, text, kind)
        except Lost:
            if method != "GET" or attempt == MOST_TRIES:
                raise
        else:
            after = int(headers.get("Retry-After") or 0)
            not_done = status == 429 or (status == 503 and after > 0)
            if attempt == MOST_TRIES or not (not_done or (method == "GET" and status >= 500)):
                return status, headers, answer
        time.sleep(after or pause)
        pause *= 2


def read(answered):
    """Returns the JSON of a success, None for 204, and raises Refused for everything else. Gateways send no JSON."""
    status, _, text = answered
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError:
        value = None
    if not 200 <= status <= 299:
        raise Refused(status, value.get("error") if isinstance(value, dict) else None)
    if status != 204 and value is None:
        raise ValueError("the answer is no JSON")
    return value


def single(value):
    """A token comes bare, under data, or as both."""
    return value["data"] if isinstance(value.get("data"), dict) else value


def read_list():
    tokens, skip = {}, 0
    while True:
        page = read(ask("GET", f"{BASE}/tokens?limit=100&skip={skip}", basic()))["data"]
        if not page:
            return list(tokens.values())
        tokens.update((token["token"], token) for token in page)
        skip += len(page)  # a short page is not the last one


def list_at_rest():
    """Reads until two readings agree: entries move while others go."""
    before = read_list()
    for _ in range(MOST_TRIES):
        now = read_list()
        if [token["token"] for token in now] == [token["token"] for token in before]:
            return now
        before = now
    raise RuntimeError("the list does not come to rest")


def create(name, scopes):
    """Makes a token. Where the answer is lost it looks before it tries again."""
    for _ in range(MOST_TRIES):
        try:
            return single(read(ask("POST", BASE + "/tokens", basic(), {"name": name, "scopes": scopes})))
        except Lost:
            for token in list_at_rest():
                if token["name"] == name:
                    return token
    raise Lost("no answer")


def create_token():
    token = create(GIVEN["name"], GIVEN["scopes"])
    return {"name": token["name"], "scopes": token["scopes"]}


def list_all_tokens():
    return {"names": [token["name"] for token in list_at_rest()]}


def read_wallet():
    return {"credit": read(ask("GET", BASE + "/wallet", basic()))["data"]["credit"]}


def read_subscriptions():
    subscriptions = read(ask("GET", BASE + "/subscriptions", basic()))["data"]
    return {"available": sum(int(one["availableRequests"]) for one in subscriptions)}


def read_callbacks():
    callbacks = read(ask("GET", BASE + "/callbacks", basic()))["data"]
    pending = sum(one["completedAt"] is None for one in callbacks)
    return {"pending": pending, "completed": len(callbacks) - pending}


def read_statistics():
    date = "-".join([str(GIVEN["year"])] + [f"{GIVEN[part]:02d}" for part in ("month", "day") if part in GIVEN])
    return {"totalRequests": read(ask("GET", f"{BASE}/stats?date={date}", basic()))["data"]["totalRequests"]}


def call_paid_service():
    def transactions():
        return len(read(ask("GET", BASE + "/wallet/transactions", basic()))["data"])

    before = transactions()
    try:
        read(ask(GIVEN["method"], GIVEN["url"], bearer(GIVEN["token"]), GIVEN.get("body")))
    except Lost:
        return {"outcome": "ok" if transactions() > before else "unknown"}
    except Refused as refused:
        outcomes = {402: "payment-required", 401: "unauthorized"}
        if refused.status not in outcomes:
            raise
        return {"outcome": outcomes[refused.status], "error": refused.code}
    return {"outcome": "ok"}


def rotate_token():
    def rotate(_):
        try:
            return single(read(ask("PATCH", f"{BASE}/tokens/{GIVEN['token']}", bearer(GIVEN["refreshToken"]), {})))
        except (Lost, Refused) as error:
            return error

    count = GIVEN.get("atOnce", 1)
    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(rotate, range(count)))
    won = [result for result in results if isinstance(result, dict)]
    if not won:
        raise results[0]
    read(ask("GET", GIVEN["url"], bearer(won[0]["token"])))
    return {"rotated": True}


def keep_token_fresh():
    def replacement():
        return create("replacement", GIVEN["scopes"])["token"]

    def instant(text):
        return datetime.fromisoformat(text.replace("Z", "+00:00"))

    token = GIVEN["token"] if instant(GIVEN["now"]) < instant(GIVEN["expireAt"]) else replacement()
    done = 0
    while done < GIVEN["calls"]:
        answered = ask("GET", GIVEN["url"], bearer(token))
        if answered[0] == 401 and token == GIVEN["token"]:
            token = replacement()
            continue
        read(answered)
        done += 1
    return {"calls": done}


def receive_callback():
    accepted, received = [], 0

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            nonlocal received
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            right = "sha256=" + hmac.new(GIVEN["secret"].encode(), body, hashlib.sha256).hexdigest()
            signed = hmac.compare_digest(right, self.headers.get("X-Webhook-Signature") or "")
            if signed:
                callback = json.loads(body)["id"]
                if callback not in accepted:
                    accepted.append(callback)
            received += 1
            self.send_response(200 if signed else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    host, _, port = GIVEN["listen"].rpartition(":")
    with http.server.HTTPServer((host, int(port)), Hook) as server:
        while received < GIVEN["requests"]:
            server.handle_request()
    return {"accepted": accepted}


def list_v1():
    """The tokens by version 1; 204 means that there are none."""
    old = read(ask("GET", V1 + "/token", basic()))
    return old["data"] if old else []


def create_token_v1():
    for _ in range(MOST_TRIES):
        try:
            made = read(ask("POST", V1 + "/token", basic(), {"scopes": GIVEN["scopes"], "ttl": GIVEN["ttl"]}))
            return {"scopes": made["scopes"]}
        except Lost:
            # Tokens of version 1 have no names: one with these scopes will do.
            for token in list_v1():
                if token["scopes"] == GIVEN["scopes"]:
                    return {"scopes": token["scopes"]}
    raise Lost("no answer")


def list_tokens_v1():
    return {"count": len(list_v1())}


def read_counters_v1():
    date = f"{GIVEN['year']}-{GIVEN['month']:02d}-{GIVEN['day']:02d}"
    return {"scopes": len(read(ask("GET", f"{V1}/counters/day/{date}", basic()))["data"])}


def migrate_v1():
    tokens = []
    for one in list_v1():
        token = single(read(ask("GET", f"{BASE}/tokens/{one['token']}", basic())))
        tokens.append({"scopes": token["scopes"], "expireAt": token["expireAt"]})
    return {"tokens": tokens}


def client_pair():
    return {"client_id": os.environ["OAUTH_CLIENT_ID"], "client_secret": os.environ["OAUTH_CLIENT_SECRET"]}


def client_credentials():
    token = single(read(ask("POST", BASE + "/v1/auth/token", form=client_pair())))["access_token"]
    for _ in range(GIVEN["calls"]):
        client_id = read(ask("GET", BASE + "/v1/ping", bearer(token)))["data"]["client_id"]
    return {"clientId": client_id, "calls": GIVEN["calls"]}


def authorization_code():
    state, verifier, redirect = secrets.token_urlsafe(16), secrets.token_urlsafe(32), os.environ["OAUTH_REDIRECT_URI"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = urllib.parse.urlencode({
        "client_id": os.environ["OAUTH_CLIENT_ID"], "redirect_uri": redirect, "response_type": "code", "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256",
    })
    status, headers, _ = ask("GET", f"{BASE}/api/authorize.php?{query}")
    if "Location" not in headers:
        raise Refused(status, None)
    back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))
    if "error" in back:
        raise RuntimeError(back["error"])
    if back.get("state") != state:
        raise RuntimeError("the state is not the one that was sent")
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": redirect, "code_verifier": verifier, **client_pair()}
    token = read(ask("POST", BASE + "/api/token.php", form=form))["access_token"]
    return {"username": read(ask("GET", BASE + "/api/userinfo.php", bearer(token)))["username"]}


TASKS = {
    "create-token": create_token, "list-all-tokens": list_all_tokens, "read-wallet": read_wallet, "handle-outage": read_wallet,
    "read-subscriptions": read_subscriptions, "read-callbacks": read_callbacks, "read-statistics": read_statistics,
    "call-paid-service": call_paid_service, "rotate-token": rotate_token, "keep-token-fresh": keep_token_fresh,
    "receive-callback": receive_callback, "migrate-v1": migrate_v1, "client-credentials": client_credentials,
    "authorization-code": authorization_code, "create-token-v1": create_token_v1, "list-tokens-v1": list_tokens_v1,
    "read-counters-v1": read_counters_v1,
}


def main():
    name = os.environ.get("OAUTH_TASK", "")
    if name not in TASKS:
        return 77  # not implemented
    try:
        print(json.dumps(TASKS[name](), default=float))
    except (Lost, Refused, RuntimeError, ValueError, KeyError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
