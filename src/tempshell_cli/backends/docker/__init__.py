"""Containers on a Docker engine, here or remote. The SDK provisions; the engine's own CLI attaches."""
