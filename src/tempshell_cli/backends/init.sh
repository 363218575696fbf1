# The first process of a sandbox. It holds the sandbox open, reaps what is left behind, and ends it at the deadline.
#
# $1 is the deadline in seconds since the epoch. A line "deadline N" on standard input moves it: only the engine can
# write there, so nobody inside the sandbox can. What follows N are the terms of the session; they are kept and printed
# with the deadline, for a store that has lost its record. The line is sent twice: the end of a tick can cut one in two, which is
# then ignored. The read is the tick, and a builtin on purpose: a child (sleep, date) could be stopped by a person
# inside, and a wall clock read each second holds across a suspend.
# $2 is "watched" where a supervisor holds the other end of the input as long as it lives: its end ends the sandbox,
# too. Bash alone can tell that (1) from a tick (above 128).
# $3 is in seconds how long nothing may happen in the sandbox before it ends, after $4 seconds of notice; "" for as long
# as it likes. Every few seconds /proc shows what has happened: a process was started, a command runs in the foreground of
# a terminal, the shell of a terminal has read something, or more of the processor was used than idle programs take. The
# notice is a line "idle N"; the next "deadline N" takes it back. Builtins again, which read only what all may read. A
# person inside gives processes their names, with line breaks and patterns of files: nothing of one is evaluated.
# The kernel keeps a person inside from killing PID 1 by a signal that it has no handler for. Bash installs handlers,
# for `read -t` among others, so these are ignored.
# Needs bash 5, or the ash of busybox; both have `read -t` and EPOCHSECONDS. The first line of output says that the
# deadline holds, so it comes only where it does: a start waits for it.
trap '' HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM XCPU XFSZ VTALRM PROF SYS
deadline=$1
terms=''
idle=${3:-0} notice=${4:-60} ends=0 active=$EPOCHSECONDS next=0 before='' spent=0
say() { echo "deadline $deadline${terms:+ $terms}"; }
look() {
  ticks=0 now='' busy=''
  read -r now </proc/loadavg
  now=${now##* }
  for stat in /proc/[0-9]*/stat; do
    pid=${stat#/proc/}
    pid=${pid%/stat}
    line=''
    while read -r part || [ "$part" ]; do line="$line$part "; done 2>/dev/null <"$stat"
    name=${line#*(}
    name=${name%)*}
    set -f
    set -- ${line##*) }
    set +f
    case ${12}:${13} in :* | *: | *[!0-9:]*) continue ;; esac
    ticks=$((ticks + ${12} + ${13}))
    [ "$5" != 0 ] && [ "$3" = "$6" ] || continue
    case $name in
      tmux* | screen) continue ;;
      sh | bash | ash | dash | zsh | fish | busybox) ;;
      *) busy=yes ;;
    esac
    while read -r key value; do
      [ "$key" = voluntary_ctxt_switches: ] && now="$now $pid:$value"
    done 2>/dev/null <"/proc/$pid/status"
  done
  [ "$now" = "$before" ] || busy=yes
  [ $((ticks - spent)) -lt 25 ] || busy=yes
  before=$now spent=$ticks
}
[ "$EPOCHSECONDS" ] || { echo "there is neither bash 5 nor busybox here" >&2; exit 1; }
[ "$EPOCHSECONDS" -lt "$deadline" ] || { echo "the deadline has passed by the clock here" >&2; exit 1; }
say
while [ "$EPOCHSECONDS" -lt "$deadline" ] && { [ "$ends" = 0 ] || [ "$EPOCHSECONDS" -lt "$ends" ]; }; do
  read -r -t 1 word moved given || {
    [ "$?:$2:${BASH_VERSION:+bash}" = 1:watched:bash ] && exit
    word=''
  }
  case $word:$moved in
    deadline:*[!0-9]* | deadline:) ;;
    deadline:*)
      case $given in
        '' | '{'*) deadline=$moved; terms=${given:-$terms}; say; active=$EPOCHSECONDS ends=0 ;;
      esac
      ;;
  esac
  [ "$idle" -gt 0 ] && [ "$EPOCHSECONDS" -ge "$next" ] || continue
  next=$((EPOCHSECONDS + 5))
  look
  if [ "$busy" ]; then
    active=$EPOCHSECONDS
    [ "$ends" = 0 ] || { ends=0; say; }
  elif [ "$ends" = 0 ] && [ "$EPOCHSECONDS" -ge $((active + idle)) ]; then
    ends=$((EPOCHSECONDS + notice))
    echo "idle $ends"
  fi
done
