# shellcheck shell=bash disable=SC2154
# MongoDB and Redis from docker-compose.yml, with their ports on the loopback interface (services.compose.yml adds those, the
# deployment publishes none). The project's name holds a checksum of the checkout's path, so that two checkouts do not
# share containers. Needs: $root, $logs.

docker_usable() {
  has docker && docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1
}

compose() {
  MONGO_PORT=$MONGO_PORT REDIS_PORT=$REDIS_PORT docker compose \
    --project-name "huisheng-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)" --project-directory "$root" \
    --file "$root/docker-compose.yml" --file "$root/scripts/services.compose.yml" "$@"
}

# docker_start SERVICE (mongo or redis)
docker_start() {
  step "starting $1 in Docker (the first time downloads the image)" "$logs/docker.log" compose up --detach --wait "$1"
}

docker_stop() { compose stop "$1" >>"$logs/docker.log" 2>&1; }

docker_alive() { [ -n "$(compose ps --quiet --status running "$1" 2>/dev/null)" ]; }

docker_wipe() { compose down --volumes >>"$logs/docker.log" 2>&1; }
