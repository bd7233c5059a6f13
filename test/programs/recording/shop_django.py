"""Settings, routes and views of a Django site in one module."""
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path

from shop_hold import wait, wait_async

SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop_django"
MIDDLEWARE = []
INSTALLED_APPS = []
DATABASES = {}
USE_TZ = True


def order(request, number):
    return HttpResponse("order %d" % number)


def held(request, word):
    return HttpResponse(wait())


async def held_async(request, word):
    return HttpResponse(await wait_async())


def fail(request):
    raise ValueError("what went wrong")


def stream(request):
    return StreamingHttpResponse(b"part" for _ in range(3))


urlpatterns = [
    path("orders/<int:number>", order),
    path("held/", include([path("<word>", held)])),
    path("held-async/<word>", held_async),
    re_path(r"^fail$", fail),
    path("stream", stream),
]
