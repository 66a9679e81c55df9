# shellcheck shell=bash
# Talking to the person at the terminal: progress, failures, the log of long steps. Everything goes to standard error, so
# that the standard output of a script stays fit for `eval`.

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE [WHAT TO DO] ends the script.
die() {
  say "error: $1"
  if [ $# -gt 1 ]; then say "       $2"; fi
  exit 1
}

# last_lines FILE shows the end of a log, indented, so that nobody has to open it for the common case.
last_lines() {
  if [ -s "$1" ]; then
    say "last lines of $1:"
    tail -n 15 "$1" | sed 's/^/    /' >&2
  fi
}

# tick LABEL BEGAN, called a few times a second, shows that something still happens once it takes more than two seconds: a
# turning mark on a terminal, else one line every five seconds. $ticked is the last second that was shown.
ticked=0
tick() {
  local passed=$((SECONDS - $2)) marks="|/-\\"
  if [ "$passed" -lt 2 ]; then
    ticked=0
  elif [ -t 2 ]; then
    ticked=$passed
    printf '\r%s %s… %ss ' "${marks:$((passed % 4)):1}" "$1" "$passed" >&2
  elif [ $((passed - ticked)) -ge 5 ]; then
    ticked=$passed
    say "  $1… ${passed}s"
  fi
}

# untick wipes the turning mark.
untick() { if [ -t 2 ]; then printf '\r\033[K' >&2; fi; }

# step LABEL LOG COMMAND… runs the command with its output in LOG. Up to two seconds it says nothing; after that it shows the
# time that passes, and at the end how long it took. The command gets a process group of its own, so that Ctrl-C ends all of it.
step() {
  local label=$1 log=$2 began=$SECONDS pid code=0
  shift 2
  mkdir -p "$(dirname "$log")"
  set -m
  (
    set +m -e
    trap - ERR # the end of the log says what went wrong
    "$@"
  ) >>"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -TERM -- -'"$pid"' 2>/dev/null || true; untick; die "interrupted: '"$label"'"' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.1
    tick "$label" "$began"
  done
  wait "$pid" || code=$?
  trap - INT TERM
  untick
  if [ "$code" -ne 0 ]; then
    last_lines "$log"
    die "$label: failed after $((SECONDS - began)) s" "the whole log: $log"
  fi
  if [ $((SECONDS - began)) -ge 2 ]; then say "  $label: done in $((SECONDS - began)) s"; fi
}

# wait_until LABEL LOG SECONDS COMMAND… asks again and again until the command succeeds.
wait_until() {
  local label=$1 log=$2 limit=$3 began=$SECONDS
  shift 3
  until "$@" >/dev/null 2>&1; do
    if [ $((SECONDS - began)) -ge "$limit" ]; then
      untick
      last_lines "$log"
      die "$label: not ready after $limit s" "the whole log: $log"
    fi
    sleep 0.1
    tick "$label" "$began"
  done
  untick
}
