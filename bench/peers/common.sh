# shellcheck shell=bash
# What the peers' scripts share; each sources it with its own arguments. bench/README.md says what is measured.
#
#   bench/peers/NAME.sh [text-direction|null]
#
# The last line is: NAME jobs/s CPU-ms-per-job p50-ms p99-ms
# Needed: QI_TEST_RABBITMQ (an AMQP URI) and QI_TEST_REDIS (host:port), of which database 13 is emptied.
# May be given: PEER_SECONDS (10), PEER_WARMUP (15), PEER_IN_FLIGHT (64), PEER_SAMPLES (a folder that `bench/run.sh samples` wrote).
set -euo pipefail

peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peer=$(basename "$0" .sh)
home=$peers/.$peer
groups=()
database=13

# A sentence for people, and the end.
fail() {
    echo "$peer: $*" >&2
    exit 1
}

[ $# -le 1 ] || fail "Say one model: text-direction or null."
model=${1:-text-direction}
[ -n "${QI_TEST_RABBITMQ:+${QI_TEST_REDIS:-}}" ] || fail "Set QI_TEST_RABBITMQ and QI_TEST_REDIS, or run 'bench/run.sh peers', which starts servers of its own."
redis_host=${QI_TEST_REDIS%%:*}
redis_port=${QI_TEST_REDIS##*:}
export PEER_SECONDS=${PEER_SECONDS:-10} PEER_WARMUP=${PEER_WARMUP:-15} PEER_IN_FLIGHT=${PEER_IN_FLIGHT:-64}
export PEER_REDIS_HOST=$redis_host PEER_REDIS_PORT=$redis_port PEER_REDIS_DATABASE=$database
mkdir -p "$home"

needs() {
    command -v "$1" >/dev/null || fail "$2"
}

# Model, inputs and the answers of ONNX Runtime: one set for all peers.
samples() {
    if [ -z "${PEER_SAMPLES:-}" ]; then
        PEER_SAMPLES=$peers/.samples/$model
        "$peers/../run.sh" samples "$model" "$PEER_SAMPLES" >&2 || fail "The samples of $model could not be made."
    fi
    export PEER_SAMPLES
}

# Runs an install step once for each content of the files it is pinned by. $1: those files; the rest: the step.
install_once() {
    local mark pins=$1
    shift
    # shellcheck disable=SC2086 # The list of files.
    mark=$(cat $pins | sha256sum)
    [ "$(cat "$home/installed" 2>/dev/null)" = "$mark" ] && return
    "$@" >"$home/install.log" 2>&1 || fail "It could not be installed here; $home/install.log says why: $(last "$home/install.log")"
    echo "$mark" >"$home/installed"
}

# The last error in a log, else its last line that says something.
last() {
    { grep -E '[A-Z][A-Za-z]*Error\b' "$1" || grep '[^[:space:]]' "$1" || true; } 2>/dev/null | tail -n 1
}

# Starts a worker in a process group of its own. $1: the name of its log.
start() {
    local log=$home/$1.log
    shift
    setsid "$@" >"$log" 2>&1 </dev/null &
    groups+=($!)
}

# Runs the load driver, which writes 'begin' and 'end' around what it measures, then 'result JOBS SECONDS P50 P99'.
drive() {
    local line before=0 used=0 outcome=""
    coproc DRIVER { exec setsid timeout $((PEER_SECONDS + PEER_WARMUP + 150)) "$@" 2>"$home/load.log"; }
    local pid=$DRIVER_PID output=${DRIVER[0]}
    groups+=("$pid")
    while read -r line; do
        case $line in
            begin) before=$(ticks) ;;
            end) used=$(($(ticks) - before)) ;;
            result\ *) outcome=${line#result } ;;
        esac
    done <&"$output"
    wait "$pid" || fail "The load failed: $(last "$home/load.log") The workers' last words: $(for log in "$home"/worker*.log; do last "$log"; done) The logs are in $home."
    [ -n "$outcome" ] || fail "The load ended without a result."
    # shellcheck disable=SC2086 # Its words.
    report "$used" $outcome
}

report() {
    awk -v peer="$peer" -v ticks="$1" -v jobs="$2" -v seconds="$3" -v p50="$4" -v p99="$5" -v hz="$(getconf CLK_TCK)" \
        'BEGIN { if (jobs == 0) exit 1; printf "%s %.1f %.2f %.1f %.1f\n", peer, jobs / seconds, ticks / hz * 1000 / jobs, p50, p99 }' || fail "No job ended in time."
}

# CPU time so far of all that was started here and of the servers that it uses.
ticks() {
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v groups="${groups[*]}" -v servers="$servers" '
        BEGIN { split(groups, list); for (i in list) group[list[i]]; split(servers, some); for (i in some) server[some[i]] }
        { id = $1; sub(/^.*\) /, ""); if ($3 in group || id in server) sum += $12 + $13 }
        END { print sum + 0 }'
}

# The process that listens on a port of this machine; nothing where it is elsewhere.
listener() {
    local inode
    inode=$(awk -v port="$(printf '%04X' "$1")" '$4 == "0A" && $2 ~ ":" port "$" { print $10; exit }' /proc/net/tcp /proc/net/tcp6)
    [ -z "$inode" ] || { find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null || true; } | sed -n '1s#/proc/\([0-9]*\)/.*#\1#p' # Some end meanwhile.
}

rabbitmq_port() {
    local port
    port=$(sed -E 's#^amqps?://([^@/]*@)?[^:/]*:?([0-9]*).*#\2#' <<<"$QI_TEST_RABBITMQ")
    echo "${port:-5672}"
}

empty_redis() {
    { exec {redis}<>"/dev/tcp/$redis_host/$redis_port"; } 2>/dev/null || fail "Nothing answers at $QI_TEST_REDIS."
    printf 'SELECT %s\r\nFLUSHDB\r\nQUIT\r\n' "$database" >&"$redis"
    timeout 30 cat <&"$redis" >/dev/null
    exec {redis}>&-
}

# What a peer leaves behind elsewhere; it may say so itself.
clean() { :; }

finish() {
    local status=$? group
    trap '' INT TERM
    for group in "${groups[@]}"; do kill -TERM -- "-$group" 2>/dev/null || true; done
    for _ in {1..100}; do
        alive || break
        sleep 0.1
    done
    for group in "${groups[@]}"; do kill -KILL -- "-$group" 2>/dev/null || true; done
    clean >>"$home/clean.log" 2>&1 || true
    empty_redis || true
    exit "$status"
}

alive() {
    local group
    for group in "${groups[@]}"; do kill -0 -- "-$group" 2>/dev/null && return; done
    return 1
}

servers=$(listener "$redis_port") # Whose CPU time counts too.
empty_redis
trap finish EXIT
trap 'exit 130' INT TERM
samples
