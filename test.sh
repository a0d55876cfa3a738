#!/usr/bin/env bash
# ./test.sh [FILTER...]: builds once and runs all tests; the last line says "N passed, N failed".
#
# RabbitMQ and Redis come from QI_TEST_RABBITMQ (an AMQP URI), QI_TEST_RABBITMQ_MANAGEMENT (its HTTP address) and QI_TEST_REDIS (host:port),
# else from Docker where it answers, else from rabbitmq-server and redis-server or valkey-server, which root on Debian and Ubuntu gets installed.
#   QI_TEST_SERVER_ROOT=DIR        servers that tests kill come from the system in this folder, by chroot, instead of this machine's packages
#   QI_TEST_ONLY=fast|functional   runs one of the two test programs
#   FILTER...                      goes to both of them: ./test.sh -class 'QueueInference.Tests.Core.*'
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
only=${QI_TEST_ONLY:-all}
case $only in
  all | fast | functional) ;;
  *) echo "QI_TEST_ONLY is 'fast', 'functional' or not set." >&2; exit 2 ;;
esac

passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
policy=/usr/sbin/policy-rc.d own_policy=
clean() { rm -rf "$scratch"; [ -z "$own_policy" ] || rm -f "$policy"; }
trap clean EXIT

sum_up() {
  if [ -s "$scratch/failures" ]; then
    printf '\nFailures:\n'
    cat "$scratch/failures"
  fi
  if [ -s "$scratch/again" ]; then
    printf '\nFailed, and passed when run again, alone:\n'
    cat "$scratch/again"
  fi
  if [ "$skipped" -gt 0 ]; then skips=", $skipped skipped"; else skips=; fi
  printf '\n%s passed, %s failed%s\n' "$passed" "$failed" "$skips"
  [ "$failed" -eq 0 ]
}

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1; }

missing_servers() {
  has rabbitmq-server || echo rabbitmq-server
  has redis-server || has valkey-server || echo redis-server
}

# Without starting them: the tests start servers of their own, on free ports.
install_servers() {
  if [ ! -e "$policy" ]; then
    own_policy=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o DPkg::Lock::Timeout=600 update &&
    apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@"
}

# Some tests kill a server of their own, so both programs are needed even where servers are named or Docker has them.
prepare_servers() {
  local missing
  missing=$(missing_servers | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -eq 0 ] && grep -qsE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release && has apt-get; then
    echo "Installing $missing"
    # shellcheck disable=SC2086
    install_servers $missing </dev/null >"$scratch/apt" 2>&1 || tail -n 20 "$scratch/apt" >&2
    missing=$(missing_servers | tr '\n' ' ')
    [ -n "$missing" ] || return 0
  fi
  if [ -n "${QI_TEST_RABBITMQ:-}" ] && [ -n "${QI_TEST_REDIS:-}" ] || docker info >/dev/null 2>&1; then
    echo "Missing: ${missing% }. The tests that kill a server of their own will fail; install it." >&2
  else
    echo "Missing: ${missing% }. The functional tests will fail; install it, start Docker, or name servers with QI_TEST_RABBITMQ and QI_TEST_REDIS." >&2
  fi
}

number() { sed -nE "s/.*[ ,]$1: ([0-9]+).*/\1/p" <<<"$summary"; }

# run_tests PROJECT [FILTER...]: what it printed last is the only thing believed.
run_tests() {
  local name=QueueInference.$1 log=$scratch/$1 code=0 summary total errors fails skips unrun
  local program=$root/tests/$1/bin/Release/net10.0/$name.dll
  shift
  printf '\n== %s\n' "$name"
  dotnet "$program" -noLogo -noColor "$@" </dev/null 2>&1 | tee "$log" || code=$?
  summary=$(grep -E "^ +$name +Total: [0-9]+" "$log" | tail -n 1 || true)
  total=$(number Total) errors=$(number Errors) fails=$(number Failed) skips=$(number Skipped) unrun=$(number 'Not Run')
  if [ "${errors:-0}" = 0 ] && passes_again "$name" "$program" "$log"; then
    fails=0 code=0
  else
    failures_of "$log" >>"$scratch/failures"
  fi
  if [ -n "$total" ]; then
    passed=$((passed + total - ${fails:-0} - ${skips:-0} - ${unrun:-0}))
    skipped=$((skipped + ${skips:-0} + ${unrun:-0}))
    failed=$((failed + ${fails:-0} + ${errors:-0}))
  fi
  if [ -z "$total" ] || { [ "$code" -ne 0 ] && [ $((${fails:-0} + ${errors:-0})) -eq 0 ]; }; then
    failed=$((failed + 1))
    echo "    $name ended with code $code before it was done." >>"$scratch/failures"
  fi
}

# passes_again NAME PROGRAM LOG: the tests of real processes wait with deadlines, which a machine that is busy with something else may miss.
# A few that failed are run once more, alone; that they failed is printed all the same.
passes_again() {
  local name=$1 program=$2 log=$3 tests methods=() test
  tests=$(sed -nE 's/^ *([A-Za-z0-9_.+]+)(\(.*)? \[FAIL\]$/\1/p' "$log" | sort -u)
  [ -n "$tests" ] && [ "$(wc -l <<<"$tests")" -le 3 ] || return 1
  for test in $tests; do methods+=(-method "$test"); done
  printf '\n== %s, once more and alone: %s\n' "$name" "$(tr '\n' ' ' <<<"$tests")"
  dotnet "$program" -noLogo -noColor -parallel none "${methods[@]}" </dev/null 2>&1 | tee "$log.again"
  grep -qE "^ +$name +Total: [1-9][0-9]*, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0" "$log.again" || return 1
  failures_of "$log" >>"$scratch/again"
}

# A failure is a line that ends in a mark, and the deeper lines below it.
failures_of() {
  awk '
    { match($0, /^ */); depth = RLENGTH }
    /\[(FAIL|ERROR|FATAL ERROR)\]$/ || /^ *\[.*(ERROR|Failure)[^]]*\]/ { inside = 1; head = depth; print; next }
    inside && (depth > head || NF == 0) { print; next }
    { inside = 0 }
  ' "$1"
}

main() {
  cd "$root"
  [ "$only" = fast ] || prepare_servers
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
  if ! dotnet build QueueInference.sln -c Release -v quiet -nologo </dev/null; then
    failed=1
    echo "    The build failed." >"$scratch/failures"
    sum_up
    exit 1
  fi

  [ "$only" = functional ] || run_tests Tests "$@"
  [ "$only" = fast ] || run_tests Functional "$@"
  if [ $((passed + failed + skipped)) -eq 0 ]; then
    failed=1
    echo "    No test matches the filter." >"$scratch/failures"
  fi
  sum_up
}

# On one line, so that an edit of this file during a run does no harm.
main "$@"; exit
