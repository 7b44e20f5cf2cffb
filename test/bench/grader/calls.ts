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
import { bundleHarness, HARNESS, MODULE } from "../../../grader/run/harness-bundle.ts";
import type { Kit } from "../../../grader/run/kit.ts";
import { Session } from "../../../grader/run/session.ts";
import { chooseSandbox } from "../../../grader/sandbox/choose.ts";
import type { Sandbox } from "../../../grader/sandbox/contract.ts";
import unsafe from "../../../grader/sandbox/unsafe.ts";
import { check, type Lab, type Scenario } from "../../../src/course/index.ts";
import * as device from "./device.ts";
import * as walker from "./walker.ts";

const ROUNDS = 9;
const ENDING = import.meta.url.split(".").at(-1);

interface Subject {
  lab: Lab<object>;
  scenario: Scenario<object>;
  component: object;
  input: (count: number) => object;
  file: string;
}

const subject = (
  file: string,
  { LAB, SCENARIOS, component }: { LAB: unknown; SCENARIOS: { accesses: unknown }; component: object },
): Subject => ({
  lab: LAB as Lab<object>,
  scenario: SCENARIOS.accesses as Scenario<object>,
  component,
  input: (count) => ({ count, seed: 7 }),
  file: fileURLToPath(new URL(`./${file}.${ENDING}`, import.meta.url)),
});

/** The first machine is a list of words, which costs next to nothing; the second is the PC. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  "page walker": subject("walker", walker),
  "device of the PC": subject("device", device),
};

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function bundled(contents: string): Promise<string> {
  const options = { bundle: true, write: false, format: "esm", platform: "node", target: "node20" } as const;
  const { outputFiles } = await build({ stdin: { contents, resolveDir: "/" }, ...options });
  return outputFiles[0]!.text;
}

/** Milliseconds for one scenario of `count` calls: bare, and graded in the sandbox given. */
async function times(
  { lab, scenario, component, input: inputOf, file }: Subject,
  count: number,
  sandbox: Sandbox,
  folder: string,
): Promise<{ bare: number; graded: number }> {
  const input = inputOf(count);
  const expected = scenario.drive(component, input);
  const test = check({ part: lab.parts[0]!.id, clause: "C1", name: "accesses", scenario, input, expected });
  const module = JSON.stringify(file);
  writeFileSync(
    join(folder, "bare.mjs"),
    await bundled(`import { component, SCENARIOS } from ${module};
      const actual = SCENARIOS.accesses.drive(component, ${JSON.stringify(input)});
      if (JSON.stringify(actual) !== ${JSON.stringify(JSON.stringify(expected))}) process.exit(1);`),
  );
  writeFileSync(join(folder, MODULE), await bundled(`export { component } from ${module};`));
  const kit = { lab, scenarios: { accesses: scenario }, scenariosFile: file, tests: [] };
  writeFileSync(join(folder, HARNESS), await bundleHarness(kit as unknown as Kit));
  const [bare, graded]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [join(folder, "bare.mjs")]);
    if (status !== 0) throw new Error("the bare run came to another result");
    const between = performance.now();
    const session = new Session(sandbox, folder, lab.limits);
    const recording = await session.play("accesses", input);
    const { status: verdict, reason, calls } = judge(lab, test, recording, () => undefined);
    await session.close();
    if (verdict !== "passed" || calls !== count)
      throw new Error(`graded as ${verdict}: ${reason} (${calls})`);
    bare.push(between - start);
    graded.push(performance.now() - between);
  }
  return { bare: median(bare), graded: median(graded) };
}

export async function bench(): Promise<string> {
  const sandboxes = [unsafe, await chooseSandbox()];
  const folder = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  const rows = [
    "| machine | sandbox | calls | bare, ms | graded, ms | graded / bare |",
    "|---|---|---|---|---|---|",
  ];
  try {
    for (const [name, each] of Object.entries(SUBJECTS))
      for (const sandbox of sandboxes)
        for (const count of [1000, 100_000, 300_000]) {
          const { bare, graded } = await times(each, count, sandbox, folder);
          const cells = [name, sandbox.name, count.toLocaleString("en"), bare.toFixed(0), graded.toFixed(0)];
          rows.push(`| ${cells.join(" | ")} | ${(graded / bare).toFixed(2)} |`);
        }
    return rows.join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
