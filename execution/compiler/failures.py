"""Why a plan gives up. It never says so to a client: graphql-core runs the operation again, and says it exactly.

Failed          something is wrong with the answer: an error, a null where none may be, a value that is none of its type
├ RefusedInPart    a field is refused to some objects: from now on the plan notes where, and says so itself
└ Unforeseen    nothing is wrong, but the plan has no way to do it; asking it again would waste the work again
  └ CallableFound    a value that graphql-core's default resolver would call
"""


class Failed(Exception):
    """The plan's work is thrown away."""


class RefusedInPart(Failed):
    """The plan has not noted where its objects stand."""


class Unforeseen(Failed):
    """The plan is of no use for this operation."""


class CallableFound(Unforeseen):
    """What was read as a value is a function; from now on such fields are called."""
