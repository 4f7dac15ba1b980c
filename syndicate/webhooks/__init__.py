"""Calls registered callbacks when something has changed (Standard Webhooks 1.0).

signature.py signs and payload.py says what changed, without its text: pull stays the truth.
registering.py is the operator's side, calling.py the worker's.
"""
