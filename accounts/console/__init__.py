"""Commands about accounts that stand before Django's own of the same names: an app by itself, listed before `auth`."""
