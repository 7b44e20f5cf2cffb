/**
 * What recording and replaying cost: a component that is called 100,000 times in one scenario, alone in a fresh Node process,
 * and graded (a fresh sandbox, the record, the replay). Wall clock from nothing to the verdict, the median of interleaved rounds.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { judge } from "../../../grader/replay/judge.ts";
import { bundleHarness } from "../../../grader/run/harness-bundle.ts";
import { Session } from "../../../grader/run/session.ts";
import type { Sandbox } from "../../../grader/sandbox/contract.ts";
import { check } from "../../../src/course/index.ts";
import { component, LAB, SCENARIOS } from "./walker.ts";

const ROUNDS = 9;
const WALKER = fileURLToPath(new URL(`./walker.${import.meta.url.split(".").at(-1)}`, import.meta.url));

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function bundled(contents: string): Promise<string> {
  const options = { bundle: true, write: false, format: "esm", platform: "node", target: "node20" } as const;
  const { outputFiles } = await build({ stdin: { contents, resolveDir: "/" }, ...options });
  return outputFiles[0]!.text;
}

/** Milliseconds for one scenario of `count` calls: bare, and graded in the sandbox given. */
async function times(
  count: number,
  sandbox: Sandbox,
  folder: string,
): Promise<{ bare: number; graded: number }> {
  const input = { count, seed: 7 };
  const expected = SCENARIOS.accesses.drive(component, input);
  const test = check({
    part: "walk",
    clause: "C1",
    name: "accesses",
    scenario: SCENARIOS.accesses,
    input,
    expected,
  });
  const walker = JSON.stringify(WALKER);
  writeFileSync(
    join(folder, "bare.mjs"),
    await bundled(`import { component, SCENARIOS } from ${walker};
      const actual = SCENARIOS.accesses.drive(component, ${JSON.stringify(input)});
      if (JSON.stringify(actual) !== ${JSON.stringify(JSON.stringify(expected))}) process.exit(1);`),
  );
  writeFileSync(join(folder, "component.mjs"), await bundled(`export { component } from ${walker};`));
  const kit = { lab: LAB, scenarios: SCENARIOS, scenariosFile: WALKER, tests: [] };
  writeFileSync(join(folder, "harness.mjs"), await bundleHarness(kit as never, "./component.mjs"));
  const [bare, graded]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [join(folder, "bare.mjs")]);
    if (status !== 0) throw new Error("the bare run came to another result");
    const between = performance.now();
    const session = new Session(sandbox, folder, LAB.limits);
    const recording = await session.play("accesses", input);
    const { status: verdict, reason, calls } = judge(LAB, test, recording, () => undefined);
    await session.close();
    if (verdict !== "passed" || calls !== count) throw new Error(`graded as ${verdict}: ${reason}`);
    bare.push(between - start);
    graded.push(performance.now() - between);
  }
  return { bare: median(bare), graded: median(graded) };
}

export async function table(sandboxes: readonly Sandbox[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  try {
    const rows = ["| sandbox | calls | bare, ms | graded, ms | graded / bare |", "|---|---|---|---|---|"];
    for (const sandbox of sandboxes)
      for (const count of [1000, 100_000, 300_000]) {
        const { bare, graded } = await times(count, sandbox, folder);
        rows.push(
          `| ${sandbox.name} | ${count.toLocaleString("en")} | ${bare.toFixed(0)} | ${graded.toFixed(0)} | ${(graded / bare).toFixed(2)} |`,
        );
      }
    return rows.join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
