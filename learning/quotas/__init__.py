"""How much people and teams may use, and what they have used."""
