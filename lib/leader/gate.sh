#!/bin/sh
# Runs COMMAND only while the elector allows it: `gate.sh [--check COUNT CHECK…] COMMAND [ARGUMENT…]`.
#
# Guarantees
# - COMMAND runs at most once, and only while the file `deadline` names this gate and a time ahead. A file that is
#   missing, half written, past, or for another gate or term allows nothing.
# - When that ends, SIGTERM within a tick of 0.2 s, and SIGKILL within a tick of the deadline and HA_KILL_AFTER.
# - The end of COMMAND is noticed at once, and reported when nothing of it runs any more. Exit status: COMMAND's
#   (128 + n for signal n), 75 after a deadline, 0 when stopped before a start, 2 for a wrong call.
# - COMMAND does not hold the status FIFO: its end of stream is the end of the gate.
# - CHECK, a command of COUNT words, is asked again and again while COMMAND runs, for 5 s at most, and each success is
#   told. The fence does not wait for it.
# Assumes
# - It is the first process of its container, so that what COMMAND leaves behind ends with it.
# - No pause between two ticks is longer than the election's margin.
# - COMMAND reads no standard input. Under busybox it begins with SIGINT and SIGQUIT ignored; handlers of its own change
#   that.

refuse() { echo "gate.sh: $1" >&2; exit 2; }

say() { printf '%s\n' "$*" >&3; }

# Sets now: the kernel's uptime in centiseconds. With a 1 before them, decimals such as 08 are not read as octal.
clock() { read -r now _ </proc/uptime && now=$((${now%.*} * 100 + 1${now#*.} - 100)); }

# True while the elector allows this gate to run COMMAND; sets now, until and term.
allowed() {
  { read -r until term gate _ <"$HA_DIR/deadline"; } 2>/dev/null || gate=
  case $until:$term in [!1-9]* | *[!0-9:]* | *:*:* | *: | ????????????????*:*) until=0 gate= ;; esac
  clock && [ "$gate:${HA_TERM:-$term}" = "$id:$term" ] && [ "$now" -lt "$until" ]
}

# The fence and the heartbeat. Its end, also for want of a process for `sleep`, is SIGKILL for COMMAND.
watch() {
  trap 'kill -KILL "$app"' EXIT
  seen='' beats=0
  while allowed; do
    [ "$until" = "$seen" ] || seen=$until beats=0
    beat
    sleep 0.2 3>&-
  done
  kill -TERM "$app"
  # A deadline that is none, or not ours, ends now.
  clock && [ "$until" -gt 0 ] && [ "$until" -le "$now" ] || until=$now
  while clock && [ "$now" -lt $((until + HA_KILL_AFTER)) ]; do
    beat
    sleep 0.2 3>&-
  done
}

# Asks CHECK, often until it has succeeded once. COMMAND's words are left out.
ask() {
  left=$check
  while [ "$left" -gt 0 ]; do set -- "$@" "$1"; shift; left=$((left - 1)); done
  shift $(($# - check))
  seen='' told=0 pause=0.1
  while allowed; do
    [ "$until" = "$seen" ] || seen=$until told=0
    # With those of `beat` they fit into a pipe.
    if timeout -s KILL 5 "$@" >/dev/null 2>&1 3>&- 4>&- && [ $((told += 1)) -le 500 ]; then
      say "answers $id $HA_TERM"
      pause=1
    fi
    sleep "$pause" 3>&-
  done
}

# 1,000 lines fit into a pipe: an elector that hangs, and neither renews nor reads, cannot block the fence.
beat() { [ $((beats += 1)) -gt 1000 ] || say "running $id $HA_TERM"; }

# The action of all traps: passes the signal on; before a start, those that stop end the gate.
# shellcheck disable=SC2317 # called by the traps
take() {
  interrupted=yes
  case $1 in TERM | INT | QUIT) told=$1 ;; esac
  if [ -n "$child" ]; then
    kill -s "$1" "$child"
  elif [ -n "$told" ] && [ -z "$HA_TERM" ]; then
    [ -z "$reader" ] || kill -KILL "$reader"
    exit 0
  fi
} 2>/dev/null

check=0
if [ "$1" = --check ]; then
  case $2 in '' | 0* | *[!0-9]*) refuse "--check '$2': must be the number of words of the check that follows" ;; esac
  timeout -s KILL 5 true 2>/dev/null || refuse "the check needs 'timeout -s KILL 5', from coreutils or busybox 1.30"
  [ $# -gt $(($2 + 2)) ] || refuse "no command given after the $2 words of the check"
  check=$2
  shift 2
fi
[ $# -gt 0 ] || refuse 'no command given: call gate.sh [--check COUNT CHECK…] COMMAND [ARGUMENT…]'
[ -n "$HA_DIR" ] || refuse 'HA_DIR is not set: it must name the folder shared with the elector, such as /run/ha'
case $HA_KILL_AFTER in
  '' | *[!0-9]* | 0?*) refuse "HA_KILL_AFTER='$HA_KILL_AFTER': must be a whole number of centiseconds, such as 150" ;;
esac
clock || refuse '/proc/uptime cannot be read: mount /proc'

id=$now HA_TERM='' child='' reader='' told='' expired=''
for signal in TERM INT QUIT HUP USR1 USR2; do
  # shellcheck disable=SC2064 # the signal of this round
  trap "take $signal" "$signal"
done

until [ -p "$HA_DIR/status" ] && [ -p "$HA_DIR/start" ]; do sleep 0.1; done
# Opened for both directions, a FIFO neither blocks for want of an elector nor breaks when it dies.
exec 3<>"$HA_DIR/status" 4<>"$HA_DIR/start"

# A line on `start` is a bell: the gate looks at the deadline. It is heard in the background, for only `wait` is
# interrupted by signals in every shell.
hear() { read -r _ <&4 3>&- & reader=$!; }

# Shells start background commands with these ignored; dash has no other means to undo it than env from coreutils.
unignore='env --default-signal=INT,QUIT'
$unignore true 2>/dev/null || unignore=

say "waiting $id"
hear
until wait "$reader"; allowed; do
  kill -0 "$reader" 2>/dev/null || hear
  say "waiting $id"
done

export HA_TERM="$term"
# shellcheck disable=SC2086 # two words, or none
(trap - INT QUIT; shift "$check"; exec $unignore "$@" 3>&- 4>&-) &
app=$! asker=
watch 2>/dev/null &
watcher=$!
[ "$check" -eq 0 ] || { ask "$@" 2>/dev/null & asker=$!; }
# Until it closes its end, the child may take a signal as the shell that it still is, and lose it.
# shellcheck disable=SC3013 # the shells that images have know -ef
while [ "/proc/$app/fd/3" -ef "$HA_DIR/status" ]; do :; done
early=$told child=$app
[ -z "$early" ] || kill -s "$early" "$child" 2>/dev/null

# A signal ends `wait` early. The next one has the status; 127 or, from bash, -1: the one before had it.
status=127
until
  interrupted=
  wait "$child" 2>/dev/null
  ended=$?
  case $ended in 127 | -1) ;; *) status=$ended ;; esac
  [ -z "$interrupted" ]
do :; done

allowed || expired=75
[ $$ -ne 1 ] || kill -KILL -1 2>/dev/null
# shellcheck disable=SC2086 # may be none
{ kill -KILL "$watcher" $asker; wait "$watcher" $asker; } 2>/dev/null
if [ -n "$told$expired" ]; then say "stopped $id $status"; else say "exited $id $status"; fi
exit "${expired:-$status}"
