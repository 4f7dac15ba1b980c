"""Whether a text is English, told by its small words, for the one mistake that matters here.

The service publishes English only; an editor of a bilingual network may save the other version.
This tells whole paragraphs apart, not sentences; a few foreign names and quotations do not count.
"""

from __future__ import annotations

import re
from collections import Counter

_FEWEST_WORDS = 8  # under this, chance decides
_ENOUGH_WORDS = 20  # from here on, English prose without a small word of English does not occur
_LEAST_ENGLISH = 0.10  # the share of small words; English prose dense with figures has 0.25

_ENGLISH = "English"
# Frequent words that carry no topic. One that stands in several lists counts for each of them.
# No single letters but words: n, d and g are what findings are measured in.
_SMALL_WORDS = {
    _ENGLISH: """
        the of and to that is was for with are were be been by from this these those which it its
        their they as at not or but have has had who whom than more when what how after between
        among can could may might should would will did does also such we our there if both each
        because while during into about however other most some only so in on an a
    """,
    "French": """
        le la les des du un une et est sont dans pour par sur avec que qui ne pas plus au aux ce
        cette ces leur leurs elle elles ils nous vous mais ou où donc comme chez entre sans sous
        été être avait ont lors ainsi cet dont après avant très peut selon qu se sa son ses à de en
    """,
    "German": """
        der die das und ist sind nicht mit von zu den dem des ein eine einer eines einem einen auf
        für im in sich auch als wie bei nach aus über durch wird werden wurde wurden oder aber kann
        können haben hat sie wir ihre ihrer zwischen nur noch dass zur zum vor an es
    """,
    "Spanish": """
        el la los las de del un una unos unas y es son en que no con por para se su sus al lo como
        más pero entre sobre cuando muy sin también fue fueron ha han este esta estos estas o ser
        está desde hasta donde porque sino cada
    """,
    "Italian": """
        il lo la gli le di del della dei delle degli un una e è sono in che non con per si suo sua
        loro come più ma tra fra su quando molto senza anche fu furono ha hanno questo questa questi
        queste o essere nel nella nei nelle al alla alle dal dalla ai
    """,
    "Dutch": """
        de het een en van is zijn in dat die niet met voor op te bij door als ook aan uit naar over
        maar of wordt worden werd werden kan kunnen heeft hebben zij deze dit hun tussen na om nog
        meer dan er wat hoe tot
    """,
    "Portuguese": """
        o a os as de do da dos das um uma e é são em que não com por para se seu sua seus suas ao
        aos à às como mais mas entre sobre quando muito sem também foi foram tem têm este esta estes
        estas ou ser no na nos nas pelo pela pelos pelas isso
    """,
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _small_word in set(_words.split()):
        _LANGUAGES_OF.setdefault(_small_word, []).append(_language)

_WORD = re.compile(r"[^\W\d_]+")


def check(text: str) -> str | None:
    """Return None when a plain text is English (or too short to tell), else what it looks like."""
    words = _WORD.findall(text.lower())
    if len(words) < _FEWEST_WORDS:
        return None
    seen: Counter[str] = Counter()
    for word in words:
        seen.update(_LANGUAGES_OF.get(word, ()))
    likeliest, count = max(seen.items(), key=lambda pair: pair[1], default=("", 0))
    english = seen[_ENGLISH]
    if count > english and count >= _LEAST_ENGLISH * len(words):
        marks = [word for word, _ in Counter(words).most_common() if _tells(word, likeliest)]
        return f"the text looks {likeliest} ({', '.join(marks[:5])})"
    if len(words) >= _ENOUGH_WORDS and english < _LEAST_ENGLISH / 2 * len(words):
        return "the text does not look English (hardly one of its words is a small word of English)"
    return None


def _tells(word: str, language: str) -> bool:
    languages = _LANGUAGES_OF.get(word, ())
    return language in languages and _ENGLISH not in languages
