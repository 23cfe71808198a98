"""What higher apps are told of an account, inside the transaction.

`user_changed`: name, address or two-factor state changed. Arguments: `user`, `two_factor` (whether it is on),
`actor`. `account_switched`: staff deactivated it or gave it back, as `user.is_active` says now. Arguments: `user`,
`actor`. They are sent in an action that has locked the account.
"""

from django.dispatch import Signal

user_changed = Signal()
account_switched = Signal()
