/** What a worker is told once: the lab, and on what ground it grades. */
import type { Sandbox } from "../sandbox/contract.ts";
import { bundleHarness } from "./harness-bundle.ts";
import { type Ground, groundKey } from "./key.ts";
import type { Kit } from "./kit.ts";
import type { Setup } from "./pool/protocol.ts";

export async function setupOf(
  kit: Kit,
  asked: Omit<Ground, "sandbox">,
  { name: sandbox }: Pick<Sandbox, "name">,
): Promise<Setup> {
  return {
    ...{ kind: "setup", ...asked, sandbox, ground: groundKey({ ...asked, sandbox }) },
    harness: await bundleHarness(kit),
  };
}
