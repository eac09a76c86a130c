"""What pure code says of articles, files and scripts, and knows no language: the catalogue finds it here."""

from __future__ import annotations

from flask_babel import gettext as _


def said_by_pure_code() -> tuple[str, ...]:
    """`in_words` translates these where they are shown."""
    return (
        _("A choice of this step leads nowhere."),
        _("A day is written like 2027-01-31."),
        _("Another file has this article in this language."),
        _("Nobody here has this address; it is left without owner."),
        _("One part cannot stand inside another."),
        _("Please choose one of the list."),
        _("Say yes or no here."),
        _("The file must begin with a line of three dashes."),
        _("The head of the file has no end: a second line of three dashes."),
        _("The language is missing."),
        _("There are two files with this name."),
        _("There is no article for this file."),
        _("That is too much for one letter."),
        _("That is too much for one letter; it is left out."),
        _("There is no such mailbox here; it is left out."),
        _("There is no such team here; it is left out."),
        _("This article is not yours to change."),
        _("This file is damaged."),
        _("This file is encrypted."),
        _("This file is not UTF-8."),
        _("This file is too large."),
        _("This is no name of an article."),
        _("This is said twice."),
        _("This line is none that we know."),
        _("This mark has no beginning."),
        _("This part has no condition we can read."),
        _("This part has no end."),
        _("This step has too many choices."),
        _("This step is too long."),
        _("This step says nothing."),
        _("This text cannot be filled in."),
        _("Two files of one article say that they are the first."),
        _("What anybody may read cannot be for some agents only."),
    )
