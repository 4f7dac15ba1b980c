"""One spoilt RSS document for each rule on the channel, its items and its archives."""

from __future__ import annotations

from tests.checking.mutation import Case, cut, sub, swap, twice

ITEM = r"    <item>.*?</item>\n"
GUID = "tag:network.example,2013:summary/k3v9x2m7"

CHANNEL: list[Case] = [
    ("not XML", sub("</rss>", ""), "not well-formed XML"),
    ("another version", sub('version="2.0"', 'version="0.91"'), "not RSS 2.0 with one channel"),
    ("two channels", twice(r"  <channel>.*</channel>\n"), "not RSS 2.0 with one channel"),
    ("no declaration", cut(r"<\?xml.*?\?>\n"), "does not begin with an XML declaration"),
    (
        "an unknown namespace",
        sub("<ttl>", '<ttl xmlns:x="http://x.example/" x:a="">'),
        "unknown to",
    ),
    *[
        (f"no {name}", cut(rf"    <{name}>[^\n]*\n"), f"channel has 0 {name} elements, not one")
        for name in ("title", "link", "description", "language", "lastBuildDate")
    ],
    *[
        (f"two of {name}", twice(rf"    <{name}>[^\n]*\n"), f"channel has 2 {name} elements")
        for name in ("title", "link", "description", "language", "lastBuildDate", "ttl", "docs")
    ],
    ("an unknown element", sub("<ttl>", "<textInput/><ttl>"), "unexpected element textInput"),
    (
        "an editor",
        sub("<ttl>", "<managingEditor>e@x.example</managingEditor><ttl>"),
        "managingEditor",
    ),
    ("metadata after items", swap(r"    <ttl>60</ttl>\n", r".*</item>\n"), "has ttl after an item"),
    ("a title escaped twice", sub("Network: E", "&amp;amp; E"), "write its ampersand as &#x26;"),
    ("a tag begun in a title", sub("Network: E", "n&lt;b E"), "write it as &#x3C;"),
    ("a tag in a title", sub("Network: E", "&lt;b>N&#x3C;/b> E"), "has the end tag </b>"),
    ("a relative link", sub("<link>https://network.example", "<link>"), "channel link '/topics/"),
    ("relative docs", sub("<docs>https://", "<docs>"), "channel docs 'www.rss"),
    ("a date in Z", sub("09:30:00 +0000", "09:30:00 Z"), "is not a date of the form Thu, 01 Apr"),
    ("a date in EDT", sub("09:30:00 +0000", "09:30:00 EDT"), "is not a date of the form Thu, 01"),
    ("a date without weekday", sub("Thu, 03", "03"), "is not a date of the form Thu, 01 Apr 2021"),
    ("another weekday", sub("Thu, 03", "Fri, 03"), "is not a date of the form Thu, 01 Apr 2021"),
    (
        "no such day",
        sub("Thu, 03 Jun", "Thu, 31 Jun"),
        "is not a date of the form Thu, 01 Apr 2021",
    ),
    ("a date to come", sub("Thu, 03 Jun 2021", "Mon, 03 Jun 2999"), "is implausible"),
    ("a bad language", sub("<language>en", "<language>English"), "channel language 'English'"),
    ("a ttl in words", sub("<ttl>60", "<ttl>hourly"), "is not a number of minutes"),
    ("a ttl of nought", sub("<ttl>60", "<ttl>0"), "is not a number of minutes"),
    (
        "an image of another title",
        sub(
            "<ttl>",
            "<image><url>https://x.example/i.png</url><title>x</title><link>x</link></image><ttl>",
        ),
        "channel image has another title",
    ),
    (
        "a wide image",
        sub("<ttl>", "<image><url>i.png</url><width>145</width></image><ttl>"),
        "channel image width '145' is not",
    ),
    ("no self link", cut(r'    <atom:link rel="self".*?/>\n'), "channel has 0 self links"),
    ("another self link", sub("empathy/feed.rss", "empathy/rss"), "is not its address"),
    (
        "a self link of Atom",
        sub("application/rss+xml", "application/atom+xml"),
        "not application/rss",
    ),
    ("a link without rel", sub('rel="hub" ', ""), "channel link has no rel"),
    ("next-archive", sub("prev-archive", "next-archive"), "which only an archive may have"),
    ("oldest first", swap(ITEM, ITEM), "newest first neither by pubDate nor by atom:updated"),
    ("an old build", sub("Thu, 03 Jun", "Wed, 02 Jun"), "is older than its newest item"),
]

