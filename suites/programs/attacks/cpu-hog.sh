#!/bin/sh
# cpu-hog.sh: computes for ever, with two processes.
echo ready
while :; do :; done &
while :; do :; done
