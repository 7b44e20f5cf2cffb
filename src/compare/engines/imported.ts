/** Sessions of an engine that has the command line of `docker run`, with an image imported from the root file system. */
import { must, run } from "../ground/child.ts";
import type { Ground } from "../ground/ground.ts";
import { commandLine } from "../ground/quote.ts";
import { debianWithSysbench } from "../rootfs/rootfs.ts";
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
  about: Omit<Opened, "start">,
): Opened {
  return {
    ...about,
    async start({ name, script, resources: { processors, memory } }) {
      const container = `${ground.name}-${name}`.toLowerCase();
      const limits = ["--cpus", String(processors), "--memory", `${memory}m`];
      return pipe(
        [
          ...client,
          ...["run", "--interactive", "--name", container, ...options, ...limits],
          ...["--env", "LC_ALL=C", image, "bash", "-c", `${WORK}${script}`],
        ],
        // An absent container is what we want: its exit status says nothing more.
        { remove: () => run([...client, "rm", "--force", container], { timeout: 30_000 }) },
      );
    },
  };
}

/** Imports the root file system; its id and its history are what the engine itself prints. */
export async function importImage(
  client: readonly string[],
  tar: string,
  image: string,
  signal: AbortSignal,
): Promise<Pick<Opened, "prepared" | "image">> {
  const change = ["--change", 'CMD ["bash"]', "--message", debianWithSysbench];
  const load = [...client, "import", ...change, tar, image];
  const inspect = [...client, "image", "inspect", "--format", "{{.Id}}", image];
  const history = [...client, "history", "--no-trunc", "--human=false", image];
  await must(load, { signal });
  const id = (await must(inspect, { signal })).trim();
  const lines = (await must(history, { signal })).trimEnd().split("\n");
  return {
    prepared: [load, inspect, history].map(commandLine),
    image: { id: id.includes(":") ? id : `sha256:${id}`, history: lines },
  };
}
