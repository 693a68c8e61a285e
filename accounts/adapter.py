"""How the site differs from allauth's defaults."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.links import absolute

logger = logging.getLogger(__name__)

# One sentence whether or not there is such a user.
WRONG_LOGIN = "The user name or the password is wrong. Capital letters count in the password."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG_LOGIN,
        "email_password_mismatch": WRONG_LOGIN,
        "too_many_login_attempts": (
            "Too many wrong log-ins. Wait five minutes, then try again; or choose a new password below."
        ),
        "username_taken": "This user name is taken. Choose another one.",
        "email_taken": "This address belongs to an account already. Log in with it, or choose a new password there.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.ALLOW_SIGNUP)

    def is_safe_url(self, url: str) -> bool:
        """Where a log-in may lead: this site's own pages."""
        host = context.request.get_host()
        return url_has_allowed_host_and_scheme(url, {host}, require_https=context.request.is_secure())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        path: str = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(context.request, path.replace("UID-KEY", key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises what shows a page: that the mail server does not work says nothing of the address."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.exception("An e-mail could not be sent.")
            raise ImmediateHttpResponse(render(self.request, "account/mail_failed.html", status=503)) from error

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The name alone: allauth adds the Host header, with which a stranger would start a new count."""
        name: str = credentials.get("email") or credentials.get("username") or ""
        return name.casefold()
