#!/bin/bash
# guard.sh PROGRAM ARGUMENTS: become PROGRAM, and have it killed when it does no work any more.
#
# The environment's READY_FILE shows its work. The program touches it every 2 s from its main loop;
# or the file says "HOST PORT", where the program answers /health/live. Without the file nothing is
# expected: the program starts, or ends, or what it needs is away.
#
# After 10 looks without a sign, GUARD_SECONDS (2) apart, the program is killed with its process
# group, and who started it starts it anew. Looks are counted, not seconds: a laptop may sleep.
set -u
looks=10
seconds=${GUARD_SECONDS:-2}

shows_work() {
    local before=${seen-} host port
    seen=$(stat --format=%y "$READY_FILE" 2>/dev/null) || return 0
    if read -r host port 2>/dev/null <"$READY_FILE"; then
        answers "$host" "$port"
    else
        [ "$seen" != "$before" ]
    fi
}

answers() {
    # shellcheck disable=SC2016
    timeout 2 bash -c '
        exec 3<>"/dev/tcp/$0/$1" &&
        printf "GET /health/live HTTP/1.0\r\n\r\n" >&3 &&
        read -r -n 1 <&3' "$@" 2>/dev/null
}

watch() {
    local program=$1 without=0 never
    # The kernel kills a watch whose program ends; this one ended before that was asked for.
    [ "$PPID" = "$program" ] || exit 0
    exec {never}<> <(:) # to wait without a process: it would outlive this one
    while [ "$without" -lt "$looks" ]; do
        read -r -t "$seconds" -u "$never"
        if shows_work; then without=0; else without=$((without + 1)); fi
    done
    echo "guard: no sign of work in $looks looks, $seconds s apart: $program is killed" >&2
    kill -KILL -- "-$program"
}

if [ "${1-}" = --watch ]; then
    watch "$2"
    exit
fi
[ -s "$READY_FILE" ] || rm -f "$READY_FILE" # of a predecessor that was killed
if command -v setpriv >/dev/null; then # not on a Mac
    setsid setpriv --pdeathsig KILL bash "$0" --watch $$ </dev/null &
fi
exec "$@"
