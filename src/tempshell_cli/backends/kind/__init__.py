"""Whole clusters: kind nodes on a Docker engine, here or remote, each with a terminal container."""
