"""The settings of a site that is reached by HTTPS, and of one on a laptop."""

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlagent_site.env import BadSetting, read_settings
from tests.processes import ROOT

HTTPS = {"DEBUG": "false", "SITE_URL": "https://SQL.example.org/"}
SHOWN = (
    "import json; from sqlagent_site import settings as s; names = ['ALLOWED_HOSTS', 'CSRF_TRUSTED_ORIGINS', "
    "'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'SECURE_SSL_REDIRECT', 'SECURE_HSTS_SECONDS', "
    "'ALLAUTH_TRUSTED_PROXY_COUNT', 'SECURE_PROXY_SSL_HEADER']; "
    "print(json.dumps({name: getattr(s, name, None) for name in names}))"
)


def run(data_dir: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    names = {"SITE_URL": "", "TRUSTED_PROXIES": "", "ALLOWED_HOSTS": "", "CSRF_TRUSTED_ORIGINS": "", "SECRET_KEY": ""}
    environment = os.environ | names | settings
    environment |= {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_django_has_nothing_to_say_against_the_production_settings(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **HTTPS)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_the_site_s_address_says_the_rest(tmp_path: Path) -> None:
    shown = json.loads(run(tmp_path, "-c", SHOWN, **HTTPS).stdout)
    assert shown == {
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", "sql.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://sql.example.org"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 30 * 24 * 3600,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    }


def test_a_laptop_needs_no_https(tmp_path: Path) -> None:
    shown = json.loads(run(tmp_path, "-c", SHOWN).stdout)
    assert not any(shown[name] for name in shown if name != "ALLOWED_HOSTS")


def test_an_address_with_a_path_is_refused() -> None:
    for address in ("https://sql.example.org/agent", "sql.example.org", "https://user:word@sql.example.org"):
        try:
            read_settings({"SITE_URL": address})
        except BadSetting as refused:
            assert "https://sql.example.org" in str(refused)  # noqa: PT017
        else:
            raise AssertionError(address)
