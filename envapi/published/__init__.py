"""What the environment publishes of itself: shapes as JSON Schema, an OpenAPI document, and a page."""
