from django.apps import AppConfig


class EnvapiConfig(AppConfig):
    name = "envapi"
    verbose_name = "OpenEnv"
    default_auto_field = "django.db.models.BigAutoField"
