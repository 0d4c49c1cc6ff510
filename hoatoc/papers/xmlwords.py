"""Words as XML can hold them: documents and workbooks are XML inside, and one wrong mark keeps the whole unmade."""

import re

#: Of what a person may send, XML 1.0 takes neither control characters nor these two; half a surrogate pair is no mark.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_words(words: str) -> str:
    """`words` without what XML cannot hold; no person types it on purpose."""
    return _NOT_IN_XML.sub("", words)
