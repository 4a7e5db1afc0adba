#!/bin/sh
# Runs COMMAND only while the elector's deadline lies ahead: `gate.sh COMMAND [ARGUMENT…]`.
#
# Guarantees
# - Without a `start` for this gate, and a deadline ahead for the same term, COMMAND never runs. It runs at most once.
# - SIGTERM reaches it within one tick (0.2 s) of the deadline, SIGKILL within one tick of deadline + HA_KILL_AFTER.
#   A deadline that is missing, half written or of another term has passed.
# - The end of COMMAND is noticed at once. Exit status: that of COMMAND (128 + n for signal n), 75 after a deadline,
#   0 if stopped before a start, 2 for a wrong call.
# - No process of COMMAND holds the status FIFO: its end of stream is the end of the gate. Without a reader writes go
#   on, and end before the pipe is full; the next reader finds them.
# Assumes
# - It is the first process of its container: what COMMAND leaves behind ends with it.
# - The FIFOs are made once, and not replaced. No pause between two ticks is longer than the election's margin.
# - COMMAND reads no standard input. Where neither `trap` nor GNU `env` can undo it (busybox), a shell starts it with
#   SIGINT and SIGQUIT ignored: programs that set their own handlers do not notice.

refuse() { echo "gate.sh: $1" >&2; exit 2; }

# Sets now: the kernel's uptime in centiseconds. With a 1 before them, decimals such as 08 are not read as octal.
clock() { read -r now _ </proc/uptime && now=$((${now%.*} * 100 + 1${now#*.} - 100)); }

# Sets now, until and term. A deadline that is none passes now.
look() {
  clock || return
  { read -r until term _ <"$HA_DIR/deadline"; } 2>/dev/null || until=
  case $until:$term in [!1-9]* | *[!0-9:]* | *:*:* | *: | ????????????????*:*) until=$now term= ;; esac
}

say() { printf '%s\n' "$*" >&3; }

# Ends with 0 when COMMAND may run. Says that the gate waits: first, and in answer to all other lines.
await_start() {
  until
    say "waiting $id"
    read -r word gate asked _ <&4 || exit
    [ "$word $gate" = "start $id" ] && look && [ "$until" -gt "$now" ] && [ "$term" = "$asked" ]
  do :; done
}

# The fence and heartbeat of the application. When it ends, for whatever reason, it takes the application along.
watch() {
  trap 'kill -KILL "$app"' EXIT
  kill_at='' renewed='' beats=0
  while look; do
    [ "$term" = "$HA_TERM" ] || until=$now
    if [ -n "$kill_at" ]; then
      [ "$now" -lt "$kill_at" ] || exit 0
    elif [ "$until" -le "$now" ]; then
      kill_at=$((until + HA_KILL_AFTER))
      kill -ALRM $$
    elif [ "$until" != "$renewed" ]; then
      renewed=$until beats=0
    fi
    # 1,000 lines fit into a pipe: an elector that hangs, and neither reads nor renews, cannot block the fence.
    [ $((beats += 1)) -gt 1000 ] || say "running $id $HA_TERM"
    sleep 0.2 3>&- 4>&-
  done
}

# The action of all traps: passes the signal on; before a start, those that stop end the wait for it.
# shellcheck disable=SC2317 # called by the traps
take() {
  signal=$1
  # ALRM is the watcher's: the deadline has passed.
  [ "$1" != ALRM ] || { expired=75; set -- TERM; }
  case $1 in TERM | INT | QUIT) told=$1 ;; esac
  if [ -n "$child" ]; then kill -s "$1" "$child"; elif [ -n "$told" ]; then kill -KILL "$reader"; fi 2>/dev/null
}

# Waits for the end of a process, also when signals interrupt that; sets status.
reap() {
  status=127
  until
    signal=
    wait "$1" 2>/dev/null
    ended=$?
    # 127: an earlier round had its status. -1: bash has lost it, as a signal came with the end.
    case $ended in 127 | -1) ;; *) status=$ended ;; esac
    [ -z "$signal" ]
  do :; done
}

[ $# -gt 0 ] || refuse 'no command given: call gate.sh COMMAND [ARGUMENT…]'
[ -n "$HA_DIR" ] || refuse 'HA_DIR is not set: it must name the folder shared with the elector, such as /run/ha'
case $HA_KILL_AFTER in
  '' | *[!0-9]* | 0?*) refuse "HA_KILL_AFTER='$HA_KILL_AFTER': must be a whole number of centiseconds, such as 150" ;;
esac
clock || refuse '/proc/uptime cannot be read: mount /proc'

id=$now HA_TERM='' child='' reader='' told='' expired=''
trap 'take TERM' TERM; trap 'take INT' INT; trap 'take QUIT' QUIT; trap 'take ALRM' ALRM
trap 'take HUP' HUP; trap 'take USR1' USR1; trap 'take USR2' USR2

until [ -p "$HA_DIR/status" ] && [ -p "$HA_DIR/start" ]; do
  [ -z "$told" ] || exit 0
  sleep 0.1
done
# Opened for both directions, a FIFO neither blocks for want of an elector nor breaks when it dies.
exec 3<>"$HA_DIR/status" 4<>"$HA_DIR/start"

until
  await_start & reader=$!
  [ -z "$told" ] || kill -KILL "$reader" 2>/dev/null
  reap "$reader"
  [ -z "$told" ] || exit 0
  [ "$status" -eq 0 ] && look && [ "$until" -gt "$now" ]
do :; done

export HA_TERM
HA_TERM=$term reader=
! env --default-signal=INT,QUIT true 2>/dev/null || set -- env --default-signal=INT,QUIT "$@"
(exec "$@" 3>&- 4>&-) & app=$!
watch 2>/dev/null & watcher=$!
# Until it closes its end, the child may take a signal as the shell that it still is, and lose it.
# shellcheck disable=SC3013 # all shells named above know -ef
while [ "/proc/$app/fd/3" -ef "$HA_DIR/status" ]; do :; done
early=$told child=$app
[ -z "$early" ] || kill -s "$early" "$child" 2>/dev/null
reap "$child"
child=
exec 2>/dev/null
if [ $$ -eq 1 ]; then kill -KILL -1; else kill -KILL "$watcher"; fi
wait "$watcher"
if [ -n "$told" ]; then say "stopped $id $status"; else say "exited $id $status"; fi
exit "${expired:-$status}"
