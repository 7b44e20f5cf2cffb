/** The targets, in the order in which they are listed. */
import { CannotCompare } from "../errors.ts";
import { docker } from "./docker.ts";
import type { Engine } from "./engine.ts";
import { host } from "./host.ts";
import { podman } from "./podman.ts";
import { qemuKvm, qemuTcg } from "./qemu.ts";
import { runc } from "./runc.ts";

export const ENGINES: readonly Engine[] = [host, runc, docker, podman, qemuTcg, qemuKvm];

/** @throws CannotCompare for a name that there is not, or that is there twice */
export function enginesNamed(names: readonly string[]): Engine[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CannotCompare(`target ${twice} is named twice`);
  return names.map((name) => {
    const engine = ENGINES.find((candidate) => candidate.name === name);
    if (engine) return engine;
    throw new CannotCompare(
      `there is no target ${JSON.stringify(name)}; there are ${ENGINES.map((known) => known.name).join(", ")}`,
    );
  });
}
