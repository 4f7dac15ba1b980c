"""One spoilt JSON Feed document for each rule."""

from __future__ import annotations

from tests.checking.mutation import Case, cut, sub

SECOND = "https://old.example/?p=17"

FEED: list[Case] = [
    ("not JSON", sub('"items": [', '"items": '), "not UTF-8 JSON"),
    ("a name twice", sub('"title"', '"version": "", "title"'), "'version' is twice in one object"),
    ("not a number", sub('"deleted": []', '"deleted": NaN'), "NaN is not JSON"),
    ("no items", cut(r',\n  "items": .*\](?=\n\})'), "'items' is a required property"),
    ("an unknown name", sub('"favicon"', '"logo"'), "'logo' does not match"),
    ("a null", sub('"language": "en",', '"language": null,'), "None is not of type 'string'"),
    *[
        (f"no {name}", cut(rf'  "{name}": [^\n]*\n'), f"feed has no {name}")
        for name in ("home_page_url", "feed_url", "language", "authors")
    ],
    ("version 1", sub("version/1.1", "version/1"), "not 1.1"),
    ("an empty title", sub("Example Network: Empathy", ""), "feed has no title"),
    ("a control character", sub("Network: E", "\x85 E"), "character U+0085"),
    ("another address", sub("empathy/feed.json", "empathy/json"), "is not its address"),
    (
        "itself as next",
        sub("feed/archive/2.json", "feed.json"),
        "next_url is the feed's own address",
    ),
    (
        "a relative page",
        sub('"https://network.example/topics/empathy/"', '"/"'),
        "home_page_url '/'",
    ),
    ("a relative icon", sub("https://network.example/static", "/static"), "favicon '/static"),
    ("a relative hub", sub("https://network.example/hub", "/hub"), "hub '/hub' is not an absolute"),
    ("a hub of another type", sub("WebSub", "rssCloud"), "not WebSub"),
    (
        "a dumb extension",
        sub('"about": "https://network.example/partners/", ', ""),
        "what it is about",
    ),
    (
        "a padded description",
        sub("Short summaries", " Short summaries"),
        "description is blank or has",
    ),
    ("a bad language", sub('"en"', '"English"'), "feed: language 'English' is not"),
    (
        "an author's relative page",
        sub("https://network.example/about/", "/about/"),
        "author url '/ab",
    ),
    ("the old author", sub('"hubs"', '"author": {"name": "E"}, "hubs"'), "version 1.1 replaced"),
    (
        "a nameless author",
        sub('{"name": "Example editors"}', '{"url": "https://x.example/"}'),
        "has an author without a name",
    ),
    ("oldest first", lambda text: text.replace("2021-05", "2021-07"), "newest first neither by"),
]

ITEMS: list[Case] = [
    *[
        (f"no item {name}", cut(rf'      "{name}": [^\n]*\n'), f"has no {name}")
        for name in ("url", "title", "summary", "date_published", "date_modified")
    ],
    (
        "no content",
        cut(r'      "content_html"[^\n]*\n'),
        "is not valid under any of the given schemas",
    ),
    (
        "empty content",
        sub("<p>Three new summaries stand in this month's collection.</p>", ""),
        "has no content_html",
    ),
    (
        "no authors",
        sub('"authors": [{"name": "Example editors"}]', '"authors": []'),
        "has no authors",
    ),
    ("a relative id", sub('"tag:network.example,2013:', '"'), "is not an absolute URI"),
    (
        "one id twice",
        sub(SECOND, "tag:network.example,2013:summary/k3v9x2m7"),
        "stands 2 times in the",
    ),
    (
        "text beside HTML",
        sub('"summary": "Three', '"content_text": "x", "summary": "Three'),
        "has content_text",
    ),
    (
        "a relative link",
        sub('"https://network.example/summaries/may/"', '"/may/"'),
        "url '/may/' is not",
    ),
    ("a relative article", sub("https://doi.org/", "doi:"), "external_url 'doi:"),
    (
        "itself as article",
        sub(
            "https://doi.org/10.5555/12345678",
            "https://network.example/summaries/empathy-and-outcome/",
        ),
        "its own address as external_url",
    ),
    ("a tag in a title", sub("Announcing the", "Announcing <b>the</b>"), "title has an end tag"),
    ("a blank summary", sub('"Three new summaries."', '" "'), "summary is blank"),
    ("a long summary", sub('"Three new', '"' + "Three " * 40 + "new"), "is not shorter than"),
    ("a date with an offset", sub("09:30:00Z", "09:30:00+00:00"), "date_modified '2021-06-03T09"),
    (
        "a date without time",
        sub("2021-06-01T12:00:00Z", "2021-06-01"),
        "date_published '2021-06-01'",
    ),
    (
        "modified first",
        sub('"date_published": "2021-06-01', '"date_published": "2021-06-04'),
        "is modified before it is published",
    ),
    (
        "two at once",
        sub('"date_modified": "2021-05-01T12:00:00Z"', '"date_modified": "2021-06-03T09:30:00Z"'),
        "2 items have the same date_modified 2021-06-03T09:30:00Z",
    ),
    ("a blank tag", sub('"Empathy", ', '"", '), "has a blank tag"),
    ("a comma in a tag", sub('"Empathy", ', '"Empathy, care", '), "has a comma"),
    (
        "one tag twice",
        sub('"Training and supervision"', '"Empathy"'),
        "tag 'Empathy' stands 2 times",
    ),
    (
        "a script",
        sub("<p>Three", "<script>x()</script><p>Three"),
        "content_html: the HTML has <script>",
    ),
    (
        "another item language",
        sub('"language": "en"\n', '"language": "anglais"\n'),
        "language 'anglais'",
    ),
]
