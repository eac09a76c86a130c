"""Full-text search of the knowledge base and suggestions for a customer's letter.

What lives here: the Whoosh index, word stems, the model that learns from accepted answers, and the
honest confidence. What may not: Flask, SQLAlchemy, or anything else of this project. The owner of a
directory feeds articles and accepted answers in; web processes only read.
"""
