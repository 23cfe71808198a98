"""What a higher app is told inside the transaction.

`member_removed`: a membership ends for good. Arguments: `organization`, `membership` (still saved), `actor`.
`settling`: write down what has lapsed. Arguments: `organization` (locked), `at`, `limit` (rows, or None for all); a
receiver answers the next moment at which something of its kind lapses (in the past where it left some), or None.
"""

from django.dispatch import Signal

member_removed = Signal()
settling = Signal()
