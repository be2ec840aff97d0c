#!/bin/sh
# One of the oracle's programs, by the name it is called by, with the settings that lie beside its folder.
. "$(dirname "$0")/../settings"
exec "$PROGRAMS/$(basename "$0")" "$@"
