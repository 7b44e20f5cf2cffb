import { expect, test } from "vitest";
import { stepTlb, type TlbAction } from "../../src/machine/index.ts";
import { tlbContent } from "../../src/plots/index.ts";
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
