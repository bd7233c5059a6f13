from django.urls import path

from django_shop import views

urlpatterns = [
    path("", views.index),
    path("slow", views.slow),
    path("work", views.work),
    path("async", views.one),
    path("gather", views.all_of_it),
]
