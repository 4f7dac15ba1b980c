"""`/oai`: the summaries for those who harvest by OAI-PMH 2.0.

arguments.py reads a request, verbs.py answers it, views.py knows HTTP. To take the whole away,
delete this folder and its line in web/application.py.
"""
