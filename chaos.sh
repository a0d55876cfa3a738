#!/usr/bin/env bash
# ./chaos.sh [--seed N] [--tier P|N] [--only NAME,GOAL,...] [--slack SECONDS] [--list]: builds Release and runs faults against real processes under load.
#
# Api, Worker, RabbitMQ and Redis are started on free ports, from rabbitmq-server and valkey-server or redis-server of this machine.
# The same seed injects the same faults. Exit code 1: a promise was broken, and the history that shows it was printed; or a scenario could not be run, twice.
# The last line says "N passed, N failed". QI_TEST_SERVER_ROOT names a folder with another system whose servers are to be used, by chroot.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build -c Release "$root/tests/Chaos/Chaos.csproj" -v quiet -nologo >&2
exec dotnet "$root/tests/Chaos/bin/Release/net10.0/QueueInference.Chaos.dll" "$@"
