#!/bin/sh
# Renders a template with the addresses that only the running pod knows: `render-config.sh TEMPLATE OUTPUT`.
#
# @POD_IP@        the variable POD_IP
# @SERVICE_IP@    the first IPv4 address of the name in SERVICE_HOST; asked for once a second, RESOLVE_TIMEOUT (60) long
# @INTERFACE_IP@  the first IPv4 address of the network interface named in INTERFACE
#
# Guarantees
# - OUTPUT is replaced as a whole, with mode 0644, or stays as it was. Only IPv4 addresses are put in, no token is left.
# - A variable matters only if its token occurs. Exit status: 1 and one line for a failure, 2 for a wrong call.
# Assumes
# - sed, grep -o, sort, tr; getent or nslookup for @SERVICE_IP@, ip for @INTERFACE_IP@.
LC_ALL=C
export LC_ALL
set -f
# The first process of a container has no default action for signals.
trap 'exit 143' TERM
trap 'exit 130' INT

fail() { echo "render-config.sh: $1" >&2; exit "${2:-1}"; }

# True for four numbers from 0 to 255 without leading zeros.
is_ipv4() (
  case $1 in
    *[!0-9.]* | .* | *. | *..* | *.*.*.*.* | 0[0-9]* | *.0[0-9]* | *[0-9][0-9][0-9][0-9]*) exit 1 ;;
    *.*.*.*) ;;
    *) exit 1 ;;
  esac
  IFS=.
  for part in $1; do [ "$part" -le 255 ] || exit 1; done
)

# Prints the first of the words that is an IPv4 address, without its prefix length.
first_ipv4() {
  for word in "$@"; do
    ! is_ipv4 "${word%%/*}" || { echo "${word%%/*}"; return; }
  done
}

has() { command -v "$1" >/dev/null; }

# Prints an address of the name, or nothing. What nslookup prints before `Name:` is about the server that it asked.
# shellcheck disable=SC2046 # an answer is many words
resolve() {
  found=
  ! has getent || found=$(first_ipv4 $(getent ahostsv4 "$1" 2>/dev/null))
  [ -n "$found" ] || ! has nslookup || found=$(first_ipv4 $(nslookup "$1" 2>/dev/null | sed -n '/^Name:/,$p'))
  echo "$found"
}

seconds() { read -r up _ </proc/uptime && echo "${up%%.*}"; }

# Sets address, as the next one does.
find_service_ip() {
  limit=${RESOLVE_TIMEOUT:-60}
  [ -n "$SERVICE_HOST" ] || fail "$template has @SERVICE_IP@, but SERVICE_HOST is not set: set it to the Service's name"
  case $limit in *[!0-9]*) fail "RESOLVE_TIMEOUT='$limit' is no whole number of seconds: set one, such as 60" ;; esac
  has getent || has nslookup ||
    fail "cannot look up SERVICE_HOST='$SERVICE_HOST': the image has neither getent nor nslookup; add one"
  end=$(($(seconds) + limit))
  until address=$(resolve "$SERVICE_HOST") && [ -n "$address" ]; do
    [ "$(seconds)" -lt "$end" ] ||
      fail "no IPv4 address in DNS for SERVICE_HOST='$SERVICE_HOST' within $limit s: check the name with 'kubectl get service', and the cluster's DNS"
    sleep 1
  done
}

# shellcheck disable=SC2046 # an answer is many words
find_interface_ip() {
  [ -n "$INTERFACE" ] || fail "$template has @INTERFACE_IP@, but INTERFACE is not set: set it to an interface's name"
  has ip || fail "cannot look up INTERFACE='$INTERFACE': the image has no ip command; add iproute2"
  address=$(first_ipv4 $(ip -4 -o addr show dev "$INTERFACE" 2>/dev/null))
  [ -n "$address" ] ||
    fail "no IPv4 address on INTERFACE='$INTERFACE' in this pod: compare with 'ip -4 addr' on the node, and check hostNetwork"
}

[ $# -eq 2 ] || fail 'wrong call: must be render-config.sh TEMPLATE OUTPUT' 2
template=$1 output=$2
if [ ! -f "$template" ] || [ ! -r "$template" ]; then
  fail "template '$template' is no readable file: check the mount of its ConfigMap"
fi
[ ! -d "$output" ] || fail "output '$output' is a folder: give the path of a file"

wants() { grep -q "@$1@" "$template"; }

unknown=$(sed -e 's/@POD_IP@/ /g' -e 's/@SERVICE_IP@/ /g' -e 's/@INTERFACE_IP@/ /g' "$template" |
  grep -o '@[A-Z_][A-Z_]*@' | sort -u | tr '\n' ' ')
[ -z "$unknown" ] ||
  fail "template '$template' has unknown tokens: ${unknown}- use @POD_IP@, @SERVICE_IP@ or @INTERFACE_IP@, or remove them"

pod='' service='' interface=''
if wants POD_IP; then
  is_ipv4 "$POD_IP" || fail "POD_IP='$POD_IP' is no IPv4 address: set it from the pod's field status.podIP"
  pod=$POD_IP
fi
if wants SERVICE_IP; then find_service_ip; service=$address; fi
if wants INTERFACE_IP; then find_interface_ip; interface=$address; fi

part=$output.$$
trap 'rm -f "$part"' EXIT
{
  sed -e "s/@POD_IP@/$pod/g" -e "s/@SERVICE_IP@/$service/g" -e "s/@INTERFACE_IP@/$interface/g" "$template" >"$part" &&
    chmod 0644 "$part" && mv -f "$part" "$output"
} 2>/dev/null || fail "cannot write output '$output': its folder must exist, be writable and have space left"
