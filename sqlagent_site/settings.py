"""The site's one settings file. What the environment may say is declared in env.py."""

import sys
from pathlib import Path
from typing import Any

import django_stubs_ext
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoRedis
from redis.retry import Retry

from agent.endpoint import choose_endpoint
from sqlagent_site import env, logs
from sqlagent_site.headers import content_policy, host_of
from sqlagent_site.secret_key import kept_field_keys, kept_secret_key

# Lets ModelAdmin[Team] and its like be written at run time, too.
django_stubs_ext.monkeypatch()

_ENV = env.load()

BASE_DIR = env.ROOT
DATA_DIR: Path = _ENV["DATA_DIR"]


SECRET_KEY: str = _ENV["SECRET_KEY"] or kept_secret_key(DATA_DIR)
DEBUG: bool = _ENV["DEBUG"]
SITE_URL: str = _ENV["SITE_URL"]
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = _ENV["ALLOWED_HOSTS"] + ([host_of(SITE_URL)] if SITE_URL else [])
HOST: str = _ENV["HOST"]
PORT: int = _ENV["PORT"]
ADMIN_USER: str = _ENV["ADMIN_USER"]
ADMIN_PASSWORD: str = _ENV["ADMIN_PASSWORD"]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "rest_framework",
    "knox",
    "accounts",
    "datasources",
    "endpoints",
    "learning",
    "chat",
    "envapi",
    "workbench",
    "api",
    "operations",
    "sqlagent_site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LoginRequired",
    "accounts.preferences.Preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "sqlagent_site.urls"
ASGI_APPLICATION = "sqlagent_site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["accounts.templatetags.preferred"],
        },
    },
]

_SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "app.sqlite3"}
DATABASES: dict[str, dict[str, Any]] = {"default": _ENV["DATABASE_URL"] or _SQLITE}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file, as in production: locks of an in-memory database are others.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["ENGINE"] = "sqlagent_site.postgres"

# Shared by every process: log-in throttling counts there.
_DATABASE_CACHE: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "cache",
    # Django's 300 would let a stranger push out the counts of others.
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
_MEMORY_LAYER: dict[str, Any] = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
REDIS_URL: str = _ENV["REDIS_URL"]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "sqlagent_site.shared_cache.SharedCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                # Not pickle: that runs what somebody else has written there.
                "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
                "SOCKET_CONNECT_TIMEOUT": 1,
                "SOCKET_TIMEOUT": 1,
                # Of its own accord it would try three times more, seconds apart.
                "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1, (NoRedis,))},
            },
        },
        "database": _DATABASE_CACHE,
    }
    # Not core.RedisChannelLayer: it drops what exceeds 100 messages, and forgets who listens when Redis restarts.
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": 2}],
                # What is sent is HTML that browsers take as it comes: nobody else who reaches Redis may write it.
                "symmetric_encryption_keys": [SECRET_KEY],
            },
        }
    }
else:
    CACHES = {"default": _DATABASE_CACHE}
    CHANNEL_LAYERS = {"default": _MEMORY_LAYER}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "model"]}}

# The share of repairs that are chosen at random: so the log can tell what another policy would have earned.
EXPLORATION = 0.1

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.entrance.LoginForm",
    "signup": "accounts.entrance.OpenSignupForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "set_password": "accounts.entrance.SetPasswordForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
# Without a mail server nobody could confirm an address, and nothing is given to who only claims one:
# teams are joined by an invitation's link, and a reset goes to the address's real owner.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    # Each may send an e-mail to anybody, in the site's name.
    "invite": "30/h/user",
}
# X-Forwarded-For is what anybody may write, unless a proxy of ours wrote it.
# This server speaks no TLS itself: where the site is reached by HTTPS, a proxy is there.
ALLAUTH_TRUSTED_PROXY_COUNT: int = max(_ENV["TRUSTED_PROXIES"], int(IS_HTTPS))

KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model's name
MIGRATION_MODULES = {"knox": None}  # its one table is the one that ours replaces
REST_KNOX = {"TOKEN_PREFIX": "sqla_"}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.tokens.TokenThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

LOG_FORMAT: str = _ENV["LOG_FORMAT"]
LOGGING = logs.config(LOG_FORMAT, _ENV["LOG_LEVEL"])
logs.hide(logs.secrets_of(_ENV))
logs.hide([SECRET_KEY])
METRICS_TOKEN: str = _ENV["METRICS_TOKEN"]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a missing one
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy(SITE_URL)}
CSRF_TRUSTED_ORIGINS: list[str] = _ENV["CSRF_TRUSTED_ORIGINS"] + ([SITE_URL] if SITE_URL else [])
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Browsers let nobody past a certificate that is not renewed for so long.
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if IS_HTTPS else 0
# Two things that HTTPS could be asked of: hosts below this one, and browsers' own lists. The operator of the domain
# decides on those, and cannot take them back for months.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

