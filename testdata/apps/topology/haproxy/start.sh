#!/bin/sh
# Starts HAProxy in the working directory, and has it check nobody's health any more
# when the standard input ends.
exec 3<&0
haproxy -db -f "$(dirname "$0")/haproxy.cfg" 3<&- &
haproxy=$!
trap 'kill -TERM $haproxy' TERM
{
  cat >/dev/null
  python3 -c '
import socket
admin = socket.socket(socket.AF_UNIX)
admin.connect("admin.sock")
admin.sendall(b"disable health next/app\n")
admin.recv(64)'
} <&3 &
wait $haproxy
wait $haproxy
