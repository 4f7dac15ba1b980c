"""`/v1`: what other sites pull. views.py has the addresses, resource.py how one is sent."""
