"""The parts of webhooks that need no server."""
