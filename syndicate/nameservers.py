"""Asks name servers. The one door to dnspython (extra `mail`); only `doctor --dns` needs it."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.errors import FetchError

_SECONDS = 5.0


def text_records(name: str) -> Sequence[str]:
    """Return the TXT records of a name, none where there are none.

    OSError where no name server answers, FetchError where dnspython is not installed.
    """
    try:
        import dns.exception  # noqa: PLC0415 - of an extra
        import dns.resolver  # noqa: PLC0415 - the same
    except ImportError:
        remedy = "pip install 'syndicate-service[mail]'"
        raise FetchError("name servers cannot be asked without dnspython", remedy) from None
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException as error:
        raise OSError(str(error)) from error
    return tuple(b"".join(record.strings).decode("ascii", "replace") for record in answer)
