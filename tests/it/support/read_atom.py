"""Reads an Atom feed with Debian's python3-feedparser and says what a feed reader would show."""

import sys

import feedparser

feed = feedparser.parse(sys.stdin.buffer.read())
assert not feed.bozo, feed.bozo_exception
assert feed.version == "atom10", feed.version
print(feed.feed.title, feed.feed.id, feed.feed.language, feed.feed.author, feed.feed.updated, sep=" | ")
for link in feed.feed.links:
    print(link.rel, link.get("type"), link.href.split("cursor=")[0], sep=" | ")
for entry in feed.entries:
    assert entry.updated_parsed and entry.published == entry.updated, entry
    assert [link.rel for link in entry.links] == ["alternate"], entry.links
    kinds = ", ".join(tag.term for tag in entry.tags)
    print(entry.updated, entry.id, kinds, entry.link, entry.title, entry.summary, sep=" | ")
