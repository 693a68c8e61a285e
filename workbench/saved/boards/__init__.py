"""Boards: a team's page of saved questions with what they gave last."""
