"""What is spliced in base64 is, octet for octet, the base64 of it all."""

from hypothesis import given
from hypothesis import strategies as st

from hoatoc.mail.enclosure import base64_lines
from hoatoc.mail.splice import Splice

octets = st.one_of(st.binary(max_size=8), st.binary(max_size=200))


@given(st.lists(octets, min_size=1, max_size=6), st.data())
def test_spliced_values_make_the_lines_of_the_whole(pieces: list[bytes], data: st.DataObject) -> None:
    splice = Splice(pieces)
    for _ in range(3):  # what was encoded for one cast serves the next
        values = data.draw(st.lists(octets, min_size=len(pieces) - 1, max_size=len(pieces) - 1))
        whole = pieces[0] + b"".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))
        assert b"".join(splice.cast(values)) == base64_lines(whole)
