import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sqlagent_site.settings")
http = get_asgi_application()

import agent.openai_wire  # noqa: E402, F401 - half a second, which the first question would wait for
from chat.routing import websocket_urlpatterns  # noqa: E402 - models need the applications that the line above loads
from envapi import routing  # noqa: E402
from sqlagent_site.bodies import BodyFromFile  # noqa: E402
from sqlagent_site.origins import SameOrigin  # noqa: E402

pages = SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))  # type: ignore[arg-type]
application = ProtocolTypeRouter({"http": BodyFromFile(routing.addresses(http)), "websocket": routing.sockets(pages)})
