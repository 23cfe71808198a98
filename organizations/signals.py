"""What a higher app is told inside the transaction.

`member_added`: somebody has come in. Arguments: `organization`, `membership`, `actor`.
`member_removed`: a membership ends for good. Arguments: `organization`, `membership` (still saved), `actor`.
`members_removed`: the same, once for all of them. Arguments: `organization`, `memberships` (still saved), `actor`.
`authority_changed`: people may do something else than before. Arguments: `organization`, `memberships` (a queryset:
they can be all that there are), `actor`.
`role_removed`: a custom role goes. Arguments: `organization`, `role` (still saved), `replacement` (or None), `actor`. A
receiver that cannot do with the replacement at this moment raises ValidationError.
`role_offered`: how many open offers of a role are there? A receiver answers a number. Arguments: `organization`,
`role`, `at`.
`role_let_in`: how many ways to join without an invitation give a role? A receiver answers a number. Arguments:
`organization`, `role`.
`settling`: write down what has lapsed. Arguments: `organization` (locked), `at`, `limit` (rows, or None for all); a
receiver answers the next moment at which something of its kind lapses (in the past where it left some), or None.
`person_reaches`: in which organizations is something of a person open, beside their memberships? A receiver answers
their ids. Arguments: `person` (the account's id), `addresses` (those that they are to be forgotten with, else none).
`account_going`: an account is about to be deleted, and belongs nowhere any more. Arguments: `user` (locked, still
saved), `actor`.
`unnaming`: an account is about to be deleted, and to be forgotten. A receiver has its rows that refer to it by id say
no more who it was, also where no log tells of it any longer, and answers at which addresses it was invited, or None.
Argument: `person` (the account's id).
`addressed`: what has been addressed to a person? A receiver answers ids. Argument: `addresses`.
`forgetting`: a person is to be forgotten. A receiver takes back and deletes what was addressed to them, and has none of
its rows say who they were. Arguments: `addresses`, `labels` (what they were called), `organizations` (ids of those that
knew them), `actor`.
`counting`: how many seats are reserved, by role? A receiver answers numbers by the role's id. Argument: `organization`.
"""

from django.dispatch import Signal

member_added = Signal()
member_removed = Signal()
members_removed = Signal()
authority_changed = Signal()
role_removed = Signal()
role_offered = Signal()
role_let_in = Signal()
settling = Signal()
counting = Signal()
person_reaches = Signal()
account_going = Signal()
unnaming = Signal()
addressed = Signal()
forgetting = Signal()
