#!/bin/sh
# Waits until HOST takes TCP connections on PORT: `wait-for-master.sh HOST PORT TIMEOUT_SECONDS`.
#
# Guarantees
# - One attempt a second, 2 s long at most. Exit status: 0 after the first connection; 1 and one line when the limit
#   has passed; 2 for a wrong call. Progress goes to the standard error output: first, then every 10 s.
# Assumes
# - nc with -z and -w (some are built without); or bash and timeout. The clock is the kernel's uptime: setting the time
#   does no harm.

# The first process of a container has no default action for signals.
trap 'exit 143' TERM
trap 'exit 130' INT

note() { echo "wait-for-master.sh: $1" >&2; }
fail() { note "$1"; exit "${2:-1}"; }
has() { command -v "$1" >/dev/null; }
is_number() { case $1 in '' | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac; }
seconds() { read -r up _ </proc/uptime && echo "${up%%.*}"; }

nc_can_probe() {
  has nc || return
  case $(nc -z 2>&1 </dev/null) in *'nvalid option'* | *'nrecognized option'*) return 1 ;; esac
}

answers() {
  if [ "$tool" = nc ]; then
    nc -z -w 2 "$host" "$port"
  else
    # shellcheck disable=SC2016 # for the inner shell
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port"
  fi >/dev/null 2>&1
}

[ $# -eq 3 ] || fail 'wrong call: must be wait-for-master.sh HOST PORT TIMEOUT_SECONDS' 2
host=$1 port=$2 limit=$3
[ -n "$host" ] || fail 'HOST is empty: give a name or an address' 2
if ! is_number "$port" || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
  fail "PORT='$port': must be a number from 1 to 65535" 2
fi
is_number "$limit" || fail "TIMEOUT_SECONDS='$limit': must be a whole number, such as 300" 2
if nc_can_probe; then
  tool=nc
else
  tool=bash
  { has bash && has timeout; } || fail 'cannot connect: the image has no nc that knows -z, nor bash and timeout; add one'
fi

began=$(seconds) reported=0
note "waiting for $host:$port, $limit s at most"
until answers; do
  waited=$(($(seconds) - began))
  [ "$waited" -lt "$limit" ] ||
    fail "$host:$port took no connection within $limit s: see who leads and where the Service points with 'kubectl get lease,endpointslice'"
  if [ $((waited - reported)) -ge 10 ]; then
    reported=$waited
    note "still waiting for $host:$port, $waited of $limit s"
  fi
  sleep 1
done
