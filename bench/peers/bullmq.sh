#!/usr/bin/env bash
# BullMQ with Redis and onnxruntime-node, beside ours. See common.sh and bench/README.md.
. "$(dirname "$0")/common.sh"

needs node "Node.js 20 or newer is missing."
needs npm "npm is missing."

# The install scripts would only fetch what a GPU needs.
install() {
    cp "$peers"/bullmq/package*.json "$home"
    npm install --prefix "$home" --ignore-scripts --no-save
}

install_once "$peers/bullmq/package.json $peers/bullmq/package-lock.json" timeout 600 bash -c "$(declare -f install); home='$home' peers='$peers'; set -e; install"
cp "$peers"/bullmq/*.mjs "$home" # Beside their packages.

for worker in 1 2; do
    start "worker$worker" node "$home/worker.mjs"
done
drive node "$home/load.mjs"
