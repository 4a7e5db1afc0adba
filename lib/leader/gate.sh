#!/bin/sh
# Runs COMMAND only while the elector allows it: `gate.sh [--check COUNT CHECK…] COMMAND [ARGUMENT…]`.
#
# Guarantees
# - COMMAND runs at most once, and only while the file `deadline` names this gate and a time ahead. A file that is
#   missing, half written, past, or for another gate or term allows nothing.
# - When that ends, HA_STOP_SIGNAL (SIGTERM unless set) within a tick of 0.2 s, and SIGKILL within a tick of the
#   deadline and HA_KILL_AFTER. A SIGTERM that the gate gets is passed on as HA_STOP_SIGNAL, other signals as they are.
# - The fence is this process, the first of its container, which COMMAND cannot kill: it runs in a session of its own,
#   and the kernel protects process 1 from signals that it does not handle. COMMAND yields the container's CPU to it.
# - The fence needs no other process where `read` knows time-outs (bash, busybox). Elsewhere (dash), where `sleep` cannot
#   be started, COMMAND is killed at once. Bash's time-outs may be missed; then another process wakes it.
# - The end of COMMAND is noticed within a tick, mostly at once, and reported when nothing of it runs any more that the
#   gate may end. Exit status: COMMAND's (128 + n for signal n), 75 after a deadline, 0 when stopped before a start, 2 for
#   a wrong call.
# - An elector that does not read cannot delay the fence: for one deadline the gate says 4 KiB at most, then nothing.
# - COMMAND does not hold the status FIFO: its end of stream is the end of the gate.
# - CHECK, a command of COUNT words, is asked again and again while COMMAND runs, for 5 s at most, and each success is
#   told. The fence does not wait for it.
# Assumes
# - It is the first process of its container. Elsewhere only COMMAND and its process group end with it.
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

# Waits for a line on `start`, a bell, or for a signal.
bell() {
  if [ "$tick:$BASH_VERSION" = look: ]; then
    until read -r -t 0.2 _ <&4; do :; done
  else
    # Heard in the background: only `wait` is interrupted by signals.
    kill -0 "$reader" || { read -r _ <&4 & reader=$!; }
    wait "$reader"
  fi
} 2>/dev/null

# Waits for the next tick, a bell, the end of COMMAND, or a signal: without a process, or with one.
look() { read -r -t 0.05 _ <&4; }
doze() {
  sleep 0.2 3>&- &
  nap=$!
  gone "$app" || wait "$nap"
  nap=''
} 2>/dev/null

# Bash that is suspended just before it reads may miss that the time is over, and wait for ever: these lines end it.
wake() { while kill -0 $$; do sleep 0.2; echo >&4; done; }

# Collects what COMMAND has left behind, where neither the shell nor `wait` does. It would forget COMMAND's status too.
collect() { [ -z "$orphans" ] || gone "$app" || { orphans=''; jobs >/dev/null; }; }

# True when no thread of this process runs any more.
gone() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # The program's name, in parentheses, may have blanks. After it: the state, and 17 words on the number of threads.
  # shellcheck disable=SC2086 # words
  set -- ${stat##*) }
  [ "$1:${18}" = Z:1 ]
}

# Stops COMMAND as soon as it is no longer allowed, and kills it in time.
fence() {
  if [ -z "$expired" ]; then
    ! allowed || return 0
    expired=75
    kill -s "$stop" "$app"
    # A deadline that is none, or not ours, ends now.
    [ "$until" -gt 0 ] && [ "$until" -le "$now" ] || until=$now
    kill_at=$((until + HA_KILL_AFTER))
  elif ! clock || [ "$now" -ge "$kill_at" ]; then
    kill_all
  fi
} 2>/dev/null

# Kills everything but this process.
kill_all() {
  if [ $$ -eq 1 ]; then kill -KILL -1; else kill -KILL "-$app" "$app" $asker $waker; fi
} 2>/dev/null

