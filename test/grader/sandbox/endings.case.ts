/** What every sandbox must do with those who behave and those who fail: run by each implementation's own suite. */
import { expect, test } from "vitest";
import type { EndKind, Limits, Sandbox } from "../../../grader/sandbox/contract.ts";
import { run } from "./run.ts";

const HEAP = "const a = []; for (;;) a.push(new Array(1e5).fill({}).map(() => ({ a })));";
const BUFFERS = "const a = []; for (;;) a.push(new Uint8Array(1 << 24).fill(1));";
const WASM =
  "const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 256 }); new Uint8Array(m.buffer).fill(1); a.push(m); }";
const SHARED = "const a = []; for (;;) a.push(new Uint8Array(new SharedArrayBuffer(1 << 24)).fill(1));";

const ENDINGS: [name: string, code: string, kind: EndKind, limits?: Partial<Limits>][] = [
  ["comes to its end", "tell(1);", "exit"],
  ["leaves early", "process.exit(0);", "exit"],
  ["leaves with an exit code", "process.exit(3);", "crash"],
  ["leaves with the exit code of a sandbox that failed", "process.exit(1);", "crash"],
  ["leaves with the exit code of a program that was not found", "process.exit(127);", "crash"],
  ["throws", "throw new Error('no');", "crash"],
  ["throws later", "setTimeout(() => { throw null; });", "crash"],
  ["aborts", "process.abort();", "crash"],
  ["computes forever", "for (;;);", "timeout", { cpuSeconds: 1 }],
  [
    "computes forever and will not hear of it",
    "try { process.on('SIGXCPU', () => {}); } catch {} setInterval(() => { for (const t = Date.now(); Date.now() < t + 50; ); });",
    "timeout",
    { cpuSeconds: 1 },
  ],
  ["fills the heap", HEAP, "memory"],
  ["fills array buffers", BUFFERS, "memory"],
  ["fills shared array buffers", SHARED, "memory"],
  ["fills WebAssembly memories", WASM, "memory"],
  ["floods its standard output", "for (;;) fs.writeSync(1, 'x'.repeat(65536));", "output"],
  ["floods its standard error", "for (;;) fs.writeSync(2, 'x'.repeat(65536));", "output"],
  ["floods the record", "for (;;) fs.writeSync(4, 'x'.repeat(65536));", "output"],
];

export function testEndings(sandbox: Sandbox): void {
  test.for(ENDINGS)("one that %s", async ([, code, kind, limits]) => {
    const outcome = await run(sandbox, code, { limits });
    expect(outcome, outcome.diagnostics).toMatchObject({ kind });
  });
}
