"""Working side by side: who looks at a ticket, who is told of what, and which tickets belong together.

Stands above the tickets and the mail that goes out, and only reads what happened there: nothing below knows that
anybody is told.
"""
