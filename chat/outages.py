"""A message that cannot be dealt with as the application's database is away, or its disk full, is answered in words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from channels.generic.websocket import AsyncWebsocketConsumer

from chat import render
from datasources.own_database import AWAY, is_passing, sentence

if TYPE_CHECKING:
    from asgiref.typing import WebSocketReceiveEvent

logger = logging.getLogger(__name__)


class TellingOutages(AsyncWebsocketConsumer):
    """The socket stays, and so does the question in its box."""

    async def websocket_receive(self, message: WebSocketReceiveEvent) -> None:
        try:
            await super().websocket_receive(message)
        except AWAY as error:
            if not is_passing(error):
                raise
            logger.warning("A message could not be dealt with: %s", error)
            await self.send(render.error(sentence(error)))
