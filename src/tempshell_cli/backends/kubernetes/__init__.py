"""Pods on any Kubernetes cluster that a kubeconfig leads to. Its API provisions; kubectl attaches."""
