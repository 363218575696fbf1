"""Whatever a stranger puts onto a shared engine, nobody's command removes what is neither theirs nor over."""