LOCAL_MODEL: str = _ENV["LOCAL_MODEL"]
LOCAL_MODEL_SOURCE: str = _ENV["LOCAL_MODEL_SOURCE"]
LOCAL_MODEL_PATH: str = _ENV["LOCAL_MODEL_PATH"]
LOCAL_MODEL_PORT: int = _ENV["LOCAL_MODEL_PORT"]
LOCAL_MODEL_SLOTS: int = _ENV["LOCAL_MODEL_SLOTS"]
LOCAL_MODEL_CONTEXT: int = _ENV["LOCAL_MODEL_CONTEXT"]
LOCAL_MODEL_THREADS: int = _ENV["LOCAL_MODEL_THREADS"]
try:
    LLM_ENDPOINT = choose_endpoint(
        base_url=_ENV["API_BASE_URL"],
        model=_ENV["MODEL_NAME"],
        openai_key=_ENV["OPENAI_API_KEY"],
        hf_token=_ENV["HF_TOKEN"],
        local_port=LOCAL_MODEL_PORT,
        local_model=f"qwen2.5-coder-{LOCAL_MODEL}",
    )
except ValueError as error:
    sys.exit(f"Wrong setting: {error}")
if _ENV["REFLECTION_MODEL_NAME"] and LLM_ENDPOINT.local:
    sys.exit("Wrong setting: REFLECTION_MODEL_NAME needs an endpoint that has several models: set API_BASE_URL, too.")
REFLECTION_MODEL_NAME: str = _ENV["REFLECTION_MODEL_NAME"]

SKILLS: list[str] = _ENV["SKILLS"]
READINGS: int = _ENV["READINGS"]
CONFIDENCE_ASKS_BELOW: float = _ENV["CONFIDENCE_ASKS_BELOW"]
GEPA_OPTIMIZE_EVERY: int = _ENV["GEPA_OPTIMIZE_EVERY"]
GEPA_EVOLVES: str = _ENV["GEPA_EVOLVES"]
GEPA_MAX_CALLS: int = _ENV["GEPA_MAX_CALLS"]
GEPA_MAX_TOKENS: int = _ENV["GEPA_MAX_TOKENS"]
GEPA_MAX_MINUTES: int = _ENV["GEPA_MAX_MINUTES"]

OPENENV_PUBLIC: bool = _ENV["OPENENV_PUBLIC"] == "true" or (
    _ENV["OPENENV_PUBLIC"] == "" and HOST in ("127.0.0.1", "::1", "localhost")
)
OPENENV_MAX_SESSIONS: int = _ENV["OPENENV_MAX_SESSIONS"]
OPENENV_IDLE_MINUTES: int = _ENV["OPENENV_IDLE_MINUTES"]
OPENENV_RETENTION_DAYS: int = _ENV["OPENENV_RETENTION_DAYS"]

ALLOW_SIGNUP: bool = _ENV["ALLOW_SIGNUP"]
EMAIL_CONFIG: dict[str, Any] = _ENV["EMAIL_URL"]
EMAIL_BACKEND: str = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST: str = EMAIL_CONFIG.get("EMAIL_HOST") or "localhost"
EMAIL_PORT: int = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = _ENV["EMAIL_FROM"]

FIELD_ENCRYPTION_KEYS: list[str] = _ENV["FIELD_ENCRYPTION_KEYS"] or kept_field_keys(DATA_DIR)
logs.hide(FIELD_ENCRYPTION_KEYS)
START_WITHOUT_KEYS: bool = _ENV["START_WITHOUT_KEYS"]
ALLOWED_DB_HOSTS: list[str] = _ENV["ALLOWED_DB_HOSTS"]
ALLOWED_DB_DIRS: list[Path] = _ENV["ALLOWED_DB_DIRS"]
ALLOW_POWERFUL_ROLES: bool = _ENV["ALLOW_POWERFUL_ROLES"]
MAX_UPLOAD_MB: int = _ENV["MAX_UPLOAD_MB"]
VALUE_INDEX: bool = _ENV["VALUE_INDEX"]
AUDIT_RETENTION_DAYS: int = _ENV["AUDIT_RETENTION_DAYS"]
QUOTA_USER_QUESTIONS: int = _ENV["QUOTA_USER_QUESTIONS"]
QUOTA_USER_TOKENS: int = _ENV["QUOTA_USER_TOKENS"]
QUOTA_TEAM_QUESTIONS: int = _ENV["QUOTA_TEAM_QUESTIONS"]
QUOTA_TEAM_TOKENS: int = _ENV["QUOTA_TEAM_TOKENS"]
RATE_USER_QUESTIONS: int = _ENV["RATE_USER_QUESTIONS"]
RATE_TOKEN_REQUESTS: int = _ENV["RATE_TOKEN_REQUESTS"]
QUERY_SECONDS: int = _ENV["QUERY_SECONDS"]
QUERY_ROWS: int = _ENV["QUERY_ROWS"]
RESULT_ROWS: int = _ENV["RESULT_ROWS"]
RESULT_MB: int = _ENV["RESULT_MB"]
RESULT_HOURS: int = _ENV["RESULT_HOURS"]
RESULTS_MB: int = _ENV["RESULTS_MB"]
EXPORT_ROWS: int = _ENV["EXPORT_ROWS"]
EXPORT_SECONDS: int = _ENV["EXPORT_SECONDS"]
