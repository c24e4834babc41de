#!/bin/sh
# Counts requests and server errors of an access log, and lists the busiest pages.
set -eu
awk '{ total++; if ($9 >= 500) errors++ } END { printf "requests %d\nserver errors %d\n", total, errors }' access.log >out/log-summary.txt
awk '{ print $7 }' access.log | sort | uniq -c | sort -rn | head -5 >>out/log-summary.txt
cat out/log-summary.txt
