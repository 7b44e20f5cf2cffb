/** The oracle's kept counterexamples (test/oracle/kept.ts) on our processor, and on QEMU where it is installed. */
import { describe, expect, test } from "vitest";
import { ended, type Machine, runBatch } from "../oracle/batch.ts";
import { KEPT, type Kept } from "../oracle/kept.ts";
import { runOurs } from "../oracle/ours.ts";
import { runQemu } from "../oracle/qemu.ts";
import { build, programs, WORLDS } from "../oracle/world.ts";
import { lacks } from "../support/needs.ts";

/** What a machine says of all kept cases of a world, by name. */
async function ask(machine: Machine, cases: readonly Kept[]): Promise<Record<string, unknown>> {
  const ground = build(cases[0]!.world, 1, programs());
  const { results } = await runBatch(
    machine,
    ground,
    cases.map(({ of }) => ({ ...of, cr3: ground.cr3 })),
  );
  return Object.fromEntries(
    results.map((result, i) => [cases[i]!.name, ended(result) ? result.end : cases[i]!.says(result)]),
  );
}

const expected = (cases: readonly Kept[]) =>
  Object.fromEntries(cases.map((kept) => [kept.name, kept.expected]));
const worlds = WORLDS.map((world) => ({ world, cases: KEPT.filter((kept) => kept.world === world) })).filter(
  ({ cases }) => cases.length > 0,
);

test.each(worlds)("$world: our processor", async ({ cases }) => {
  expect(await ask(runOurs, cases)).toEqual(expected(cases));
});

describe.skipIf(lacks("qemu", import.meta.url))("QEMU", () => {
  test.each(worlds)("$world: says the same", async ({ cases }) => {
    const qemu: Machine = (ram) => runQemu(ram, programs().rom);
    expect(await ask(qemu, cases)).toEqual(expected(cases));
  });
});
