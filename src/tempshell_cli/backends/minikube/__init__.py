"""Pods on a minikube cluster: its profile is found or started, its nodes are given images. Else as any cluster."""