ITEMS: list[Case] = [
    *[
        (
            f"no item {name}",
            cut(rf"      <{name}[ >].*?</{name}>\n"),
            f"has 0 {name} elements, not one",
        )
        for name in ("title", "link", "guid", "pubDate", "description", "content:encoded")
    ],
    *[
        (
            f"two of item {name}",
            twice(rf"      <{name}[ >].*?</{name}>\n"),
            f"has 2 {name} elements",
        )
        for name in ("title", "link", "guid", "pubDate", "description", "content:encoded")
    ],
    (
        "an author",
        sub("<dc:creator>", "<author>e@x.example (E)</author><dc:creator>"),
        "element author",
    ),
    (
        "dc:date",
        sub("<dc:creator>", "<dc:date>2021-06-01</dc:date><dc:creator>"),
        "element dc:date",
    ),
    ("atom:rights", sub("<dc:creator>", "<atom:rights>©</atom:rights><dc:creator>"), "atom:rights"),
    (
        "content before description",
        swap("<description>Therapists[^\n]*\n *", "<content.*?encoded>"),
        "has no description before content:encoded",
    ),
    ("an item's blank title", sub("Announcing the summaries of May", " "), "title is blank"),
    ("an item's title begun", sub("the summaries of May", "&lt;May"), "write it as &#x3C;"),
    ("an item's title twice", sub("the summaries of May", "A&amp;amp;B"), "write its ampersand as"),
    (
        "an item's relative link",
        sub("<link>https://network.example/summ", "<link>/summ"),
        "link '/summ",
    ),
    (
        "an item's date",
        sub("12:00:00 GMT", "12:00:00"),
        "pubDate 'Sat, 01 May 2021 12:00:00' is not",
    ),
    (
        "an item's updated",
        sub("09:30:00Z", "09:30:00"),
        "atom:updated '2021-06-03T09:30:00' is not",
    ),
    (
        "an item's self link",
        sub('rel="related"', 'rel="self"'),
        "link rel 'self' is unexpected here",
    ),
    ("a relative guid", sub(f">{GUID}", ">k3v9x2m7"), "guid 'k3v9x2m7' is not an absolute URI"),
    ("a guid as permalink", sub('"false"', '"true"'), "does not say isPermaLink=false"),
    ("a guid that says nothing", sub(' isPermaLink="false"', ""), "does not say isPermaLink=false"),
    ("one guid twice", sub("https://old.example/?p=17", GUID), "stands 2 times in the channel"),
    (
        "no creator",
        cut(r"      <dc:creator>Example editors</dc:creator>\n(?=      <desc)"),
        "has no dc:creator",
    ),
    ("a padded creator", sub("<dc:creator>E", "<dc:creator> E"), "white space around it"),
    ("one creator twice", sub("Zoë Example", "Example editors"), "as dc:creator 2 times"),
    (
        "a lump of creators",
        sub("Zoë Example", "A. One; B. Two"),
        "not the plain name of one person",
    ),
    ("a comma in a category", sub(">Training and", ">Training, and"), "has a comma"),
    ("an ampersand in a category", sub(">Training and", ">Training &#x26;"), "some readers show"),
    (
        "a category twice",
        sub(">Training and supervision", ">Empathy"),
        "category 'Empathy' stands 2",
    ),
    ("a blank category", sub(">Training and supervision", ">"), "category is blank"),
    (
        "markup in a description",
        sub(">Three new", ">&lt;b>Three&lt;/b> new"),
        "description has markup",
    ),
    (
        "a bare sign in a description",
        sub("&amp;lt; .05", "&lt; .05"),
        "description: the HTML cannot be",
    ),
    (
        "a bare ampersand in a description",
        sub(">Three new", ">R&amp;D: new"),
        "which is not a character",
    ),
    (
        "a long description",
        sub(">Three new", ">" + "Three " * 40),
        "description is not shorter than",
    ),
    ("escaped content", sub("<![CDATA[<p>Three", "&lt;p&gt;<![CDATA[Three"), "not stand in CDATA"),
    (
        "a script",
        sub("<p>Three", "<script>x()</script><p>Three"),
        "content:encoded: the HTML has <script>",
    ),
]

ARCHIVE: list[Case] = [
    (
        "no mark",
        cut("    <fh:archive/>\n"),
        "links to another current document and lacks fh:archive",
    ),
    ("no current", cut(r'    <atom:link rel="current"[^\n]*\n'), "no link to the current document"),
    (
        "no neighbours",
        cut(r'    <atom:link rel="next-archive"[^\n]*\n'),
        "has neither prev-archive",
    ),
    (
        "complete too",
        sub("<fh:archive/>", "<fh:archive/><fh:complete/>"),
        "complete and has archives",
    ),
]
