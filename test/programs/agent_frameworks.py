"""Lazy objects of frameworks under the agent's serialiser: none of them is evaluated. Prints one JSON document."""

import json
import sys

from ispyd.redaction.redactor import Redactor
from ispyd.values.serialise import Limits, Serialiser

SECRET = "hunter2Zq9"
armed = False
fired = []
wrong = []
told = {}


def trip(name, answer=None):
    def evaluate(*_arguments, **_named):
        if armed:
            fired.append(name)
        return answer

    return evaluate


def watch(cls, *names):
    """Records each call of a framework's own method, and lets it go on."""
    for name in names:
        original = getattr(cls, name)

        def watched(*arguments, _original=original, _name="%s.%s" % (cls.__name__, name), **named):
            if armed:
                fired.append(_name)
            return _original(*arguments, **named)

        setattr(cls, name, watched)


def serialise(label, obj, kind="instance", expected=()):
    """`expected`: names of attributes that must be told."""
    global armed
    armed = True
    try:
        for place in (obj, [obj], {"a": obj}):
            value = Serialiser(Redactor(b"k"), Limits(depth=5, items=100, fields=100, size_bytes=1 << 20)).value(place)
            if SECRET in json.dumps(value):
                wrong.append("%s leaks the secret" % label)
    finally:
        armed = False
    value = value["entries"][0]["value"]
    told[label] = value["kind"]
    names = [field["name"] for field in value.get("fields", [])]
    if value["kind"] != kind or not set(expected) <= set(names):
        wrong.append("%s is %s with %s" % (label, value["kind"], names))
    if fired:
        wrong.append("%s fired %s" % (label, fired[:5]))
        del fired[:]


def django():
    import django as package
    from django.conf import LazySettings, settings

    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "PASSWORD": SECRET}}, SECRET_KEY=SECRET, USE_TZ=True
    )
    package.setup()
    from django.contrib.auth.hashers import make_password  # noqa: F401  (loads what a real application has loaded)
    from django.db import connection, models
    from django.db.models.query import QuerySet
    from django.http import HttpRequest
    from django.utils.functional import SimpleLazyObject, cached_property, lazy
    from django.utils.translation import gettext_lazy

    class Customer(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "shop"

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
        note = models.TextField()

        class Meta:
            app_label = "shop"

        @cached_property
        def total(self):
            fired.append("cached_property")

        def __str__(self):
            fired.append("__str__")
            return str(self.customer)

    with connection.schema_editor() as editor:
        editor.create_model(Customer)
        editor.create_model(Order)
    Order(customer=Customer.objects.create(name="ann"), note="n").save()
    order, deferred = Order.objects.get(), Order.objects.defer("note").get()
    watch(QuerySet, "_fetch_all", "__len__", "__iter__", "__repr__", "__bool__", "__getitem__")
    connection.execute_wrappers.append(lambda execute, *rest: (trip("a query")(), execute(*rest))[1])
    unread = Order.objects.filter(note="n").select_related("customer")
    serialise("QuerySet", unread, expected=["model", "_db", "_result_cache"])
    if unread._result_cache is not None:
        wrong.append("the QuerySet was evaluated")
    serialise("Manager", Order.objects)
    serialise("related manager", Customer(pk=1).order_set)
    serialise("model", order, expected=["id", "customer_id", "note", "total"])
    serialise("deferred model", deferred, expected=["id", "customer_id"])
    if "note" in deferred.__dict__ or "customer" in order._state.fields_cache:
        wrong.append("a field was loaded")
    for label, user in (("SimpleLazyObject", SimpleLazyObject(trip("user", order))), ("lazy text", lazy(trip("lazy", "x"), str)()), ("gettext_lazy", gettext_lazy("x"))):
        serialise(label, user)
    request = HttpRequest()
    request.user = SimpleLazyObject(trip("request.user", order))
    request.META["HTTP_AUTHORIZATION"] = "Bearer " + SECRET
    serialise("request", request, expected=["user", "META"])
    serialise("LazySettings", LazySettings())
    serialise("settings", settings._wrapped)
    serialise("connection", connection)
    serialise("model class", Order, "type")


def sqlalchemy():
    from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.orm import declarative_base, relationship, sessionmaker

    Declared = declarative_base()

    class Customer(Declared):
        __tablename__ = "customer"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        orders = relationship("Order", back_populates="customer", lazy="dynamic")

    class Order(Declared):
        __tablename__ = "order"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customer.id"))
        customer = relationship("Customer", back_populates="orders")

    engine = create_engine("sqlite://")
    Declared.metadata.create_all(engine)
    Session = sessionmaker(bind=engine)
    session = Session()
    session.add(Order(customer=Customer(name="ann")))
    session.commit()
    order, expired = session.query(Order).first(), session.query(Customer).first()
    session.expire(expired)
    event.listen(engine, "before_cursor_execute", trip("a query"))
    event.listen(engine, "connect", trip("a connection"))
    serialise("instance", order, expected=["_sa_instance_state", "id"])
    serialise("expired instance", expired, expected=["_sa_instance_state"])
    if "customer" in order.__dict__ or "name" in expired.__dict__:
        wrong.append("a lazy attribute was loaded")
    query = session.query(Order).filter(Order.id == 1)
    serialise("query", query)
    serialise("condition", Order.id == 1)
    serialise("engine", engine)
    serialise("session", session)
    serialise("lazy relation", Customer.orders)
    serialise("column", Order.__table__.c.id)
    serialise("URL", make_url("postgresql://shop:%s@db/shop" % SECRET), kind="sequence" if issubclass(type(make_url("a://b")), tuple) else "instance")


def werkzeug():
    from werkzeug.datastructures import Headers, ImmutableMultiDict
    from werkzeug.local import Local, LocalProxy, LocalStack
    from werkzeug.wrappers import Request

    local, stack = Local(), LocalStack()
    local.user = "ann"
    serialise("LocalProxy of a function", LocalProxy(trip("LocalProxy", "x")))
    serialise("LocalProxy that is unbound", local("missing"))
    serialise("LocalStack", stack)
    serialise("Local", local)
    request = Request({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "token=" + SECRET, "HTTP_COOKIE": "sid=" + SECRET})
    watch(Request, "_load_form_data", "get_data")
    serialise("werkzeug request", request, expected=["environ"])
    serialise("headers", Headers([("Authorization", "Bearer " + SECRET)]))
    serialise("form", ImmutableMultiDict([("password", SECRET)]), "mapping")


if __name__ == "__main__":
    for framework in (django, sqlalchemy, werkzeug):
        if framework.__name__ in sys.argv[1:]:
            framework()
    print(json.dumps({"told": told, "wrong": wrong[:40]}))
