"""One spoilt OPML document for each rule."""

from __future__ import annotations

from tests.checking.mutation import Case, cut, sub, twice

FEED = 'type="rss" text="Training'

LIST: list[Case] = [
    ("not XML", sub("</opml>", ""), "not well-formed XML"),
    ("no head", cut(r"  <head>.*?</head>\n"), "not OPML with a head and a body"),
    ("two bodies", twice(r"  <body>.*</body>\n"), "not OPML with a head and a body"),
    (
        "an unknown namespace",
        sub("<opml", '<opml xmlns:x="http://x.example/" x:a=""'),
        "unknown to",
    ),
    ("version 1", sub('version="2.0"', 'version="1.0"'), "of OPML version 1.0"),
    ("no outlines", cut(r"    <outline.*</outline>\n"), "the body has no outline"),
    *[
        (f"no {name}", cut(rf"    <{name}>[^\n]*\n"), f"head has 0 {name} elements, not one")
        for name in ("title", "dateModified")
    ],
    (
        "an unknown element",
        sub("<docs>", "<owner/><docs>"),
        "head has the unexpected element owner",
    ),
    ("a blank title", sub("Feeds of Example Network", " "), "head title is blank"),
    (
        "a date of Atom",
        sub("Thu, 03 Jun 2021 09:30:00 +0000", "2021-06-03T09:30:00Z"),
        "is not a date",
    ),
    ("a relative owner", sub("<ownerId>https://", "<ownerId>"), "head ownerId 'network.example/'"),
    (
        "a local owner",
        sub("<ownerId>https://network.example", "<ownerId>http://localhost:8000"),
        "has a host without a dot",
    ),
    (
        "an unknown attribute",
        sub('text="Topics"', 'text="Topics" feed="x"'),
        "unexpected attribute feed",
    ),
    ("no text", sub('text="Topics"', ""), "has no text"),
    ("a less-than sign", sub('text="Topics"', 'text="n&lt;b"'), "has a less-than sign"),
    (
        "a bare ampersand",
        sub('text="Topics"', 'text="R&amp;D"'),
        "which is not a character reference",
    ),
    ("a relative feed", sub('xmlUrl="https://network.example', 'xmlUrl="'), "xmlUrl '/feed.atom'"),
    ("a bad language", sub('language="en"', 'language="English"'), "language 'English' is not"),
    ("an Atom version", sub(FEED, f'version="ATOM1" {FEED}'), "has the version 'ATOM1'"),
    *[
        (f"no {name}", cut(rf' {name}="[^"]*"'), f"is a feed without {name}")
        for name in ("title", "xmlUrl", "htmlUrl")
    ],
    ("another type", sub(FEED, FEED.replace("rss", "atom")), "has the type 'atom'"),
    ("no type", sub(FEED, FEED.replace('type="rss"', "")), "the attributes of a feed and no type"),
    (
        "a feed with a feed",
        sub('text="Topics"', 'type="rss" text="Topics"'),
        "and has outlines in it",
    ),
    (
        "one feed twice",
        sub("network.example/topics/training/feed.atom", "network.example/feed.atom"),
        "stands 2 times in the list",
    ),
]
