"""Secrets planted wherever a value can stand, in one frame that stands still."""

import collections
import dataclasses
import enum
import threading
import typing

SECRET = "hunter2Zq9"
CARD = 4111111111111111
AWS = "AKIAIOSFODNN7" + "QXAMPLE"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0." + "c2lnbmF0dXJlb2ZwbGFudGVk"


class Plain:
    def __init__(self, **fields):
        self.__dict__.update(fields)


class Slots:
    __slots__ = ("api_key", "plain")


class SecretStr:
    def __init__(self, inner):
        self.inner = inner


class OwnSecret(SecretStr):
    pass


class Text(str):
    pass


class Login(typing.NamedTuple):
    user: str
    password: str


class Modes(enum.Enum):
    SECRET_TOKEN = SECRET


@dataclasses.dataclass
class Account:
    name: str
    passphrase: str


def stand(password, *tokens, session_key=SECRET, **others):
    secret = Plain(a=SECRET)
    api_token = [SECRET, {"x": SECRET}]
    credentials = (SECRET, SECRET)
    passwords = {SECRET: SECRET}
    by_name = {"password": SECRET, "Api-Key": {"deep": [SECRET]}, b"authorization": b"Bearer " + SECRET.encode(), Text("secret"): Text(SECRET)}
    nested = {"a": [{"b": Plain(c={"client_secret": SECRET})}]}
    deeper = [[[[[{"password": SECRET}]]]]]
    headers = [("Host", "shop"), ("Cookie", "sid=" + SECRET), (b"authorization", b"Basic " + SECRET.encode())]
    setting = {"name": "DB_PASSWORD", "value": SECRET}
    field = Plain(name="password", value=SECRET)
    address = "postgres://shop:" + SECRET + "@db/shop"
    address_bytes = address.encode()
    assignment = "user=ann password=" + SECRET
    straddles = "x" * 240 + " password=" + SECRET
    straddles_scan = "y" * 16380 + " password=" + SECRET
    straddles_bytes = b"x" * 240 + b" password=" + SECRET.encode()
    text_subclass = Text("password=" + SECRET)
    as_name = {"token=" + SECRET: 1}
    attribute = Plain(**{"token=" + SECRET: 1})
    argv = ["mysql", "--password", SECRET, "-h", "db"]
    login, account = Login("ann", SECRET), Account("ann", SECRET)
    slots = Slots()
    slots.api_key = SECRET
    wrapped, derived = SecretStr(SECRET), OwnSecret(SECRET)
    wrapped_list = [SecretStr(SECRET)]
    card, card_text, cards = CARD, "card %d" % CARD, [CARD]
    key_id, bearer = AWS, "Bearer " + JWT
    ordered = collections.OrderedDict(password=SECRET)
    queue = collections.deque(["password=" + SECRET])
    group = {"password=" + SECRET}
    error = ValueError("password=" + SECRET)
    chained = RuntimeError("x")
    chained.__cause__ = KeyError("password=" + SECRET)
    error_with = ValueError("x")
    error_with.secret = SECRET
    array = bytearray(b"password=" + SECRET.encode())
    mode = Modes.SECRET_TOKEN
    token_member = mode

    def inside():
        pin = SECRET
        kept = (password, session_key)
        print("ready", flush=True)
        threading.Event().wait()
        return pin, kept

    inside()
    return locals()


threading.current_thread().name = "postgres://u:" + SECRET + "@h/"
stand(SECRET, SECRET, token=SECRET)
