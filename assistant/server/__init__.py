"""The doors for programs: HTTP API, OpenAI-compatible endpoint, MCP; sign-in, limits, audit log, health and metrics."""
