"""An existing blog becomes files in content/summaries/: from a feed, or from WordPress's export.

feed.py and wxr.py read, convert.py makes a file of an entry, write.py puts it down, report.py says
what happened to each. Nothing here fetches, and no file that exists is ever touched.
"""
