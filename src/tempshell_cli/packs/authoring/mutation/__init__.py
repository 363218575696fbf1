"""The answers that a proof makes itself: wrong ones, which must fail, and other spellings of the right one."""
