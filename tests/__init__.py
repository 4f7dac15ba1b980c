"""Makes `tests` ours: Flask-WebSub, which the tests need, installs a package of that name."""
