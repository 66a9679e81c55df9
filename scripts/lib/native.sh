# shellcheck shell=bash disable=SC2154
# mongod and redis-server from the PATH. mongod runs as a replica set of one, because production is a replica set too.
# Needs: $local, $logs and what process.sh and cache.sh give.

mongod_start() {
  mkdir -p "$local/data/mongo"
  spawn mongod mongod --replSet rs0 --bind_ip 127.0.0.1 --port "$MONGO_PORT" --dbpath "$local/data/mongo"
  ready mongod "$probe" initiate "$(mongo_uri)"
  ready mongod "$probe" mongo "$(mongo_uri)"
}

mongod_stop() { halt mongod TERM; }

# Redis keeps nothing on disk: whatever must survive is in MongoDB.
redis_options() {
  printf '%s\n' --bind 127.0.0.1 --port "$REDIS_PORT" --save '' --appendonly no --daemonize no
}

redis_start() {
  local options=()
  while IFS= read -r option; do options+=("$option"); done < <(redis_options)
  mkdir -p "$local/data/redis"
  spawn redis redis-server "${options[@]}" --dir "$local/data/redis"
  ready redis "$probe" redis "$(redis_url)"
}

redis_stop() { halt redis TERM; }
