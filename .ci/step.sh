# Read by `run` and `long`: goes to the root of the repository and defines `step`.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Runs one command under a heading, says how long it took, and ends the run with
# the command's own exit code if it fails.
step() {
  local began=$SECONDS status=0
  printf '\n=== %s\n' "$*"
  "$@" || status=$?
  if ((status != 0)); then
    printf '=== failed with %d after %d s: %s\n' "$status" "$((SECONDS - began))" "$*"
    exit "$status"
  fi
  printf '=== %d s: %s\n' "$((SECONDS - began))" "$*"
}
