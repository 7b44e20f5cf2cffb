/** The two scripts that Gradescope starts, both as root ("Autograder Specifications"). */

/** Node's release line with the longest support among those that this code runs on. */
const NODE = 22;

/** Once, when the image is built (Ubuntu). */
export const SETUP = `#!/usr/bin/env bash
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd "$(dirname "$0")"

apt-get update
apt-get install -y --no-install-recommends bubblewrap ca-certificates curl util-linux

new_enough() {
  command -v node >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}
if ! new_enough; then
  # Older Ubuntus have a Node that is too old; NodeSource packs the current ones for them.
  candidate="$(apt-cache policy nodejs | sed -n 's/^ *Candidate: *\\([0-9][0-9]*\\).*/\\1/p')"
  if [ "\${candidate:-0}" -ge ${NODE} ]; then
    apt-get install -y --no-install-recommends nodejs npm
  else
    curl -fsSL https://deb.nodesource.com/setup_${NODE}.x | bash -
    apt-get install -y --no-install-recommends nodejs
  fi
fi
new_enough || { echo "Node 20.19 or newer could not be installed" >&2; exit 1; }

npm ci --omit=dev --no-audit --no-fund
# Hidden tests are in here.
chmod -R go= .
`;

/** For each submission. RINGLAB_AUTOGRADER is another place than /autograder, to try it out. */
export const RUN = `#!/usr/bin/env bash
root="\${RINGLAB_AUTOGRADER:-/autograder}"
mkdir -p "$root/results"
rm -f "$root/results/results.json"
node "$root/source/dist/grader/release/gradescope/main.js" "$root"
status=$?
if [ ! -e "$root/results/results.json" ]; then
  # Not even the grader's own last words: no score, so that nothing counts and the instructor can run it again.
  printf '%s\\n' '{"output": "The autograder itself could not be started; your submission is not at fault and no points are lost. Tell your instructor.", "visibility": "visible", "stdout_visibility": "hidden"}' > "$root/results/results.json.new"
  mv "$root/results/results.json.new" "$root/results/results.json"
fi
exit "$status"
`;
