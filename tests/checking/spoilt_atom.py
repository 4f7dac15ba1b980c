"""One spoilt Atom document for each rule on the feed itself, its links and its archives."""

from __future__ import annotations

from tests.checking.mutation import Case, cut, sub, swap, twice

TOMBSTONE = r"<at:deleted-entry.*?</at:deleted-entry>"

FEED: list[Case] = [
    ("not XML", sub("</feed>", ""), "not well-formed XML"),
    ("a control character", sub("Empathy and", "Empathy \x0b and"), "not well-formed XML"),
    ("an undeclared entity", sub("Network: E", "&nbsp; E"), "not well-formed XML"),
    ("not a feed", sub('<feed xmlns="http://www.w3.org/2005/Atom"', "<feed"), "not an Atom feed"),
    ("no declaration", cut(r"<\?xml.*?\?>\n"), "does not begin with an XML declaration"),
    ("another encoding", sub('encoding="UTF-8"', 'encoding="UTF-16BE"'), "well-formed"),
    ("a DOCTYPE", sub("<feed", "<!DOCTYPE feed []><feed"), "has a DOCTYPE"),
    (
        "many references",
        sub("n &lt; 500", "n " + "&lt; " * 1000),
        "entity references outside CDATA",
    ),
    ("a C1 control", sub("Empathy and", "Empathy \x85 and"), "character U+0085"),
    ("a replacement character", sub("Empathy and", "Empathy \ufffd and"), "character U+FFFD"),
    ("a noncharacter", sub("Empathy and", "Empathy \ufdd0 and"), "noncharacter U+FDD0"),
    ("mojibake", sub("Zoë", "ZoÃ«"), "read as Latin-1"),
    (
        "an unknown namespace",
        sub("<entry>", '<entry xmlns:x="http://x.example/"><x:a/>'),
        "is unknown to validators",
    ),
    (
        "an unusual prefix",
        lambda text: text.replace("at:", "t:").replace(":at=", ":t="),
        "not the usual at",
    ),
    (
        "a namespace for nothing",
        sub(" xml:lang", ' xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang'),
        "declared and not used",
    ),
    ("xml:base", sub("<entry>", '<entry xml:base="https://network.example/">'), "xml:base is used"),
    *[
        (f"no feed {name}", cut(rf"  <{name}>[^\n]*\n"), f"feed has 0 {name} elements, not one")
        for name in ("id", "title", "updated")
    ],
    *[
        (f"two of feed {name}", twice(rf"  <{name}>[^\n]*\n"), f"feed has 2 {name} elements")
        for name in ("id", "title", "updated", "subtitle", "rights", "logo")
    ],
    ("two generators", twice(r"  <generator.*?</generator>"), "feed has 2 generator elements"),
    ("no feed author", cut(r"  <author>[^\n]*\n"), "feed has no author"),
    ("a foreign element", sub("<logo>", "<at:x/><logo>"), "unexpected element at:x"),
    (
        "dc in the feed",
        sub("<logo>", '<d:date xmlns:d="http://purl.org/dc/elements/1.1/"/><logo>'),
        "unexpected element d:date",
    ),
    (
        "metadata after entries",
        sub("</feed>", "<icon>https://x.example/i</icon></feed>"),
        "feed has icon after an entry",
    ),
    (
        "a tombstone after entries",
        swap(TOMBSTONE, r".*</entry>\n"),
        "feed has at:deleted-entry after an entry",
    ),
    ("no xml:lang", sub(' xml:lang="en"', ""), "feed has no xml:lang"),
    ("a bad xml:lang", sub('xml:lang="en"', 'xml:lang="english"'), "is not a language"),
    ("a relative feed id", sub("tag:network.example,2013:feed/", "feed/"), "not an absolute URI"),
    ("a bad tag URI", sub("example,2013:feed", "example:feed"), "is not a tag URI"),
    ("a date with an offset", sub("09:30:00Z", "09:30:00+00:00"), "is not a date of the form"),
    ("a date with a fraction", sub("09:30:00Z", "09:30:00.5Z"), "is not a date of the form"),
    ("a date that is none", sub("2021-06-03T", "2021-06-31T"), "is not a date of the form"),
    ("white space in a date", sub("<updated>", "<updated> "), "is not a date of the form"),
    ("a markup title", sub("<title>", '<title type="html">'), "has the type html"),
    ("a blank subtitle", sub("Short summaries of research on empathy", ""), "subtitle is blank"),
    ("a padded title", sub("<title>E", "<title> E"), "has white space around it"),
    ("elements in a title", sub("<title>E", "<title><b/>E"), "has elements in it"),
    ("an end tag in a title", sub("Network: Empathy", "&lt;b>Network&lt;/b>"), "the end tag </b>"),
    ("a title escaped twice", sub("Network: E", "&amp;amp; E"), "write its ampersand as &#x26;"),
    ("a title with a number", sub("Network: E", "&amp;#8211; E"), "write its ampersand as &#x26;"),
    ("a nameless author", cut("<name>Example editors</name>"), "author has 0 names, not one"),
    ("an author's mail", sub("Example editors", "e@x.example"), "has a mail address in it"),
    (
        "an author's relative page",
        sub("https://network.example/about/", "/about/"),
        "feed author uri '/about/' is not an absolute",
    ),
    ("a blank generator", sub(">syndicate<", "><"), "feed generator is blank"),
    (
        "a generator's bad address",
        sub("https://network.example/software/", "software"),
        "feed generator uri 'software' is not an absolute",
    ),
    ("a relative logo", sub("<logo>https://network.example", "<logo>"), "feed logo '/static"),
]

