# shellcheck shell=bash disable=SC2154
# A server that speaks MongoDB's protocol, from package registries alone: PostgreSQL with the DocumentDB extension out of
# Debian 14, with FerretDB in front; and Redis out of the same place. The packages go into a folder of their own (the host's
# distribution does not matter) and run there with chroot. Nothing is mounted, so that `rm -rf` of a checkout is safe.
# Needs: $root, $local, $logs and what process.sh, cache.sh and native.sh give.

# Raise the number when the packages or their preparation change: caches with another number are left alone.
rootfs_id=forky-documentdb-1
suite=forky
packages=postgresql-18-documentdb,redis-server
rootfs=$local/rootfs
pg_bin=/usr/lib/postgresql/18/bin

# rootfs_prepare gives this checkout its own tree: hard links to the files in the cache (a second or less), because the data
# of a checkout lies inside the tree where the chrooted servers can reach it without a mount.
rootfs_prepare() {
  if [ "$(cat "$rootfs/.id" 2>/dev/null)" = "$rootfs_id" ]; then return; fi
  local cached=$cache/rootfs-$rootfs_id
  if [ ! -d "$cached" ]; then
    debootstrapper_require
    step "downloading PostgreSQL, DocumentDB and Redis (once, about 200 MB)" "$logs/rootfs.log" cached_lock rootfs_build "$cached"
  fi
  step "preparing $rootfs" "$logs/rootfs.log" rootfs_link "$cached"
}

rootfs_link() {
  rm -rf "$rootfs.new"
  cp -al "$1" "$rootfs.new" 2>/dev/null || {
    rm -rf "$rootfs.new" # another file system: copy
    cp -a "$1" "$rootfs.new"
  }
  mkdir -p "$rootfs.new/data/postgres" "$rootfs.new/data/redis"
  if [ -d "$rootfs/data" ]; then # an older tree: keep its data
    rm -rf "$rootfs.new/data"
    mv "$rootfs/data" "$rootfs.new/data"
  fi
  if is_root; then
    chown "$(inner_user postgres)" "$rootfs.new/data/postgres"
    chown "$(inner_user redis)" "$rootfs.new/data/redis"
  fi
  chmod 700 "$rootfs.new/data/postgres" "$rootfs.new/data/redis"
  printf '%s\n' "$rootfs_id" >"$rootfs.new/.id"
  rm -rf "$rootfs"
  mv "$rootfs.new" "$rootfs"
}

debootstrapper_require() {
  if has mmdebstrap; then return; fi
  if is_root && has apt-get; then
    step "installing mmdebstrap" "$logs/rootfs.log" apt_install mmdebstrap
  else
    die "neither MongoDB nor Docker nor mmdebstrap is here" \
      "start Docker, or install mmdebstrap (Debian, Ubuntu: sudo apt-get install mmdebstrap uidmap), or set MONGODB_URI and REDIS_URL"
  fi
}

