/** For the walk by hand: a machine with eight entries in its page table. */
import { boot, type Gva, type Machine } from "../../src/machine/index.ts";
import { A, D, P, RW, US } from "../../src/machine/mmu/formats/bits.ts";
import { hex, showEntry } from "./tables.ts";

const [DIRECTORY, TABLE] = [0x1000, 0x2000];
const USED = P | US | A;

/** Entries 0 to 7; all others are 0. */
const EIGHT: readonly number[] = [
  0x7000 | USED | RW,
  0x4000 | USED,
  0,
  0x9000 | USED | RW | D,
  0x7000 | USED,
  0xb000 | P | RW | A,
  0x3000,
  0xa000 | USED | RW,
];

/** A machine whose CR3 leads over a directory of one entry to the table. */
export function eightEntries(): Machine {
  const machine = boot(Uint8Array.of(0x90), {
    ...{ kind: "flat", mode: "protected", memory: 1 << 20, firmware: false },
  });
  const { cpu, mmu } = machine;
  machine.bus.view.setInt32(DIRECTORY, TABLE | USED | RW, true);
  EIGHT.forEach((entry, index) => {
    machine.bus.view.setInt32(TABLE + 4 * index, entry, true);
  });
  mmu.loadCr3(DIRECTORY, 0);
  mmu.setControl(cpu.cr0 | 0x80010000, 0, 0);
  return machine;
}

/** "3a7ch: 9a7ch; the user may read, write". */
export function answer(machine: Machine, at: number): string {
  const { physical, permitted } = machine.mmu.explain(at);
  if (physical === undefined) return `${hex(at)}: a page fault`;
  const may = permitted.user.filter((what) => what !== "fetch").join(", ") || "do nothing";
  return `${hex(at)}: ${hex(physical)}; the user may ${may}`;
}

/** What a write by the user changes in the table: "entry 7: a000 P W U A → a000 P W U A D". */
export function userWrites(machine: Machine, at: number): string {
  machine.mmu.user = true;
  machine.mmu.write32(at as Gva, 0);
  const { view } = machine.bus;
  return EIGHT.flatMap((before, index) => {
    const after = view.getInt32(TABLE + 4 * index, true);
    return after === before ? [] : [`entry ${index}: ${showEntry(before)} → ${showEntry(after)}`];
  }).join("\n");
}
