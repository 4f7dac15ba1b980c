"""One spoilt Atom document for each rule on entries, alone and among each other."""

from __future__ import annotations

from tests.checking.mutation import Case, cut, sub, swap, twice

ENTRY = r"  <entry>.*?</entry>\n"
ENTRY_ID = "tag:network.example,2013:summary/k3v9x2m7"

ENTRIES: list[Case] = [
    *[
        (
            f"no entry {name}",
            cut(rf"    <{name}[ >].*?</{name}>\n"),
            f"has 0 {name} elements, not one",
        )
        for name in ("id", "title", "updated", "published", "content", "summary")
    ],
    *[
        (f"two of entry {name}", twice(rf"    <{name}[ >].*?</{name}>\n"), f"2 {name} elements")
        for name in ("id", "title", "updated", "published", "content", "summary", "rights")
    ],
    (
        "no author in an entry",
        cut(r"    <author>.*?</author>\n    <author>.*?</author>\n"),
        "has no author of its own",
    ),
    (
        "dc in an entry",
        sub("<published>", '<d:date xmlns:d="http://purl.org/dc/elements/1.1/"/><published>'),
        "has the unexpected element d:date",
    ),
    (
        "a paged entry id",
        sub(f"<id>{ENTRY_ID}", "<id>https://x.example/?p=1&amp;q=2"),
        "has an ampersand, which some readers escape",
    ),
    *[
        (f"an id that is not canonical: {uri}", sub(f"<id>{ENTRY_ID}", f"<id>{uri}"), phrase)
        for uri, phrase in (
            ("HTTPS://x.example/", "write the scheme in lower case"),
            ("https://X.example/", "write the host in lower case"),
            ("https://x.example:443/", "leave the default port out"),
            ("https://x.example", "put a slash after the host"),
            ("https://x.example/a/../b", "resolve the dots"),
            ("https://x.example/%7Ea", "%7E is needless"),
            ("https://x.example/%c3%a9", "%c3 is needless or not in upper case"),
        )
    ],
    ("a bad entry language", sub('xml:lang="en-CA"', 'xml:lang="CA"'), "xml:lang 'CA' is not"),
    (
        "updated before published",
        sub("<published>2021-06-01", "<published>2021-06-04"),
        "is updated before it is published",
    ),
    ("an early date", sub("<published>2021-05-01", "<published>1970-01-01"), "is implausible"),
    ("a date to come", sub("<updated>2021-05-01", "<updated>2999-05-01"), "is implausible"),
    (
        "no alternate",
        cut(r'    <link rel="alternate"[^\n]*summaries/e[^\n]*\n'),
        "has 0 alternate links",
    ),
    (
        "the DOI first",
        swap(r'    <link rel="alternate"[^\n]*summaries/e[^\n]*\n', r"    <link[^\n]*\n"),
        "begins with a related link",
    ),
    ("a DOI as licence", sub('rel="related"', 'rel="license"'), "has a DOI as license link"),
    ("another label", sub('label="Empathy"', 'label="empathy"'), "has another label"),
    ("no label", sub(' label="Empathy"', ""), "has another label"),
    ("a blank category", sub('term="Empathy" label="Empathy"', 'term="" label=""'), "is blank"),
    ("a comma in a category", sub('term="Empathy"', 'term="Empathy, care"'), "has a comma"),
    ("an ampersand in a category", sub('term="Empathy"', 'term="R&amp;D"'), "some readers show"),
    (
        "a relative scheme",
        sub('https://network.example/topics/"/>', 'topics"/>'),
        "category scheme",
    ),
    ("a category twice", twice("    <category[^\n]*\n"), "category 'Empathy' stands 2 times"),
    ("content without type", sub('<content type="html">', "<content>"), "the type None, not html"),
    ("content of xhtml", sub('"html"><![', '"xhtml"><!['), "has the type xhtml, not html"),
    (
        "content elsewhere",
        sub('"html"><![', '"html" src="https://x.example/"><!['),
        "elsewhere (src)",
    ),
    ("escaped content", sub("<![CDATA[<p>Three", "&lt;p&gt;<![CDATA[Three"), "not stand in CDATA"),
    ("empty content", cut(r"(?<=CDATA\[)<p>Three.*?</p>"), "the HTML has no text"),
    (
        "a long summary",
        sub("Three new summaries.<", "Three new summaries. " * 9 + "<"),
        "white space",
    ),
    (
        "a summary as long",
        sub("<summary>Three", "<summary>" + "Three " * 40),
        "is not shorter than",
    ),
    ("a summary in HTML", sub("<summary>Three", '<summary type="html">Three'), "has the type html"),
    (
        "a source without id",
        sub("<published>", "<source><title>x</title></source><published>"),
        "source has no id",
    ),
    (
        "the id of another entry",
        sub("https://old.example/?p=17", ENTRY_ID),
        "stands 2 times in the feed",
    ),
    (
        "the id of the feed",
        sub("https://old.example/?p=17", "tag:network.example,2013:feed/empathy"),
        "stands 2 times in the feed",
    ),
    (
        "two updated at once",
        sub("<updated>2021-05-01T12:00:00Z", "<updated>2021-06-03T09:30:00Z"),
        "2 entries have the same updated 2021-06-03T09:30:00Z",
    ),
    ("oldest first", swap(ENTRY, r"  <entry .*?</entry>\n"), "newest first neither by"),
    (
        "a feed too new",
        sub("2021-06-03T09:30:00Z", "2021-06-04T00:00:00Z"),
        "not that of its newest",
    ),
    ("a later tombstone", sub('when="2021-04', 'when="2021-07'), "not that of its newest"),
]
