import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sqlagent_site.settings")
django.setup(set_prefix=False)

import agent.openai_wire  # noqa: E402, F401 - half a second, which the first question would wait for
from chat.routing import websocket_urlpatterns  # noqa: E402 - models need the applications that the line above loads
from envapi import routing  # noqa: E402
from sqlagent_site.bodies import BodyFromFile  # noqa: E402
from sqlagent_site.origins import SameOrigin  # noqa: E402
from sqlagent_site.outer import Outer, Pages  # noqa: E402

pages = SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))  # type: ignore[arg-type]
application = Outer(
    ProtocolTypeRouter({"http": BodyFromFile(routing.addresses(Pages())), "websocket": routing.sockets(pages)})
)
