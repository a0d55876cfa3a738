#!/usr/bin/env bash
# ./chaos.sh [--seed N] [--tier P|N] [--only NAME,GOAL,...] [--slack SECONDS] [--against COMMIT] [--list]: builds Release and runs faults against real processes under load.
#
# Api, Worker, RabbitMQ and Redis are started on free ports, from rabbitmq-server and valkey-server or redis-server of this machine.
# The same seed injects the same faults. Exit code 1: a promise was broken, and the history that shows it was printed; or a scenario could not be run, three times.
# The last line says "N passed, N failed". QI_TEST_SERVER_ROOT names a folder with another system whose servers are to be used, by chroot.
# --against builds the hosts of that commit as well, for the scenario "rolling", in which they and those of this one take turns.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
args=()
while [ $# -gt 0 ]; do
  if [ "$1" != --against ]; then args+=("$1"); shift; continue; fi
  other=$(mktemp -d)
  trap 'git -C "$root" worktree remove --force "$other/release" 2>/dev/null || true; rm -rf "$other"' EXIT
  git -C "$root" worktree add --quiet --detach "$other/release" "${2:?--against needs a commit}"
  dotnet build -c Release "$other/release/tests/Chaos/Chaos.csproj" -v quiet -nologo >&2
  args+=(--other "$other/release/tests/Chaos/bin/Release/net10.0"); shift 2
done
dotnet build -c Release "$root/tests/Chaos/Chaos.csproj" -v quiet -nologo >&2
dotnet "$root/tests/Chaos/bin/Release/net10.0/QueueInference.Chaos.dll" ${args[@]+"${args[@]}"}
