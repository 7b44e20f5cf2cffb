/**
 * Our kernel beside stock tslab, over the wire, in one run: the two take turns, round by round, so that a busy machine
 * slows both. Each figure is the median over the rounds.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelClient } from "../../src/kernel/client.ts";
import { ensureSnapshot } from "../../src/kernel/own/checker/snapshot.ts";
import { DEFAULT_SPEC, type KernelSpec } from "../../src/kernel/specs.ts";

const ROUNDS = 3;
const tslab = createRequire(import.meta.url).resolve("tslab/bin/tslab");
const STOCK: KernelSpec = {
  ...DEFAULT_SPEC,
  name: "tslab",
  argv: [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"],
  interrupt_mode: "signal",
};

const LOOP = "let sum = 0; for (let i = 0; i < 1e6; i++) sum += i % 7; sum";

/** One kernel's life: name → milliseconds (megabytes for memory). */
async function life(spec: KernelSpec, cwd: string): Promise<Record<string, number>> {
  const begun = performance.now();
  const kernel = await KernelClient.start(spec, { cwd });
  const info = performance.now() - begun;
  try {
    const time = async (code: string): Promise<number> => {
      const start = performance.now();
      const { reply } = await kernel.execute(code);
      if (reply.status !== "ok") throw new Error(`${spec.name}: ${code}: ${JSON.stringify(reply)}`);
      return performance.now() - start;
    };
    const times = async (count: number, code: (i: number) => string): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < count; i++) all.push(await time(code(i)));
      return all;
    };
    const cold = await time("1 + 1");
    const trivial = median(await times(50, (i) => `${i} + 1`));
    const declare = (i: number) =>
      `const v${i} = { a: ${i}, f(x: number) { return x * ${i}; } }; class C${i} { p = 1; } v${i}.f(2)`;
    const declarations = await times(110, declare);
    const after = median(declarations.slice(100));
    const loop = await time(LOOP);
    const memory = residentMemory(kernel.kernel.process.pid as number);
    return {
      "start to kernel_info": info,
      "first cell, cold": cold,
      "trivial cell": trivial,
      "declaration, after 100 of them": after,
      "loop of 1,000,000 at top level": loop,
      "memory of all its processes (MB)": memory,
    };
  } finally {
    await kernel.shutdown();
  }
}

/** MB of a process and of those that it started (Linux; elsewhere NaN). */
function residentMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    return children.reduce((sum, child) => sum + residentMemory(Number(child)), own);
  } catch {
    return Number.NaN;
  }
}

/** A kernel that had time to warm up, as the server's spare has: its first cell. */
async function hot(spec: KernelSpec, cwd: string): Promise<number> {
  const kernel = await KernelClient.start(spec, { cwd, env: { RINGLAB_WARM: "1" } });
  await new Promise((done) => setTimeout(done, 4000));
  const start = performance.now();
  await kernel.execute("1 + 1");
  const taken = performance.now() - start;
  await kernel.shutdown();
  return taken;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

export async function bench(): Promise<string> {
  await ensureSnapshot();
  const cwd = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  const rounds: { ours: Record<string, number>; stock: Record<string, number> }[] = [];
  try {
    for (let i = 0; i < ROUNDS; i++) {
      const ours = {
        ...(await life(DEFAULT_SPEC, cwd)),
        "first cell, from a spare": await hot(DEFAULT_SPEC, cwd),
      };
      const stock = { ...(await life(STOCK, cwd)), "first cell, from a spare": await hot(STOCK, cwd) };
      rounds.push({ ours, stock });
    }
  } finally {
    rmSync(cwd, { recursive: true });
  }
  const names = Object.keys(rounds[0]?.ours ?? {});
  const rows = names.map((name) => {
    const ours = median(rounds.map((round) => round.ours[name] as number));
    const stock = median(rounds.map((round) => round.stock[name] as number));
    return `| ${name} | ${ours.toFixed(1)} | ${stock.toFixed(1)} | ${(stock / ours).toFixed(1)}× |`;
  });
  return ["| ms | ours | stock tslab | tslab / ours |", "|---|---|---|---|", ...rows].join("\n");
}
