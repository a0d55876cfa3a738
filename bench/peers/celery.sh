#!/usr/bin/env bash
# Celery with RabbitMQ, Redis and Python's ONNX Runtime, beside ours. See common.sh and bench/README.md.
#
# Python comes with its packages from Debian 13, in versions that celery/packages.txt pins, into a folder of its own,
# so that neither this machine's Python nor its release matters. That takes root and debootstrap, once.
. "$(dirname "$0")/common.sh"

install() {
    rm -rf "$home/root"
    debootstrap --variant=minbase trixie "$home/root"
    # shellcheck disable=SC2046 # A list.
    chroot "$home/root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(grep -v '^#' "$peers/celery/packages.txt")
}

# That Python, run from outside its folder: no mounts are needed.
python() {
    PYTHONHOME=$home/root/usr PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1 PYTHONPATH=$peers/celery
    C_FORCE_ROOT=1 # Else no pickle for root.
    export PYTHONHOME PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE PYTHONPATH C_FORCE_ROOT
    command=("$home/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$home/root/usr/lib/x86_64-linux-gnu" "$home/root/usr/bin/python3.13" "$@")
}

clean() {
    python "$peers/celery/clean.py"
    timeout 60 "${command[@]}"
}

if [ ! -e "$home/installed" ]; then
    [ "$(id -u)" = 0 ] || fail "Installing it takes root, once: debootstrap puts Debian 13's Python into $home."
    needs debootstrap "debootstrap is missing. On Debian or Ubuntu: apt-get install debootstrap."
fi
install_once "$peers/celery/packages.txt" timeout 1200 bash -c "$(declare -f install); home='$home' peers='$peers'; set -e; install"

servers+=" $(listener "$(rabbitmq_port)")"

# Two processes of one task each, which for this work beat one parent with two children: no second copy through a pipe.
for worker in 1 2; do
    python -m celery -A peer worker --pool solo -n "peer$worker@%h" --without-gossip --without-mingle --without-heartbeat --loglevel ERROR
    start "worker$worker" "${command[@]}"
done
python "$peers/celery/load.py"
drive "${command[@]}"
