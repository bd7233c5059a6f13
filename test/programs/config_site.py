"""Django's settings for config_shop.py, which is half loaded when Django imports this."""

import os
import sys

COLOUR = [module.COLOUR for module in tuple(sys.modules.values()) if type(module) is type(sys) and "TOKEN" in module.__dict__][0]
SECRET_KEY = "tr0ub4dor-django"
SIGNING_TOKEN = [module.TOKEN for module in tuple(sys.modules.values()) if type(module) is type(sys) and "TOKEN" in module.__dict__][0]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "PASSWORD": "tr0ub4dor-db"}}
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "config_site"
INSTALLED_APPS = []
USE_TZ = True
MEDIA_ROOT = os.getcwd()
urlpatterns = []
