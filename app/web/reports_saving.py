"""What the figures of articles, writing and finding are called and how they are defined, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

Said = dict[str, tuple[str, str]]


def articles() -> Said:
    return {
        "with_article_share": (
            _("With an article"),
            _("Share of the replies that an article was put into and not thrown out again before sending."),
        ),
        "with_article": (
            _("Replies with an article"),
            _("Replies of the period that were made of an article."),
        ),
        "articles_used": (
            _("Articles used"),
            _("Different articles that replies of the period were made of."),
        ),
        "freely": (
            _("Written without one"),
            _("Replies of the period without an article."),
        ),
        "saved": (
            _("Time saved"),
            _(
                "Replies with an article, times how much faster the same agent wrote them than their own "
                "replies without one. In brackets the 95 %% interval by Welch’s method; it may be "
                "negative."
            )
            % {},
        ),
        "composing_mean": (
            _("Writing a reply"),
            _(
                "Mean active time in the editor: from key to key and click to click while it has the "
                "focus; a pause of more than a minute counts nothing. Replies that left later by "
                "themselves are not measured."
            ),
        ),
        "composing_with": (
            _("Writing with an article"),
            _("The same, of replies made of an article."),
        ),
        "composing_without": (
            _("Writing without one"),
            _("The same, of replies without an article."),
        ),
    }


def finding() -> Said:
    return {
        "searches_per_ticket": (
            _("Searches for each ticket"),
            _(
                "Searches begun while a ticket was on the screen, by the number of tickets that were answered in the "
                "period (n)."
            ),
        ),
        "found_median": (
            _("Time to the first useful click, median"),
            _(
                "From asking until the click on the first letter found that the agent stayed with for ten seconds. "
                "Searches without one have no time; n is how many have."
            ),
        ),
        "found_p90": (
            _("Time to the first useful click, nine of ten"),
            _("Nine of ten searches with a useful click had it within this time."),
        ),
        "found_share": (
            _("Searches that led somewhere"),
            _("Share of all searches with a useful click within half an hour."),
        ),
        "from_card": (
            _("Earlier letters opened from the card"),
            _(
                "Earlier tickets of the same client that were opened from the client card, without any search."
            ),
        ),
    }
