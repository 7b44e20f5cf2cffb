import { describe, expect, test } from "vitest";
import { type NestedReference, type NestedWalk, nestedWalk } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const GUEST = ["PML4E", "PDPTE", "PDE", "PTE"];
const NESTED = ["EPT PML4E", "EPT PDPTE", "EPT PDE", "EPT PTE"];

/** All 24, each entry at an address of its own. */
function full(): NestedReference[] {
  return Array.from({ length: 24 }, (_, at) => {
    const [row, column] = [Math.floor(at / 5), at % 5];
    const kind = column === 3 || (row === 3 && column === 4) ? "leaf" : "table";
    return { row, column, kind, address: 0x100000 + 8 * at, low: 0x200000 + 4096 * at + 7, high: 0 };
  });
}

const walk: NestedWalk = {
  ...{ linear: [0x1234, 0], guest: GUEST, nested: NESTED, references: full() },
  translated: [0x1000, 0x2000, 0x3008, 0x4010, 0x5234],
  ...{ physical: 0x217234, end: "page" },
};

describe("four levels on four", () => {
  const figure = nestedWalk(walk);

  test("looks as it did", async () => {
    expect(figure.alt).toBe("24 references. Host-physical address 00217234.");
    await expect(rounded(figure.svg)).toMatchFileSnapshot("snapshots/nested-walk.svg");
    await expect(rounded(figure.steps?.[8]?.svg ?? "")).toMatchFileSnapshot("snapshots/nested-walk-9.svg");
  });

  test("has a step for each reference, in their order", () => {
    const labels = figure.steps?.map(({ label }) => label) ?? [];
    expect(labels).toHaveLength(24);
    expect(labels[0]).toBe("EPT PML4E at 00100000 holds 0000000000200007 and leads to the next nested table");
    expect(labels[3]).toBe("EPT PTE at 00100018 holds 0000000000203007 and is the host's page of 00001000");
    expect(labels[4]).toBe(
      "guest's PML4E at 00100020 holds 0000000000204007 and says where the guest's next table is",
    );
    expect(labels[19]).toBe("guest's PTE at 00100098 holds 0000000000213007 and is the guest's page");
  });

  test("a step shows its row as far as the walk has come", () => {
    const [first, ninth, tenth] = [0, 8, 9].map((at) => figure.steps?.[at]?.svg ?? "");
    expect(first).not.toContain("at 00100008");
    expect(ninth).toContain("at 00100038");
    expect(ninth).not.toContain("at 00100048");
    expect(ninth).not.toContain("at 00100000");
    expect(tenth).toContain("at 00100048");
  });
});

test("a violation ends it in the middle, and says so", () => {
  const references = full().slice(0, 7);
  references[6] = { ...(references[6] as NestedReference), kind: "hole", low: 0 };
  const figure = nestedWalk({
    ...{ ...walk, references, translated: [0x1000, 0x2000] },
    ...{ physical: undefined, end: "violation" },
  });
  expect(figure.alt).toBe("7 references. It ends in a violation.");
  expect(figure.steps?.at(-1)?.label).toContain("is not present");
  expect(figure.svg).not.toContain("host-physical");
});
