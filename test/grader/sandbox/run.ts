/** Runs a few lines of hostile code in a sandbox and tells what came of it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ending, Limits, Running, Sandbox } from "../../../grader/sandbox/contract.ts";

export const LIMITS: Limits = { cpuSeconds: 5, megabytes: 64, recordBytes: 1 << 20, outputBytes: 1 << 16 };

export interface Outcome extends Ending {
  /** From fd 4, without the first byte. */
  text: string;
}

interface Options {
  limits?: Partial<Limits>;
  send?: string;
  /** Milliseconds until the caller has enough. */
  patience?: number;
  begun?: (running: Running) => void;
}

/** `code` finds node:fs as `fs` and `tell(value)`; it runs after the first byte, as a submission does. */
export async function run(sandbox: Sandbox, code: string, options: Options = {}): Promise<Outcome> {
  const { limits, send, patience = 10_000, begun } = options;
  const folder = mkdtempSync(join(tmpdir(), "ringlab-sandbox-"));
  try {
    writeFileSync(
      join(folder, "main.mjs"),
      `import fs from "node:fs";\nfs.writeSync(4, "!");\nawait import("./code.mjs");`,
    );
    writeFileSync(
      join(folder, "code.mjs"),
      `import fs from "node:fs";\nconst tell = (value) => fs.writeSync(4, JSON.stringify(value));\n${code}`,
    );
    const running = sandbox.start({ folder, entry: "main.mjs", limits: { ...LIMITS, ...limits } });
    const timer = setTimeout(() => running.kill("timeout"), patience);
    const chunks: Buffer[] = [];
    running.onData((chunk) => chunks.push(chunk));
    if (send !== undefined) running.send(Buffer.from(send));
    begun?.(running);
    const ending = await running.ended;
    clearTimeout(timer);
    return { ...ending, text: Buffer.concat(chunks).toString().slice(1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
