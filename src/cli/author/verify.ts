/** `ringlab labs verify`: hands the labs to the grader, which is found by its path, for nothing in src knows it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";
import { chosenLabs, LABS } from "../labs.ts";

/** What grader/verify/command.ts exports. */
interface Verifier {
  verifyLabs(asked: {
    ids: readonly string[];
    labs: string;
    seeds: readonly number[];
    sandbox: "unsafe" | undefined;
    quick: boolean;
    print(text: string): void;
  }): Promise<boolean>;
}

export interface VerifyOptions {
  seed: number;
  seeds: number;
  quick?: boolean;
  unsafe?: boolean;
}

export async function verify(asked: readonly string[], options: VerifyOptions): Promise<void> {
  const { seed, seeds: count, quick = false, unsafe = false } = options;
  const ids = await chosenLabs(asked);
  if (count < 1) throw new UserError("--seeds: at least one seed is needed");
  const file = join(ROOT, "dist/grader/verify/command.js");
  if (!existsSync(file))
    throw new UserError("this is an edition for students, without grader, hidden tests and mutants");
  const { verifyLabs }: Verifier = await import(pathToFileURL(file).href);
  const seeds = Array.from({ length: count }, (_, n) => seed + n);
  const sandbox = unsafe ? "unsafe" : undefined;
  try {
    const print = (text: string) => console.log(text);
    if (!(await verifyLabs({ ids, labs: LABS, seeds, sandbox, quick, print }))) process.exitCode = 1;
  } catch (error) {
    // Everything else is a fault in a lab, and its author wants to see where.
    const { name, message } = error as Error;
    throw name === "SandboxError" || name === "InfrastructureError" ? new UserError(message) : error;
  }
}
