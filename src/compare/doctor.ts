/** Which targets this machine can compare, each by a trial. */
import type { Engine } from "./engines/engine.ts";
import { tryOut } from "./engines/probe.ts";
import { openGround } from "./ground/ground.ts";
import { sweep } from "./ground/state.ts";
import type { TargetFacts } from "./record.ts";

/**
 * @param onTarget told as soon as a target has been tried
 * @returns what could not be undone
 * @throws Cancelled
 */
export async function examine(
  engines: readonly Engine[],
  cache: string,
  signal: AbortSignal,
  onTarget: (facts: Pick<TargetFacts, "name" | "kind" | "probe" | "versions" | "beneath">) => void,
): Promise<string[]> {
  let leftovers = await sweep(cache);
  for (const engine of engines) {
    const ground = await openGround(cache, signal);
    try {
      const { opened: _, ...facts } = await tryOut(engine, ground);
      onTarget({ name: engine.name, kind: engine.kind, ...facts });
    } finally {
      leftovers = [...leftovers, ...(await ground.undo.run())];
    }
  }
  return leftovers;
}
