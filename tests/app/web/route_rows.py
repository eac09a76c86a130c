"""What a row of the table of every route says, and who may do what it names."""

from __future__ import annotations

from dataclasses import dataclass, field

PASSWORD = "a quiet morning"


@dataclass(frozen=True)
class Route:
    """One way to ask: an endpoint by GET or by POST.

    who      the least that may use it: "public" (nobody signed in), "anyone" (signed in, auditors too), "light" (who
             writes notes), "agent" (who answers), "lead", "admin", "admin only"; or "auditor" (admins and auditors).
             What only reads (GET) is for everybody who is signed in when its word is "agent" or below, and also for
             auditors when it is "lead" or "admin".
    ids      the desk's row for an id of the address, where it is not the row of the same name
    form     what a page of ours sends; a value that begins with "=" is the id of that row
    query    of the address
    answer   the status a person with the right to ask gets
    writes   False for a POST that changes no row of the database
    """

    who: str = "agent"
    ids: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    query: str = ""
    answer: int = 200
    writes: bool = True
    sandbox: bool = False
    # What a light agent sends instead, where the form has parts that are not theirs.
    light: dict[str, str] = field(default_factory=dict)
    # What is said of a number that nobody has, where that is not simply "not found".
    unknown: int = 404
    # Its row belongs to the agent of the tests alone: for everybody else it is not there.
    own: bool = False
    # A page for everybody that says nothing of any mailbox, ticket or parked mail, although its address has an id.
    granted: bool = True


# role → the words of `who` that let it change something; auditors change nothing but what is their own.
MAY_CHANGE = {
    "auditor": {"anyone"},
    "light": {"anyone", "light"},
    "agent": {"anyone", "light", "agent"},
    "lead": {"anyone", "light", "agent", "lead"},
    "admin": {"anyone", "light", "agent", "lead", "admin", "admin only"},
}
MAY_READ = {
    "auditor": {"anyone", "light", "agent", "lead", "admin", "auditor"},
    "light": {"anyone", "light", "agent"},
    "agent": {"anyone", "light", "agent"},
    "lead": {"anyone", "light", "agent", "lead"},
    "admin": MAY_CHANGE["admin"] | {"auditor"},
}


def may(role: str, method: str, route: Route) -> bool:
    """Whether somebody signed in with this role gets further than the door."""
    words = MAY_READ if method == "GET" else MAY_CHANGE
    return route.who == "public" or route.who in words[role]
