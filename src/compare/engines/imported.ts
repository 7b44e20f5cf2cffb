/** Sessions of an engine that has the command line of `docker run`, with an image imported from the root file system. */
import { run } from "../ground/child.ts";
import type { Ground } from "../ground/ground.ts";
import type { Opened } from "./engine.ts";
import { pipe } from "./pipe.ts";

/** In the container's own writable layer, which is what a user of the engine measures. */
const WORK = "mkdir /work && cd /work || exit\n";

/**
 * @param client the command with its global options
 * @param options of `run`
 */
export function imported(
  client: readonly string[],
  options: readonly string[],
  image: string,
  ground: Ground,
): Opened {
  return {
    async start({ name, script, resources: { processors, memory } }) {
      const container = `${ground.name}-${name}`.toLowerCase();
      const limits = ["--cpus", String(processors), "--memory", `${memory}m`];
      return pipe(
        [
          ...client,
          ...["run", "--rm", "--interactive", "--name", container, ...options, ...limits],
          ...["--env", "LC_ALL=C", image, "bash", "-c", `${WORK}${script}`],
        ],
        // An absent container is what we want: its exit status says nothing more.
        { remove: () => run([...client, "rm", "--force", container], { timeout: 30_000 }) },
      );
    },
  };
}
