"""Exploration: every execution of a program that a model allows, and what is known of the final states."""
