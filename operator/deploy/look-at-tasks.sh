# Shows how this host's Swarm tasks are: one JSON object a line. Run by the program over SSH: sh -s <this script
#   {"task": …}       what Swarm says of a task: docker service ps, last runs included
#   {"container": …}  a container that does not run healthily, with its last health check and its last log lines in base64
# Nothing on a host without a swarm. Exit: 0 done, else Docker's own words.
set -eu

base64_line() { base64 | tr -d '\n'; }

[ "$(docker info --format '{{.Swarm.ControlAvailable}}' 2>/dev/null)" = true ] || exit 0

for service in $(docker service ls --quiet); do
  docker service ps --no-trunc --format '{"task":{{json .}}}' "$service"
done

for container in $(docker ps --all --quiet --filter label=com.docker.swarm.task.id); do
  health=$(docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' "$container")
  case $health/$(docker inspect --format '{{.State.Running}}' "$container") in healthy/* | none/true) continue ;; esac
  task=$(docker inspect --format '{{index .Config.Labels "com.docker.swarm.task.id"}}' "$container")
  check=$(docker inspect --format '{{if .State.Health}}{{range .State.Health.Log}}{{println .Output}}{{end}}{{end}}' "$container" | tail -n 3 | base64_line)
  log=$(docker logs --tail 12 "$container" 2>&1 | base64_line)
  printf '{"container":{"task":"%s","health":"%s","check":"%s","log":"%s"}}\n' "$task" "$health" "$check" "$log"
done
