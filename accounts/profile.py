"""A person's own address."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def change_email(user: User, email: str) -> None:
    """The only address from now on: allauth keeps its own list, and would let the old one log in and reset."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
    user.email = email
    user.save(update_fields=["email"])
    if email and not EmailAddress.objects.filter(user=user).exists():
        EmailAddress.objects.create(user=user, email=email, primary=True)
