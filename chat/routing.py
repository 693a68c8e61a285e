from django.urls import path

from chat.consumers import ConversationConsumer

# Django's own path() takes Channels' consumers, which its types do not know.
websocket_urlpatterns = [
    path("ws/chat/<uuid:conversation_id>/", ConversationConsumer.as_asgi()),  # type: ignore[arg-type]
]
