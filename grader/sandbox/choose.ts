/** Which sandbox grades: the one that was asked for, by default bubblewrap, and none in its place when it does not work. */
import bubblewrap from "./bubblewrap.ts";
import { docker, podman } from "./container.ts";
import type { Sandbox, SandboxName } from "./contract.ts";
import unsafe from "./unsafe.ts";
import user from "./user.ts";

const SANDBOXES: readonly Sandbox[] = [bubblewrap, docker, podman, user, unsafe];

export const SANDBOX_NAMES: readonly SandboxName[] = SANDBOXES.map(({ name }) => name);

/** No sandbox, hence no grading. Its message is for the user: why, what to install, and what else there is. */
export class SandboxError extends Error {
  override name = "SandboxError";
}

/** @throws SandboxError when it does not work here */
export async function chooseSandbox(asked: SandboxName = "bubblewrap"): Promise<Sandbox> {
  const sandbox = SANDBOXES.find(({ name }) => name === asked);
  if (!sandbox)
    throw new SandboxError(`there is no sandbox "${asked}"; there are ${SANDBOX_NAMES.join(", ")}`);
  const availability = await sandbox.probe();
  if (availability.works) return sandbox;
  throw new SandboxError(
    `The sandbox ${asked} does not work here: ${availability.why}.\n` +
      `What helps: ${availability.install}\n` +
      "Without a sandbox, hostile code can read the hidden tests and change its own grade. Only for code that you trust: --unsafe",
  );
}
