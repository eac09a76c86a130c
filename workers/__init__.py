"""The processes around the helpdesk: the jobs, the clock, the owner of the knowledge index, and who starts them all.

Nobody imports this package: jobs are enqueued by their dotted name.
"""
