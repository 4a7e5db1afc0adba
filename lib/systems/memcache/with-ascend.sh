#!/bin/bash
# Runs COMMAND with the Ascend toolkit's environment, where the toolkit is present: `with-ascend.sh COMMAND [ARGUMENT…]`.
# The toolkit's own script is written for bash.

set_env=${ASCEND_HOME:-/usr/local/Ascend}/ascend-toolkit/set_env.sh
# shellcheck source=/dev/null
[ ! -r "$set_env" ] || . "$set_env"
exec "$@"
