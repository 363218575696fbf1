"""Whole clusters: kind nodes on a Docker engine, here or remote, with a terminal container beside them."""
