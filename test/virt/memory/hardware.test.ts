/**
 * The same p2m under the machine's own two-dimensional walk: a guest's linear accesses through its own page tables and the host's,
 * both in the board's RAM, while the host swaps, shares, samples and balloons. What the walk refuses goes to the host.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { isMisconfigured } from "../../../src/machine/mmu/formats/ept.ts";
import type { Refusal, SecondDimension } from "../../../src/machine/mmu/nested.ts";
import { USER_WRITE } from "../../../src/machine/mmu/rights.ts";
import { RESERVED } from "../../../src/machine/mmu/walk.ts";
import {
  EPT_P2M,
  Host,
  NPT_P2M,
  PAGE_BYTES,
  RandomScanner,
  type Vm,
} from "../../../src/virt/memory/index.ts";
import { board, control, gva } from "../../machine/mmu/board.ts";

const PAGES = 40;
/** Of the guest's tables, one a level, and of the first page that its program uses. */
const ROOT = 1;
const FIRST = 8;
const FRAMES = 70;

class Left extends Error {
  readonly gpa: number;
  readonly write: boolean;

  constructor({ low, high, access, outcome }: Refusal) {
    super(`left the guest at ${low.toString(16)}`);
    if (high !== 0 || outcome === RESERVED)
      throw new Error("a misconfiguration, or an address that the guest does not have");
    this.gpa = low >>> 0;
    this.write = access === USER_WRITE;
  }
}

function rig(npt: boolean) {
  const b = board();
  const format = npt ? NPT_P2M : EPT_P2M;
  const host = new Host({ frames: FRAMES, memory: b.view.buffer, format, seed: 4 });
  const vms = ["a", "b"].map((name) => host.create({ name, pages: PAGES }));
  for (const vm of vms) {
    for (let level = 0; level < 3; level++)
      vm.write32((ROOT + level) * PAGE_BYTES, ((ROOT + level + 1) * PAGE_BYTES) | 7);
    for (let page = FIRST; page < PAGES; page++)
      vm.write32((ROOT + 3) * PAGE_BYTES + 8 * page, (page * PAGE_BYTES) | 7);
  }
  const second = (vm: Vm): SecondDimension => ({
    ...{ format: format.format, root: vm.p2m.root, tablesAreWritten: npt },
    ...(!npt && { misconfigured: (low, isLeaf) => isMisconfigured(low, isLeaf, false) }),
    refuse: (refusal) => {
      throw new Left(refusal);
    },
  });
  let left = 0;
  /** Runs one access of a machine's as its processor would: out of the guest and in again until it is through. */
  const through = <T>(vm: Vm, access: () => T): T => {
    for (let tries = 0; tries < 40; tries++) {
      b.mmu.setSecondDimension(second(vm));
      b.mmu.loadCr3(ROOT * PAGE_BYTES, 0);
      control(b.mmu, { format: "ia32e", writeProtect: true });
      b.mmu.flush(true);
      try {
        return access();
      } catch (error) {
        if (!(error instanceof Left)) throw error;
        left++;
        const word = error.gpa - (error.gpa % 4);
        const value = vm.read32(word);
        if (error.write) vm.write32(word, value);
      }
    }
    throw new Error("the access never came through");
  };
  return { b, host, vms, through, left: () => left };
}

describe.each([
  ["EPT", false],
  ["NPT", true],
])("%s", (_, npt) => {
  test("the processor reads what it wrote, whatever the host does in between", () => {
    const { b, host, vms, through, left } = rig(npt);
    const generator = xoroshiro128plus(7);
    const draw = (below: number) => uniformInt(generator, 0, below - 1);
    const wrote = vms.map(() => new Map<number, number>());
    const scanner = new RandomScanner(host);
    for (let step = 0; step < 3000; step++) {
      const who = draw(2);
      const vm = vms[who]!;
      const page = FIRST + draw(PAGES - FIRST);
      const at = gva(page * PAGE_BYTES + 4 * draw(2));
      switch (draw(8)) {
        case 0:
          if (vm.resident > 12) host.swapOut(vm);
          break;
        case 1:
          scanner.scan(40);
          break;
        case 2:
          if (host.pages.frame(vm, page) !== undefined) host.pages.veil(vm, page);
          break;
        case 3:
          if (draw(4) > 0) break;
          host.channel(vm).give([page]);
          for (const word of [0, 4]) wrote[who]!.delete(page * PAGE_BYTES + word);
          break;
        case 4:
        case 5: {
          const value = draw(3);
          through(vm, () => b.mmu.write32(at, value));
          wrote[who]!.set(at, value);
          break;
        }
        default:
          expect(through(vm, () => b.mmu.read32(at))).toBe(wrote[who]!.get(at) ?? 0);
      }
    }
    expect(left()).toBeGreaterThan(300);
    const counts = vms.map((vm) => vm.counts);
    for (const each of ["swapIns", "parted", "popped"] as const)
      expect(counts.reduce((sum, one) => sum + one[each], 0)).toBeGreaterThan(20);
  });
});
