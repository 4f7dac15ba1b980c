"""What readers do on the site about alerts by mail. Each is one transaction.

signing_up.py begins a subscription (asked, then confirmed from the address itself), keeping.py
changes and ends one. Who asks about an address never learns whether it is known here.
"""
