#!/bin/sh
# Prints a log file as it grows: `follow-log.sh FILE`.
#
# Guarantees
# - Begins with the first line, waits for a file that does not exist yet, and goes on with the next file of the same
#   name after a rotation. Ends at once with 0 on SIGTERM or SIGINT, also as the first process of a container.
# Assumes
# - tail with -F (coreutils, busybox). What is written to a file within tail's last second before a rotation may be lost.

if [ $# -ne 1 ] || [ -z "$1" ]; then
  echo 'follow-log.sh: wrong call: must be follow-log.sh FILE' >&2
  exit 2
fi

# KILL: a child that is about to become tail would lose any other signal.
trap 'kill -KILL $! 2>/dev/null; exit 0' TERM INT
tail -n +1 -F "$1" &
wait $!
echo "follow-log.sh: tail of '$1' ended with $?: must be a tail that knows -F" >&2
exit 1
