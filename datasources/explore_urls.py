"""Looking into a connected database: its diagram and its rows."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