# rootfs_build DIR. Documentation and translations are left out: they are a third of the files.
rootfs_build() {
  if [ -d "$1" ]; then return; fi # another checkout was faster
  rm -rf "$1.new"
  mkdir -p "$1.new"
  local options=(--variant=apt --include="$packages" --aptopt='Acquire::Check-Valid-Until "false"'
    --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*'
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*')
  if is_root; then
    mmdebstrap "${options[@]}" "$suite" "$1.new"
  else
    # An ordinary user cannot make device nodes, nor own files as somebody else: unpack as oneself.
    mmdebstrap --mode=unshare "${options[@]}" "$suite" "$1.tar"
    tar -x --exclude='./dev/*' -C "$1.new" -f "$1.tar"
    rm -f "$1.tar"
  fi
  rm -rf "$1.new/var/cache/apt" "$1.new/var/lib/apt/lists"
  mv "$1.new" "$1"
}

# inner_user NAME prints uid:gid inside the tree; on the host the same name may have another number, or none.
inner_user() { awk -F : -v name="$1" '$1 == name { print $3 ":" $4 }' "${2:-$rootfs.new}/etc/passwd"; }

# enter NAME puts into the array $inside how to run a command in the tree: as that user when we are root (PostgreSQL refuses
# to run as root), else as ourselves under that name in a user namespace. The environment is emptied: our secrets are not for servers.
enter() {
  local user
  user=$(inner_user "$1" "$rootfs")
  if is_root; then
    inside=(chroot --userspec="$user" "$rootfs")
  else
    inside=(unshare --map-user="${user%:*}" --map-group="${user#*:}" --root="$rootfs")
  fi
  inside+=(/usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8)
}

recipe_redis_start() {
  rootfs_prepare
  local options=() inside
  while IFS= read -r option; do options+=("$option"); done < <(redis_options)
  enter redis
  spawn redis "${inside[@]}" /usr/bin/redis-server "${options[@]}" --dir /data/redis
  ready redis "$probe" redis "$(redis_url)"
}

recipe_mongo_start() {
  rootfs_prepare
  tool ferretdb github.com/FerretDB/FerretDB/v2/cmd/ferretdb
  if ! alive postgres; then postgres_start; fi
  if ! alive ferretdb; then ferretdb_start; fi
}

recipe_mongo_stop() {
  halt ferretdb TERM
  halt postgres INT # "fast": ends the sessions, writes a checkpoint
}

postgres_start() {
  local inside
  enter postgres
  if [ ! -e "$rootfs/data/postgres/PG_VERSION" ]; then
    step "creating the database" "$logs/postgres.log" "${inside[@]}" "$pg_bin/initdb" -D /data/postgres --username=postgres \
      --auth=trust --locale=C.UTF-8 --encoding=UTF8
    printf "include 'huisheng.conf'\n" >>"$rootfs/data/postgres/postgresql.conf"
  fi
  postgres_settings >"$rootfs/data/postgres/huisheng.conf"
  spawn postgres "${inside[@]}" "$pg_bin/postgres" -D /data/postgres
  ready postgres "${inside[@]}" "$pg_bin/pg_isready" -h 127.0.0.1 -p "$POSTGRES_PORT"
  step "adding DocumentDB to the database" "$logs/postgres.log" "${inside[@]}" "$pg_bin/psql" -h 127.0.0.1 -p "$POSTGRES_PORT" \
    -U postgres -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE'
}

# postgres_settings: for a developer's machine, but as durable as in production (fsync and synchronous_commit stay on), or
# a measured insert would not mean much. pg_cron builds indexes of filled collections and expires documents; it gets
# background workers, so that it needs no connection settings. Many small test databases need many locks. No sockets and
# no POSIX shared memory: the path of a checkout may be long, and the tree has no /dev/shm.
postgres_settings() {
  cat <<END
listen_addresses = '127.0.0.1'
port = $POSTGRES_PORT
unix_socket_directories = ''
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
cron.use_background_workers = on
cron.log_run = off
cron.log_statement = off
max_worker_processes = 24
max_connections = 200
max_locks_per_transaction = 1024
shared_buffers = 512MB
dynamic_shared_memory_type = mmap
min_dynamic_shared_memory = 64MB
fsync = on
synchronous_commit = on
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
log_min_messages = warning
END
}

# ferretdb_start: a pool for 64 clients and some more, so that requests wait for the disk and not for each other.
ferretdb_start() {
  mkdir -p "$local/data/ferretdb"
  spawn ferretdb "$tool_path" --telemetry=disable --no-auth --debug-addr=- --state-dir="$local/data/ferretdb" --log-level=WARN \
    --listen-addr="127.0.0.1:$MONGO_PORT" \
    --postgresql-url="postgres://postgres@127.0.0.1:$POSTGRES_PORT/postgres?pool_max_conns=100"
  ready ferretdb "$probe" mongo "$(mongo_uri)"
}
