"""Tests of packs: reading them, grading by them, and the proof of the shipped ones."""
