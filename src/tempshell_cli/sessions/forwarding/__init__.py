"""Ports of a sandbox on this machine: ``mux`` is what both ends speak, ``forwarder`` is this end."""
