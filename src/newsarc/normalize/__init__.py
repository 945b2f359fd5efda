"""What printed words mean: dates, sections, the titles of related links, and the id a story gets.

`meaning` puts them together for an article. Options of the command line pass through this package too, so nothing is
imported here.
"""
