/** The real thing: a 64-bit guest's walk with four levels of 4-KiB pages on either side, on the machine's own memory management unit. */
import type { Gva } from "../../src/machine/address.ts";
import { Bus } from "../../src/machine/bus.ts";
import { Clock } from "../../src/machine/clock.ts";
import { CR0, CR4, EFER } from "../../src/machine/cpu/cpu.ts";
import {
  EPT_EXECUTE,
  EPT_READ,
  EPT_WRITE,
  EPT_WRITE_BACK,
  ept,
  isMisconfigured,
} from "../../src/machine/mmu/formats/ept.ts";
import { Mmu } from "../../src/machine/mmu/mmu.ts";
import { Trace } from "../../src/machine/trace.ts";
import { type Figure, nestedWalk } from "../../src/plots/index.ts";
import { PROCESSOR, withoutWalkCaches } from "./measure.ts";

const TABLE = 0x1000;
/** Host-physical: the nested tables, then the guest's memory. */
const ROOT = 0x100000;
const MEMORY = 0x200000;
/** Guest-physical. */
const GUEST_ROOT = 0x1000;
const PAGE = 0x8000;
const RWX = EPT_READ | EPT_WRITE | EPT_EXECUTE;
const PRESENT_WRITABLE_USER = 7;

/** A picture of the walk of linear 8234h, and how many references the machine makes when it reads there first. */
export function realWalk(): { figure: Figure; references: number } {
  const clock = new Clock();
  const trace = new Trace(clock);
  const bus = new Bus(4 * MEMORY);
  const mmu = new Mmu({ bus, clock, trace, profile: withoutWalkCaches() });
  const put = (at: number, value: number) => bus.view.setInt32(at, value, true);
  for (const level of [0, 1, 2]) {
    put(ROOT + TABLE * level, (ROOT + TABLE * (level + 1)) | RWX);
    put(MEMORY + GUEST_ROOT + TABLE * level, (GUEST_ROOT + TABLE * (level + 1)) | PRESENT_WRITABLE_USER);
  }
  for (let page = 0; page < 16; page++)
    put(ROOT + 3 * TABLE + 8 * page, (MEMORY + TABLE * page) | RWX | EPT_WRITE_BACK);
  put(MEMORY + GUEST_ROOT + 3 * TABLE + (8 * PAGE) / TABLE, PAGE | PRESENT_WRITABLE_USER);
  mmu.setSecondDimension({
    format: ept({ physicalBits: PROCESSOR.physicalBits, marks: false, gigabytePages: true }),
    ...{ root: ROOT, tablesAreWritten: false },
    misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false),
    refuse: () => {
      throw new Error("invariant: all of it is mapped");
    },
  });
  mmu.loadCr3(GUEST_ROOT, 0);
  mmu.setControl(CR0.PE | CR0.PG, CR4.PAE, EFER.LMA | EFER.LME);
  const at = (PAGE + 0x234) as Gva;
  mmu.read8(at);
  const walk = mmu.explainNested(at);
  if (walk === undefined) throw new Error("invariant: there is a second dimension");
  return { figure: nestedWalk(walk), references: trace.count("walkReference") };
}