# True when nothing runs in its container that this process could end. What it could not is somebody else's.
alone() {
  [ $$ -eq 1 ] || return 0
  for process in /proc/[1-9]*; do
    process=${process#/proc/}
    [ "$process" -eq 1 ] || gone "$process" || ! kill -0 "$process" || return 1
  done
} 2>/dev/null

# The heartbeat, every 0.2 s. 70 lines, with those of `ask`, fit into the smallest pipe that Linux gives, of 4 KiB: an
# elector that hangs cannot block the fence. One that reads moves the deadline before they are said.
beat() {
  [ "$until" = "$seen" ] || seen=$until beats=0
  [ $((now - beaten)) -ge 20 ] || return 0
  beaten=$now
  [ $((beats += 1)) -gt 70 ] || say "running $id $HA_TERM $now"
}

# Asks CHECK, often until it has succeeded once. COMMAND's words are left out.
ask() {
  left=$check
  while [ "$left" -gt 0 ]; do set -- "$@" "$1"; shift; left=$((left - 1)); done
  shift $(($# - check))
  seen='' told=0 pause=0.1
  while allowed; do
    [ "$until" = "$seen" ] || seen=$until told=0
    if $yield timeout -s KILL 5 "$@" >/dev/null 2>&1 3>&- 4>&- && [ $((told += 1)) -le 20 ]; then
      say "answers $id $HA_TERM"
      pause=1
    fi
    sleep "$pause" 3>&-
  done
}

# The action of all traps: passes the signal on; before a start, those that stop end the gate.
# shellcheck disable=SC2317 # called by the traps
take() {
  interrupted=yes
  case $1 in TERM | INT | QUIT) told=$1 ;; esac
  if [ -n "$child" ]; then
    pass_on "$1"
  elif [ -n "$told" ] && [ -z "$HA_TERM" ]; then
    [ -z "$!" ] || kill -KILL "$!"
    exit 0
  fi
} 2>/dev/null

pass_on() { if [ "$1" = TERM ]; then kill -s "$stop" "$child"; else kill -s "$1" "$child"; fi; }

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
stop=${HA_STOP_SIGNAL:-SIGTERM}
case $stop in
  SIGTERM | SIGINT | SIGQUIT | SIGHUP | SIGUSR1 | SIGUSR2 | SIGKILL) stop=${stop#SIG} ;;
  *) refuse "HA_STOP_SIGNAL='$stop': must be SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 or SIGKILL" ;;
esac
clock || refuse '/proc/uptime cannot be read: mount /proc'
yield='nice -n 19'
(exec $yield setsid true) 2>/dev/null || refuse "needs 'nice' and 'setsid', from coreutils and util-linux, or busybox"

id=$now HA_TERM='' child='' reader='' told='' expired='' orphans='' nap=''
for signal in TERM INT QUIT HUP USR1 USR2; do
  # shellcheck disable=SC2064 # the signal of this round
  trap "take $signal" "$signal"
done

until [ -p "$HA_DIR/status" ] && [ -p "$HA_DIR/start" ]; do sleep 0.1; done
# Opened for both directions, a FIFO neither blocks for want of an elector nor breaks when it dies.
exec 3<>"$HA_DIR/status" 4<>"$HA_DIR/start"

# Status 2: this shell's `read` has no time-out.
tick=look
look 2>/dev/null
[ $? -ne 2 ] || tick=doze

# Shells start background commands with these ignored; dash has no other means to undo it than env from coreutils.
unignore='env --default-signal=INT,QUIT'
$unignore true 2>/dev/null || unignore=

until allowed; do
  say "waiting $id $now"
  bell
done
[ -z "$reader" ] || kill -KILL "$reader" 2>/dev/null

export HA_TERM="$term"
# Also interrupts a tick, or ends it when it has not begun to wait. Bash, which collects by itself, may crash in a `read`
# with a time-out that this interrupts.
[ -n "$BASH_VERSION" ] || trap 'orphans=yes; [ -z "$nap" ] || kill -KILL "$nap" 2>/dev/null' CHLD
# The child closes its end of the pipes when it ignores nothing any more.
# shellcheck disable=SC2086,SC2016 # words, or none; the inner shell's own
(trap - INT QUIT CHLD; shift "$check"; exec $unignore /bin/sh -c 'exec "$@" 3>&- 4>&-' sh $yield setsid "$@") &
app=$! asker='' waker=''
[ -z "$BASH_VERSION" ] || { wake 2>/dev/null 3>&- & waker=$!; }
# Where no process can be started, dash ends; nothing more is started then.
trap 'expired=75 tick=:; finish' EXIT
[ "$check" -eq 0 ] || { ask "$@" 2>/dev/null & asker=$!; }
# Until then it may take a signal as the shell that it still is, and lose it.
# shellcheck disable=SC3013 # the shells that images have know -ef
while [ "/proc/$app/fd/3" -ef "$HA_DIR/status" ]; do :; done
early=$told child=$app
[ -z "$early" ] || pass_on "$early" 2>/dev/null

# Reports the end of COMMAND once nothing of it runs any more.
finish() {
  trap - EXIT
  # Nothing could wake `look` any more, and after a `wait` bash takes the end of a child for an end of the next one. What is
  # killed is gone soon.
  [ -z "$BASH_VERSION" ] || tick='sleep 0.02'
  until kill_all; clock; gone "$app" && alone; do beat; $tick; done
  trap - CHLD
  # A signal ends `wait` early, in bash also one that came after another `wait`: the ends of all others first, and then
  # only what two say is COMMAND's status. 127 or, from bash, -1: the one before had it.
  for other in $asker $waker; do wait "$other"; done 2>/dev/null
  status=127
  until
    interrupted=
    wait "$app" 2>/dev/null
    ended=$?
    case $ended in 127 | -1 | "$status") [ -z "$interrupted" ] ;; *) status=$ended && false ;; esac
  do :; done
  if [ -n "$told$expired" ]; then say "stopped $id $status"; else say "exited $id $status"; fi
  exit "${expired:-$status}"
}

seen='' beats=0 beaten=0
until gone "$app"; do
  fence
  beat
  $tick
  [ "$tick" = doze ] || collect
done
allowed || expired=75
finish
