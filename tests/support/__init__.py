"""Helpers of the tests: engines that may be missing, a user of their own, the command line, waiting, leaks."""
