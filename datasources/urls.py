"""Connecting databases, and the audit list."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
