from django.http import HttpResponse

from shop_work import fetch, fetch_all, price, wait


def index(request):
    return HttpResponse("shop")


def slow(request):
    return HttpResponse(wait())


def work(request):
    return HttpResponse(str(price(60_000)))


async def one(request):
    return HttpResponse(await fetch("stock"))


async def all_of_it(request):
    return HttpResponse(",".join(await fetch_all()))
