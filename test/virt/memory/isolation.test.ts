/**
 * No page of one machine is ever readable by another. Random histories of several machines on a host that is too small, with each
 * way in which a frame changes hands, against two oracles: what a machine reads is what it wrote itself, or zeros; and no byte in
 * any frame, slot or page that it could reach was written by somebody else.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FREE,
  Host,
  KsmScanner,
  PAGE_BYTES,
  RandomScanner,
  type Vm,
} from "../../../src/virt/memory/index.ts";

const PAGES = 12;
const MOST = 16;
const MACHINES = 3;
/** Room for the page tables, and for a third of what the machines have. */
const FRAMES = 4 * MACHINES + 12;

type Command =
  | { kind: "write" | "read"; vm: number; gpn: number; word: number; value: number }
  | { kind: "dma-in"; vm: number; gpn: number; value: number }
  | { kind: "dma-out" | "swap" | "give" | "take" | "veil"; vm: number; gpn: number }
  | { kind: "scan" | "ksm"; pages: number }
  | { kind: "plug" | "unplug" | "replace"; vm: number };

const vm = fc.nat(MACHINES - 1);
const gpn = fc.nat(MOST - 1);
const value = fc.nat(3);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("write" as const, "read" as const),
      vm,
      gpn,
      word: fc.constantFrom(0, 1, 1023),
      value,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("dma-in" as const), vm, gpn, value }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "dma-out" as const,
        "swap" as const,
        "give" as const,
        "take" as const,
        "veil" as const,
      ),
      vm,
      gpn,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("scan" as const, "ksm" as const),
      pages: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("plug" as const, "unplug" as const, "replace" as const),
      vm,
    }),
  },
);

/** What a machine has written, page by page; pages that it never wrote, or gave away, hold zeros. */
class Rig {
  readonly host: Host;
  readonly machines: { vm: Vm; wrote: Map<number, Int32Array> }[] = [];
  readonly #stamp: (vm: Vm, value: number) => number;
  readonly #ksm: KsmScanner;

  constructor(stamp: (vm: Vm, value: number) => number, hash?: () => number) {
    this.host = new Host({ frames: FRAMES, ...(hash ? { hash } : {}) });
    this.#stamp = stamp;
    this.#ksm = new KsmScanner(this.host);
    for (let at = 0; at < MACHINES; at++) this.machines.push(this.boot());
  }

  boot() {
    const vm = this.host.create({ name: "vm", pages: PAGES, most: MOST });
    return { vm, wrote: new Map<number, Int32Array>() };
  }

