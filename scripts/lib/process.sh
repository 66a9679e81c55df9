# shellcheck shell=bash disable=SC2154
# Background servers, each known by a file $run/NAME.pid that holds its process id and its start time. The start time tells
# whether the id still means the same process: after a reboot the number may belong to somebody else, whom we must not end.
# Needs: $run, $logs.

# born PID prints when the process started, or nothing when it is gone.
born() {
  if [ -r "/proc/$1/stat" ]; then
    # The name in brackets may hold spaces: cut it away first. Field 22 of proc_pid_stat(5) is then number 20.
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20 || true
  elif [ ! -d /proc/self ]; then
    ps -o lstart= -p "$1" 2>/dev/null || true # systems without /proc
  fi
}

# alive NAME
alive() {
  local pid birth
  [ -r "$run/$1.pid" ] || return 1
  { read -r pid && read -r birth; } <"$run/$1.pid" || return 1
  [ -n "$birth" ] && [ "$(born "$pid")" = "$birth" ]
}

# remember NAME PID
remember() {
  printf '%s\n%s\n' "$2" "$(born "$2")" >"$run/$1.pid"
}

# spawn NAME COMMAND… starts a server in a session of its own, so that Ctrl-C in `make run` does not end it, with its output
# in $logs/NAME.log. setsid replaces itself by the command here, so $! is the server. Descriptor 9 is the lock of start.
spawn() {
  local name=$1
  shift
  if has setsid; then
    setsid "$@" </dev/null >>"$logs/$name.log" 2>&1 9>&- &
  else
    nohup "$@" </dev/null >>"$logs/$name.log" 2>&1 9>&- &
  fi
  remember "$name" $!
}

# ready NAME COMMAND… waits for the server until the command succeeds, and gives up at once when the process has ended.
ready() {
  local name=$1
  shift
  wait_until "starting $name" "$logs/$name.log" 180 answers_or_ended "$name" "$@"
  if ! alive "$name"; then
    last_lines "$logs/$name.log"
    die "$name ended while it was starting" "the whole log: $logs/$name.log"
  fi
}

answers_or_ended() {
  local name=$1
  shift
  "$@" || ! alive "$name"
}

# halt NAME SIGNAL asks the server to end, waits up to 20 seconds, and then insists.
halt() {
  local pid beats=0
  if alive "$1"; then
    read -r pid <"$run/$1.pid"
    kill -s "$2" "$pid" 2>/dev/null || true
    while alive "$1" && [ "$beats" -lt 200 ]; do
      sleep 0.1
      beats=$((beats + 1))
    done
    if alive "$1"; then kill -s KILL "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$run/$1.pid"
}
