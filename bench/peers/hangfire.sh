#!/usr/bin/env bash
# Hangfire with Redis and Microsoft.ML.OnnxRuntime, beside ours. See common.sh and bench/README.md.
. "$(dirname "$0")/common.sh"

needs dotnet "The .NET SDK is missing."

install() {
    dotnet publish "$peers/hangfire/Hangfire.csproj" -c Release -o "$home/program" -nologo -v quiet
}

install_once "$peers/hangfire/*.cs $peers/hangfire/Hangfire.csproj $peers/hangfire/packages.lock.json" timeout 600 bash -c "$(declare -f install); home='$home' peers='$peers'; set -e; install"

# One process: its threads share the model, and .NET has no lock that would call for two.
start worker dotnet "$home/program/Peer.Hangfire.dll" work
drive dotnet "$home/program/Peer.Hangfire.dll" load
