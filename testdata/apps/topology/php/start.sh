#!/bin/sh
# Starts PHP-FPM, whose program is the argument, in the working directory. Its workers have another
# standard output than this one: what they have to say comes through a pipe. Nothing is done about
# the end of the standard input: without requests there is no background work.
mkfifo said
cat <>said &
cat=$!
TOPOLOGY_LOG=$PWD/said "$1" --nodaemonize --allow-to-run-as-root \
  --prefix "$PWD" --fpm-config "$(dirname "$0")/php-fpm.conf" &
fpm=$!
trap 'kill -TERM $fpm' TERM
wait $fpm
wait $fpm
kill $cat