  run(one: Command): void {
    if ("pages" in one) {
      if (one.kind === "ksm") this.#ksm.scan(one.pages);
      else new RandomScanner(this.host).scan(one.pages);
      return;
    }
    const machine = this.machines[one.vm]!;
    const { vm, wrote } = machine;
    switch (one.kind) {
      case "write": {
        const written = this.#stamp(vm, one.value);
        vm.write32(one.gpn * PAGE_BYTES + 4 * one.word, written);
        if (one.gpn < vm.pages) this.page(machine, one.gpn)[one.word] = written;
        break;
      }
      case "read":
        expect(vm.read32(one.gpn * PAGE_BYTES + 4 * one.word)).toBe(
          this.expected(machine, one.gpn)[one.word],
        );
        break;
      case "dma-in": {
        const words = new Int32Array(1024).fill(this.#stamp(vm, one.value));
        vm.writePage(one.gpn, new Uint8Array(words.buffer));
        if (one.gpn < vm.pages) wrote.set(one.gpn, words);
        break;
      }
      case "dma-out":
        this.readBack(machine, one.gpn);
        break;
      case "swap":
        if (this.host.pages.frame(vm, one.gpn) !== undefined) this.host.pages.swapOut(vm, one.gpn);
        break;
      case "give":
        this.host.channel(vm).give([one.gpn]);
        wrote.delete(one.gpn);
        break;
      case "take": {
        const before = vm.ballooned;
        this.host.channel(vm).take([one.gpn]);
        if (vm.ballooned < before) wrote.delete(one.gpn);
        break;
      }
      case "veil":
        if (this.host.pages.frame(vm, one.gpn) !== undefined) this.host.pages.veil(vm, one.gpn);
        break;
      case "plug":
        if (vm.pages < MOST) this.host.plug(vm, 1);
        break;
      case "unplug":
        this.host.unplug(vm, 1);
        wrote.delete(vm.pages);
        if (vm.pages === 0) this.host.plug(vm, 1);
        break;
      case "replace":
        this.host.destroy(vm);
        this.machines[one.vm] = this.boot();
        break;
    }
  }

  readBack(machine: (typeof this.machines)[number], gpn: number): void {
    const page = new Uint8Array(PAGE_BYTES);
    machine.vm.readPage(gpn, page);
    const words = new Int32Array(page.buffer);
    const expected = this.expected(machine, gpn);
    // Compared by hand: matchers look at a thousand words for a millisecond.
    const wrong = words.findIndex((word, at) => word !== expected[at]);
    if (wrong >= 0) expect([gpn, wrong, words[wrong]]).toEqual([gpn, wrong, expected[wrong]]);
  }

  /** Every frame is somebody's or free, and shared by as many pages as it says. */
  audit(): void {
    const users = new Int32Array(FRAMES);
    for (const { vm } of this.machines) {
      let resident = 0;
      for (let gpn = 0; gpn < MOST; gpn++) {
        const frame = this.host.pages.frame(vm, gpn);
        if (frame === undefined) continue;
        users[frame]!++;
        resident++;
      }
      expect(vm.resident).toBe(resident);
    }
    let free = 0;
    for (let frame = 0; frame < FRAMES; frame++) {
      const owner = this.host.frames.owner(frame);
      if (owner === FREE) free++;
      if (owner !== -1) expect(this.host.frames.users(frame)).toBe(users[frame]);
    }
    expect(this.host.frames.free).toBe(free);
    expect(this.host.swap.used).toBe(this.machines.reduce((sum, { vm }) => sum + vm.swapped, 0));
  }

  private page({ wrote }: (typeof this.machines)[number], gpn: number): Int32Array {
    const page = wrote.get(gpn) ?? new Int32Array(1024);
    wrote.set(gpn, page);
    return page;
  }

  private expected({ vm, wrote }: (typeof this.machines)[number], gpn: number): Int32Array {
    if (gpn >= vm.pages) return new Int32Array(1024).fill(-1);
    return wrote.get(gpn) ?? new Int32Array(1024);
  }
}

const SEED = 20021209;
/** RINGLAB_HISTORIES=100: so many times the histories of an ordinary run. */
const TIMES = Number(process.env.RINGLAB_HISTORIES ?? 1);
const history = fc.array(command, { minLength: 60, maxLength: 200, size: "max" });

function eachReadsItsOwn(commands: readonly Command[], hash?: () => number): void {
  // Equal bytes on all machines: everything can be shared with everything.
  const rig = new Rig((_, value) => value, hash);
  for (const one of commands) rig.run(one);
  rig.audit();
  for (const machine of rig.machines) for (let gpn = 0; gpn < MOST; gpn++) rig.readBack(machine, gpn);
  rig.audit();
}

describe("what a machine reads is what it wrote, or zeros", () => {
  test("over swapping, ballooning, sharing, sampling, plugging and teardown", () => {
    fc.assert(
      fc.property(history, (commands) => eachReadsItsOwn(commands)),
      { seed: SEED, numRuns: 250 * TIMES },
    );
  });

  test("with a hash that is the same for all pages", () => {
    fc.assert(
      fc.property(history, (commands) => eachReadsItsOwn(commands, () => 7)),
      { seed: SEED + 1, numRuns: 120 * TIMES },
    );
  });
});

test("no byte of one machine's is ever in a page of another's, not even where it cannot be read yet", () => {
  const tag = (vm: Vm, value: number) => (vm.id << 8) | value;
  const property = fc.property(history, (commands) => {
    const rig = new Rig(tag);
    for (const one of commands) {
      rig.run(one);
      for (const { vm } of rig.machines)
        for (let gpn = 0; gpn < MOST; gpn++) {
          const page = rig.host.look(vm, gpn);
          if (page === undefined) continue;
          const foreign = new Int32Array(page.buffer).find((word) => word !== 0 && word >>> 8 !== vm.id);
          if (foreign !== undefined) expect.unreachable(`${foreign} is in page ${gpn} of machine ${vm.id}`);
        }
    }
  });
  fc.assert(property, { seed: SEED + 2, numRuns: 40 * TIMES });
});

test("the histories reach what they are about", () => {
  const seen = { swapIns: 0, parted: 0, popped: 0, touched: 0, zero: 0, shared: 0, veiledShared: 0 };
  for (const commands of fc.sample(history, { seed: SEED, numRuns: 250 })) {
    const rig = new Rig((_, value) => value);
    for (const one of commands) {
      rig.run(one);
      if (one.kind === "veil") {
        const { vm } = rig.machines[one.vm]!;
        if (rig.host.frames.owner(rig.host.pages.frame(vm, one.gpn) ?? 0) === -2) seen.veiledShared++;
      }
      if (rig.host.frames.owned(-2) > 0) seen.shared++;
    }
    for (const { vm } of rig.machines) {
      seen.swapIns += vm.counts.swapIns;
      seen.parted += vm.counts.parted;
      seen.popped += vm.counts.popped;
      seen.touched += vm.touched;
    }
    seen.zero += rig.host.ledger.count("zero");
  }
  expect(Object.entries(seen).filter(([, count]) => count < 50)).toEqual([]);
});
