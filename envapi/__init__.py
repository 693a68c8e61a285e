"""For machines: the agent's environment over HTTP, WebSocket and MCP, as OpenEnv (openenv-core 0.3) has it."""
