#!/usr/bin/env bash
# bench/run.sh ID... [--repeats N] [--seconds N] [--in-flight N] [--providers cuda]: builds Release and runs the named rows; alone it lists them.
#
# RabbitMQ and Redis come from QI_TEST_RABBITMQ (an AMQP URI) and QI_TEST_REDIS (host:port), else from rabbitmq-server and
# valkey-server or redis-server of this machine, on free ports. Real models come from QI_MODELS_SHARED.
# For a GPU: OnnxRuntime=Gpu bench/run.sh G --providers cuda
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build -c Release "$root/bench/Bench.csproj" -v quiet -nologo >&2
# Answers are read where the socket's event is seen: a third less CPU time for the load generator. The hosts are started without it.
export DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1
# It collects once in 256 MB: each collection makes sends late.
export DOTNET_GCgen0size=10000000
exec dotnet "$root/bench/bin/Release/net10.0/QueueInference.Bench.dll" "$@"
