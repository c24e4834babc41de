#!/bin/sh
# Packs the day's log into a compressed archive and proves that it unpacks to the same bytes.
set -eu
tar -czf out/access-log.tar.gz access.log
mkdir -p /tmp/back
tar -xzf out/access-log.tar.gz -C /tmp/back
cmp access.log /tmp/back/access.log
echo "archived $(wc -c <out/access-log.tar.gz) bytes; it unpacks to the same log"
