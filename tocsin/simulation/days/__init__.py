"""What an ordinary day is made of, one file for each kind of life. ``whole`` puts them together.

Each gives the happenings of one day at one establishment, in no order; the last of them may end after the day.
"""
