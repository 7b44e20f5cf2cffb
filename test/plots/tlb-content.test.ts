import { expect, test } from "vitest";
import { boot, type Gva, stepTlb, type TlbAction } from "../../src/machine/index.ts";
import { tlbContent, tlbNow } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const read = (page: number): TlbAction => ({ kind: "read", page });
const steps = stepTlb({ entries: 4, ways: 2 }, [
  ...[read(0), read(1), read(2), read(0), read(4)],
  { kind: "switch", pcid: 1 },
  read(0),
  { kind: "invalidate", page: 0 },
]);

test("looks as it did", async () => {
  const figure = tlbContent("Data TLB, 2 sets of 2 ways", steps);
  expect(figure.alt).toBe("6 accesses. Hits: 1, misses: 5, evictions: 2.");
  await expect(rounded(figure.steps?.[4]?.svg ?? "")).toMatchFileSnapshot("snapshots/tlb-content.svg");
});

test("each step says what happened", () => {
  const figure = tlbContent("TLB", steps);
  expect(figure.steps?.map(({ label }) => label)).toEqual([
    "read page 0: miss, put into set 0, way 0",
    "read page 1: miss, put into set 1, way 0",
    "read page 2: miss, put into set 0, way 1",
    "read page 0: hit in set 0, way 0",
    "read page 4: miss, put into set 0, way 0, and page 0 has to go",
    "load CR3 with PCID 1",
    "read page 0: miss, put into set 0, way 1, and page 2 has to go",
    "INVLPG of page 0: set 0, way 1 is not valid any more",
  ]);
});

test("a TLB that nobody used is refused", () => {
  expect(() => tlbContent("TLB", [])).toThrow('"TLB" has no steps');
});

test("a machine's own, as it is", () => {
  const machine = boot(Uint8Array.of(0x90), { kind: "flat", memory: 1 << 20, firmware: false });
  const { mmu } = machine;
  machine.bus.view.setInt32(0x1000, 0x2007, true);
  for (const page of [3, 5]) machine.bus.view.setInt32(0x2000 + 4 * page, 0x8007, true);
  mmu.loadCr3(0x1000, 0);
  mmu.setControl(0x80010001, 0, 0);
  for (const page of [3, 5]) mmu.read8((page * 4096) as Gva);
  const sets = mmu.explainTlb("data") ?? [];
  const known = sets.flat().filter(({ valid }) => valid);
  expect(known.map(({ page, frame, space }) => [page, frame, space])).toEqual([
    [3, 8, "PCID 0"],
    [5, 8, "PCID 0"],
  ]);
  const figure = tlbNow("Data TLB", sets);
  expect(figure.alt).toMatch(/^2 of \d+ entries are valid\.$/);
  expect(figure.steps).toBeUndefined();
});
