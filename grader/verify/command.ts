/** What stands behind `ringlab labs verify`; the command finds this file by its path in dist. */

import { chooseSandbox } from "../sandbox/choose.ts";
import type { SandboxName } from "../sandbox/contract.ts";
import { headline, isSound, row, summary } from "./table.ts";
import { verifyLab } from "./verify.ts";

export interface Asked {
  ids: readonly string[];
  /** The folder of labs, as sources. */
  labs: string;
  seeds: readonly number[];
  sandbox: SandboxName | undefined;
  /** See Wanted. */
  quick: boolean;
  print(text: string): void;
}

/**
 * True when all is as it should be.
 * @throws SandboxError when there is no sandbox
 */
export async function verifyLabs({ ids, labs, seeds, sandbox: name, quick, print }: Asked): Promise<boolean> {
  const sandbox = await chooseSandbox(name);
  let sound = true;
  for (const id of ids) {
    print(headline(id, seeds));
    const verification = await verifyLab(id, {
      labs,
      seeds,
      sandbox,
      quick,
      onVerified: (one) => print(row(one)),
    });
    print(summary(verification));
    sound &&= isSound(verification);
  }
  return sound;
}
