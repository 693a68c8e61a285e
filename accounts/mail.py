"""E-mails that allauth does not send."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Whether a mail server took it; the console is none."""
    words = {"invitation": invitation, "link": link, "days": Invitation.LIFETIME.days}
    text = render_to_string("accounts/email/invitation.txt", words)
    try:
        # The team's name is not in the subject: strangers read it before they know who writes.
        send_mail("You are invited to a team on SQL agent", text, None, [invitation.email])
    except (OSError, SMTPException):
        logger.exception("An invitation could not be sent.")
        return False
    return not settings.EMAIL_BACKEND.endswith(".console.EmailBackend")
