import { describe, expect, test } from "vitest";
import type { Gva } from "../../src/machine/address.ts";
import { boot } from "../../src/machine/load/boot.ts";
import type { Machine } from "../../src/machine/machine.ts";
import { pageWalk } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const HIGH = (0xc0101234 | 0) as Gva;

/** A machine in a mode of its own with entries in memory: [address, low, high]. */
function paged(
  mode: "protected" | "long",
  cr: { cr3: number; cr4: number },
  entries: [number, number, number?][],
) {
  const machine = boot(Uint8Array.of(0x90), { kind: "flat", mode, memory: 2 << 20, firmware: false });
  for (const [at, low, high] of entries) {
    machine.bus.view.setInt32(at, low, true);
    if (high !== undefined) machine.bus.view.setInt32(at + 4, high, true);
  }
  const { mmu, cpu } = machine;
  mmu.loadCr3(cr.cr3, 0);
  mmu.setControl(cpu.cr0 | 0x80010000, cr.cr4, cpu.efer);
  return machine;
}

const figureOf = (machine: Machine, at: Gva) => pageWalk(machine.mmu.explain(at));

const ia32 = () =>
  paged("protected", { cr3: 0x101000, cr4: 0 }, [
    [0x101000 + 4 * 768, 0x102067],
    [0x102000 + 4 * 257, 0x100123],
    [0x102000 + 4 * 258, 0],
  ]);

describe("looks as it did", () => {
  test("two levels to a page", async () => {
    await expect(rounded(figureOf(ia32(), HIGH).svg)).toMatchFileSnapshot("snapshots/page-walk.svg");
  });

  test("four levels with a large page", async () => {
    const machine = paged("long", { cr3: 0x101000, cr4: 0x20 }, [
      [0x101000 + 8 * 256, 0x102027, 0],
      [0x102000, 0x103027, 0],
      [0x103000 + 8 * 3, 0x600000e3, 0],
    ]);
    const at = (-(2 ** 47) + 3 * 2 ** 21 + 0x12345) as Gva;
    const figure = figureOf(machine, at);
    expect(figure.alt).toMatch(
      /^Linear address ffff800000612345 leads through PML4E 256, PDPTE 0, PDE 3 to physical address 60012345\./,
    );
    await expect(rounded(figure.svg)).toMatchFileSnapshot("snapshots/page-walk-large.svg");
  });
});

test("a hole ends in a page fault", () => {
  const figure = figureOf(ia32(), (HIGH + 0x1000) as Gva);
  expect(figure.alt).toBe("Linear address c0102234 leads through PDE 768, PTE 258 to a page fault.");
  expect(figure.svg).toContain("not present");
  expect(figureOf(ia32(), 0x1000 as Gva).svg).toContain("not used");
});

test("PAE begins at a register", () => {
  const machine = paged("protected", { cr3: 0x101000, cr4: 0x20 }, [
    [0x101000 + 24, 0x102001, 0],
    [0x102000, 0x103003, 0],
    [0x103000 + 8 * 257, 0x1003, 1 << 30],
  ]);
  const figure = figureOf(machine, HIGH);
  expect(figure.svg).toContain("in a register");
  expect(figure.svg).toContain("reserved bits are set");
  expect(figure.alt).toContain("PDPTE 3, PDE 0, PTE 257");
});

test("without paging there is nothing to walk", () => {
  const machine = boot(Uint8Array.of(0x90), { kind: "flat", memory: 1 << 20, firmware: false });
  expect(figureOf(machine, 0x7c00 as Gva).alt).toBe(
    "Paging is off: the linear address is the physical address 00007c00.",
  );
});
