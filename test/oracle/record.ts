/**
 * Asks QEMU once more for what test/machine/oracle.test.ts compares with: npm run oracle:record. It refuses to record when
 * something differs that is not explained.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ended } from "./batch.ts";
import { describe } from "./describe.ts";
import { explain } from "./explained/index.ts";
import { drawCases } from "./generate/generate.ts";
import { runOurs } from "./ours.ts";
import { MODEL, runQemu } from "./qemu.ts";
import { type Chapter, digestOf, ENTRY_SIZE, hashes, writeRecording } from "./recording.ts";
import { type Arena, judgeAlone, judgeWithFresh } from "./shrink.ts";
import { build, programs, type World } from "./world.ts";

const SEED = 2026;
const PLAN: readonly (readonly [World, number])[] = [
  ["real", 4000],
  ["flat", 2500],
  ["legacy", 5500],
  ["pae", 5000],
  ["long", 8000],
];

async function record(world: World, count: number): Promise<{ chapter: Chapter; entries: Uint8Array }> {
  const ground = build(world, SEED, programs());
  const arena: Arena = {
    ours: runOurs,
    theirs: (ram) => runQemu(ram, programs().rom),
    ground,
    known: (failure) => explain(failure) !== undefined,
  };
  const cases = drawCases(world, ground, SEED, count);
  const { failures, fresh } = await judgeWithFresh(arena, cases);
  const entries = new Uint8Array(count * ENTRY_SIZE);
  const view = new DataView(entries.buffer);
  let kept = 0;
  const open = [];
  for (const [i, failure] of failures.entries()) {
    const { of, ours, theirs, differences } = failure;
    if (ended(ours) || ended(theirs)) continue;
    if (differences.length > 0) {
      const explanation = explain(failure);
      if (explanation === undefined) open.push(of);
      if (explanation === undefined || explanation.whole) continue;
    }
    // What differs is explained in every point: ours is what QEMU should have said.
    kept++;
    view.setUint8(i * ENTRY_SIZE, 1);
    view.setUint8(i * ENTRY_SIZE + 1, ours.vector);
    hashes(of, ours).forEach((hash, part) => {
      view.setUint16(i * ENTRY_SIZE + 2 + 2 * part, hash, true);
    });
  }
  const alone = await judgeAlone(arena, open);
  const wrong = alone.filter((failure) => failure.differences.length > 0 && explain(failure) === undefined);
  for (const failure of wrong) console.log(`${describe(world, failure)}\n`);
  if (wrong.length > 0)
    throw new Error(`${world}: ${wrong.length} differences are not explained: not recorded`);
  console.log(`${world}: ${kept} of ${count} cases kept`);
  return { chapter: { world, cases: count, kept, fresh: [...fresh], digest: digestOf(cases) }, entries };
}

const near = join(import.meta.dirname, "run.ts");
const folder = existsSync(near) ? import.meta.dirname : join(import.meta.dirname, "../../../test/oracle");
const version = spawnSync("qemu-system-x86_64", ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];
const parts = [];
for (const [world, count] of PLAN) parts.push(await record(world, count));
const header = {
  seed: SEED,
  qemu: `${version}, -cpu ${MODEL}`,
  chapters: parts.map(({ chapter }) => chapter),
};
const entries = Buffer.concat(parts.map(({ entries: of }) => of));
writeFileSync(join(folder, "recorded.bin"), writeRecording(header, entries));
