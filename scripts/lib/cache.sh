# shellcheck shell=bash disable=SC2154
# What is expensive to get and the same for every checkout: programs built from tools/, kept in
# ${XDG_CACHE_HOME:-~/.cache}/huisheng. A name holds a checksum of what the program is made from, so that an old one is
# never taken for a new one. Needs: $root, $logs.

tool_path=''
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/huisheng

# cached_lock COMMAND… lets one process at a time fill the cache; the others then find it filled.
cached_lock() {
  mkdir -p "$cache/bin"
  (
    if has flock; then flock 8; fi
    "$@" 8>&-
  ) 8>"$cache/lock"
}

# tool NAME PACKAGE puts the path of the program into $tool_path and builds it first when the cache has none. The sources are
# tools/NAME, a module of its own: its dependencies must not raise those of the product.
tool() {
  local dir=$root/tools/$1 sum
  sum=$(cd "$dir" && find . -name '*.go' -o -name 'go.*' | LC_ALL=C sort | xargs cat | cksum | cut -d ' ' -f 1)
  tool_path=$cache/bin/$1-$sum
  if [ ! -x "$tool_path" ]; then
    has go || die "Go is needed to build $1" "install Go 1.26 or later from https://go.dev/dl/"
    step "building $1" "$logs/build-$1.log" cached_lock build_tool "$dir" "$2" "$tool_path"
  fi
}

build_tool() {
  if [ -x "$3" ]; then return; fi # another checkout was faster
  GOWORK=off GOFLAGS='' go -C "$1" build -trimpath -ldflags='-s -w' -o "$3.new" "$2" && mv "$3.new" "$3"
}
