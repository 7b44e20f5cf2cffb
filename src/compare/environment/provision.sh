#!/bin/sh
# What the Dockerfile and the Vagrantfile beside this have in common, so that both give one environment: Debian 12 with the
# sysbench 1.0.20 of its own archive. As root. What is there already is left as it is.
set -eu

version=1.0.20
. /etc/os-release
if [ "${VERSION_CODENAME-}" != bookworm ]; then
  echo "this is ${PRETTY_NAME-no known system}; take Debian 12 (bookworm), or the figures are of another environment" >&2
  exit 1
fi
if ! sysbench --version 2>/dev/null | grep -qx "sysbench $version"; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install --yes --no-install-recommends "sysbench=$version*"
  rm -rf /var/lib/apt/lists/*
fi
mkdir -p /work
sysbench --version
