"""Which duties are asked for: the filter of the board."""

from typing import Annotated

from fastapi import Depends, Query

from hoatoc.format.text import Urgency
from hoatoc.format.units import Tree
from hoatoc.rollout.statistics import Progress
from portal.desk.choice import Choice
from portal.typed import LARGEST_ID


def _chosen(
    directive: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="The number of a directive.")] = None,
    tree: Annotated[Tree | None, Query(description="Units of one hierarchy.")] = None,
    urgency: Annotated[Urgency | None, Query(description="Directives of one degree of urgency.")] = None,
    progress: Annotated[Progress | None, Query(description="Duties that have got so far.")] = None,
    name: Annotated[str, Query(max_length=100, description="Units with this in their name.")] = "",
) -> Choice:
    return Choice(directive_id=directive, tree=tree, urgency=urgency, progress=progress, words=name.strip())


#: The filter; what is not given leaves everything in.
Chosen = Annotated[Choice, Depends(_chosen)]
