"""Who reaches whom in a cluster: what its NetworkPolicies let through, computed from its objects."""