LINKS: list[Case] = [
    ("no self link", cut(r'  <link rel="self".*?/>\n'), "feed has 0 self links"),
    ("another self link", sub("empathy/feed.atom", "empathy/atom"), "is not its address"),
    (
        "a self link of RSS",
        sub("application/atom+xml", "application/rss+xml"),
        "not application/atom",
    ),
    ("a link without rel", sub('rel="hub" ', ""), "feed link has no rel"),
    ("an unregistered rel", sub('rel="hub"', 'rel="cite-as"'), "feed link rel 'cite-as'"),
    ("a relative link", sub("https://network.example/hub", "/hub"), "not an absolute http"),
    ("a scheme-relative link", sub("https://network.example/hub", "//n.example/hub"), "not an abs"),
    ("an ftp link", sub("https://network.example/hub", "ftp://n.example/hub"), "not an absolute"),
    ("a link with a space", sub("example/hub", "example/a hub"), "not an absolute http"),
    ("an ampersand in a link", sub("example/hub", "example/?a&amp;b"), "has an ampersand"),
    ("a link of no media type", sub('type="text/html"', 'type="html"'), "which is no media type"),
    ("a bad hreflang", sub('hreflang="en"', 'hreflang="English"'), "hreflang 'English' is not"),
    ("markup in a link's title", sub('title="The', 'title="&lt;b>The'), "has markup in its title"),
    ("text in a link", sub('hub"/>', 'hub">hub</link>'), "link hub is not empty"),
    ("two alternates", twice(r'<link rel="alternate".*?/>'), "two alternate links of one type"),
    (
        "paging in an entry",
        sub('rel="related"', 'rel="next"'),
        "link rel 'next' is unexpected here",
    ),
    ("self in an entry", sub('rel="related"', 'rel="self"'), "link rel 'self' is unexpected here"),
]

TOMBSTONES: list[Case] = [
    ("a relative ref", sub('ref="tag:network.example,2013:', 'ref="'), "tombstone ref"),
    ("a date without zone", sub("08:00:00Z", "08:00:00"), "tombstone when"),
    ("a comment in HTML", sub("<at:comment>", '<at:comment type="html">'), "not plain text"),
    ("a blank comment", sub("The article was retracted.", " "), "comment is blank"),
    ("by nobody", sub("<at:by><name>Example editors</name></at:by>", "<at:by/>"), "without a name"),
    ("a relative link", sub("https://network.example/summaries/gone/", "/gone/"), "link '/gone/'"),
    ("a foreign part", sub("<at:by>", "<at:cause/><at:by>"), "the unexpected element at:cause"),
    ("the same twice", twice(TOMBSTONE), "stands 2 times with one date"),
    (
        "of a living entry",
        sub('summary/withdrawn1" when="2021-04', 'summary/k3v9x2m7" when="2021-07'),
        "stands beside its own tombstone",
    ),
]

ARCHIVE: list[Case] = [
    ("no mark", cut("  <fh:archive/>\n"), "links to another current document and lacks fh:archive"),
    ("no current", cut(r'  <link rel="current"[^\n]*\n'), "no link to the current document"),
    (
        "itself as current",
        sub("empathy/feed.atom", "empathy/feed/archive/2.atom"),
        "the current document says that it is an archive",
    ),
    ("two of one rel", twice(r'  <link rel="current"[^\n]*\n'), "feed has 2 current links"),
    (
        "no neighbours",
        cut(r'  <link rel="prev-archive".*?next-archive"[^\n]*\n'),
        "has neither prev",
    ),
    ("itself as neighbour", sub("archive/3.atom", "archive/2.atom"), "itself as its own neighbour"),
    (
        "one neighbour twice",
        sub("archive/3.atom", "archive/1.atom"),
        "the one before and the one after",
    ),
    ("paged too", sub('rel="current"', 'rel="first"'), "is paged and archived"),
    (
        "complete too",
        sub("<fh:archive/>", "<fh:archive/><fh:complete/>"),
        "complete and has archives",
    ),
]

SUBSCRIPTION: list[Case] = [
    ("next-archive", sub("prev-archive", "next-archive"), "which only an archive may have"),
]
