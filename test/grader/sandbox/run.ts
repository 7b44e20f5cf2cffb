/** Runs a few lines of hostile code in a sandbox and tells what came of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Ending, Limits, Running, Sandbox } from "../../../grader/sandbox/contract.ts";

export const LIMITS: Limits = { cpuSeconds: 5, megabytes: 64, recordBytes: 1 << 20, outputBytes: 1 << 16 };

export interface Outcome extends Ending {
  /** From fd 4, without the first byte. */
  text: string;
  /** Command lines of processes that were left when it had ended. */
  left: string[];
}

interface Options {
  limits?: Partial<Limits>;
  send?: string;
  /** Milliseconds from the first byte until the caller has enough. */
  patience?: number;
  begun?: (running: Running) => void;
}

/**
 * `code` runs after the first byte, as a submission does, and finds `fs`, `tell(value)`, `attempt(action)`, which gives an
 * error's code, and MARK, a word for the command lines of what it starts.
 */
export async function run(sandbox: Sandbox, code: string, options: Options = {}): Promise<Outcome> {
  const { limits, send, patience = 10_000, begun } = options;
  const folder = mkdtempSync(join(tmpdir(), "ringlab-sandbox-"));
  const mark = basename(folder);
  const prelude = `
    import fs from "node:fs";
    const MARK = "${mark}";
    const tell = (value) => fs.writeSync(4, JSON.stringify(value) ?? "undefined");
    const attempt = (action) => { try { action(); return "done"; } catch (error) { return error.code; } };`;
  try {
    writeFileSync(
      join(folder, `${mark}.mjs`),
      'import fs from "node:fs"; fs.writeSync(4, "!"); import("./code.mjs");',
    );
    writeFileSync(join(folder, "code.mjs"), `${prelude}\n${code}`);
    const running = sandbox.start({ folder, entry: `${mark}.mjs`, limits: { ...LIMITS, ...limits } });
    let timer: NodeJS.Timeout | undefined;
    const chunks: Buffer[] = [];
    running.onData((chunk) => {
      timer ??= setTimeout(() => running.kill("timeout"), patience);
      chunks.push(chunk);
    });
    if (send !== undefined) running.send(Buffer.from(send));
    begun?.(running);
    const ending = await running.ended;
    clearTimeout(timer);
    return { ...ending, text: Buffer.concat(chunks).toString().slice(1), left: commandLines(mark) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandLines(word: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(word));
}
