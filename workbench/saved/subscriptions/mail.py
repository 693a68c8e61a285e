"""The e-mail that says that a condition holds."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from workbench.saved.subscriptions.models import Subscription

logger = logging.getLogger(__name__)


def is_possible() -> bool:
    """Whether the site has a mail server; the console is none."""
    return not settings.EMAIL_BACKEND.endswith(".console.EmailBackend")


def send(subscription: Subscription, reached: str) -> bool:
    """Whether a mail server took it. Of the rows it says nothing: they are behind the log-in."""
    if not subscription.user.email:
        return False
    page = reverse("saved_query", args=[subscription.saved_id])
    values = urlencode({**subscription.typed, "run": "1"}, doseq=True)
    stop = subscription.origin + reverse("unsubscribe", args=[subscription.token])
    words = {
        "subscription": subscription,
        "reached": reached,
        "link": f"{subscription.origin}{page}?{values}",
        "stop": stop,
    }
    text = render_to_string("workbench/subscriptions/email.txt", words)
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = " ".join(f"{subscription.saved.name}: {subscription.words}".split())
    try:
        EmailMessage(subject, text, None, [subscription.user.email], headers=headers).send()
    except (OSError, SMTPException):
        logger.exception("An e-mail of a subscription could not be sent.")
        return False
    return is_possible()
