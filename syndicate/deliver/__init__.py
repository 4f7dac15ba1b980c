"""Drains the outbox: plans what each change means for whom, and hands it over.

Every duty is a function over the tables that may die at any point and be run again, by anybody, at
once with others: planner.py makes deliveries, sender.py sends what is due, tidying.py forgets.
"""
