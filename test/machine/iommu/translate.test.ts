/** Requests against a naive second model of the tables, and streams of map, unmap and DMA in which no stale translation may be used. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Iova } from "../../../src/machine/address.ts";
import {
  FAULT,
  flushAllDescriptor,
  flushContextsDescriptor,
  flushDomainDescriptor,
  flushPagesDescriptor,
  REGISTER,
} from "../../../src/machine/iommu/index.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";
import { MEMORY, Rig, TABLES } from "./rig.ts";

const DEVICE = 0x18;
const PAGE = 4096;
const rig = new Rig();
const SEED = 20_061_101;

const at = (address: number) => address as Iova;

/** What section 3.7 says, read as a person reads it: entries as BigInt, one level after the other. */
function naive(rig: Rig, root: number, depth: number, address: number, write: boolean): number | string {
  if (address >= 2 ** (12 + 9 * depth)) return "beyondWidth";
  let table = BigInt(root);
  let permitted = true;
  for (let level = depth; level >= 1; level--) {
    const shift = BigInt(12 + 9 * (level - 1));
    const place = Number(table + ((BigInt(address) >> shift) & 511n) * 8n);
    if (place + 8 > MEMORY) return "nextTable";
    const entry = rig.bus.view.getBigUint64(place, true);
    if ((entry & 3n) === 0n) return write ? "write" : "read";
    permitted &&= (entry & (write ? 2n : 1n)) !== 0n;
    const leaf = level === 1 || (level <= 3 && (entry & 0x80n) !== 0n);
    const frame = entry & 0xffffffffff000n;
    if (frame >> 39n || (level === 4 && entry & 0x80n)) return "entryReserved";
    if (leaf) {
      const size = 1n << shift;
      if (frame % size !== 0n) return "entryReserved";
      if (!permitted) return write ? "write" : "read";
      return Number(frame + (BigInt(address) % size));
    }
    table = frame;
  }
  throw new Error("a walk ends at level 1");
}

const INDICES = [0, 1, 255, 511];

test("every combination of rights, leaf bit, frame, depth and kind of request is as the naive model has it", () => {
  const frames = [0, 1, 2].map((n) => TABLES + n * PAGE);
  const value = fc
    .tuple(
      fc.constantFrom(0, 1, 2, 3, 3, 3, 3),
      fc.constantFrom(0, 0, 0, 0x80),
      fc.constantFrom(...frames, 0x200000, 0x40000000, 0xfff000, 2 ** 32, 2 ** 38, 2 ** 39, 2 ** 51),
    )
    .map(([rights, leaf, frame]) => frame + leaf + rights);
  const entries = fc.array(fc.record({ table: fc.nat(2), index: fc.constantFrom(...INDICES), value }), {
    maxLength: 24,
  });
  const way = fc.array(fc.constantFrom(...INDICES), { minLength: 5, maxLength: 5 });
  const seen = new Set<string>();
  fc.assert(
    fc.property(entries, fc.constantFrom<3 | 4>(3, 4), way, fc.boolean(), (slots, depth, indices, write) => {
      rig.bus.ram.fill(0, TABLES, TABLES + 3 * PAGE);
      const root = rig.attach(DEVICE, 0, depth);
      for (const { table, index, value: bits } of slots) rig.entry(frames[table] as number, index, bits);
      rig.invalidate(flushContextsDescriptor(), flushAllDescriptor());
      // Of three levels the first index is beyond the width, unless it is zero.
      const within = depth === 4 || indices[4] === 511 ? indices.slice(0, 4) : [0, ...indices.slice(1, 4)];
      const address = within.reduce((sum, index) => sum * 512 + index, 0) * PAGE + 0x128;
      const expected = naive(rig, root, depth, address, write);
      const got = rig.iommu.translator.translate(DEVICE, address, write);
      const [fault] = rig.iommu.faults.take();
      seen.add(typeof expected === "number" ? "found" : expected);
      if (typeof expected === "number") expect([got, fault]).toEqual([expected, undefined]);
      else
        expect([got, fault]).toEqual([
          -1,
          {
            requester: DEVICE,
            reason: FAULT[expected as keyof typeof FAULT],
            address: address - (address % PAGE),
            write,
          },
        ]);
    }),
    { seed: SEED, numRuns: 3000 },
  );
  expect([...seen].sort()).toEqual(["beyondWidth", "entryReserved", "found", "nextTable", "read", "write"]);
});
test("roots and contexts that are absent, outside of memory or malformed are refused by their reasons", () => {
  const own = new Rig();
  const reason = (write = false) => {
    own.iommu.translator.translate(DEVICE, 0x1000, write);
    return own.iommu.faults.take().map((fault) => fault.reason);
  };
  expect(reason()).toEqual([FAULT.contextNotPresent]);
  const context = 0x11000 + 16 * DEVICE;
  for (const [words, expected] of [
    [[TABLES | 1 | 0x10, 0, 1, 0], FAULT.contextReserved],
    [[TABLES | 1, 0, 1, 1], FAULT.contextReserved],
    [[TABLES | 1, 0x80, 1, 0], FAULT.contextReserved],
    [[TABLES | 1, 0, 0, 0], FAULT.contextInvalid],
    [[TABLES | 1 | 4, 0, 1, 0], FAULT.contextInvalid],
    [[TABLES | 1, 0, 1 | (4096 << 8), 0], FAULT.contextInvalid],
  ] as const) {
    own.words(context, words);
    expect(reason()).toEqual([expected]);
  }
  own.words(context, [TABLES | 1 | 2, 0, 1, 0]);
  expect(reason(), "FPD: refused, and not recorded").toEqual([]);
  own.words(0x10000, [0x11000 | 1 | 2, 0, 0, 0]);
  own.invalidate(flushContextsDescriptor());
  expect(reason()).toEqual([FAULT.rootReserved]);
  own.words(0x10000, [0, 0, 0, 0]);
  expect(reason()).toEqual([FAULT.rootNotPresent]);
  own.words(0x10000, [1, 1, 0, 0]);
  expect(reason()).toEqual([FAULT.contextTable]);
});

test("a stream of map, unmap, invalidation and DMA: a stale page is used only between its unmap and its invalidation", () => {
  const step = fc.record({
    do: fc.constantFrom(
      ...["map", "map", "unmap", "unmap", "dma", "dma", "dma", "dma", "dma", "page"],
      "domain",
      "all",
    ),
    domain: fc.constantFrom(1, 2),
    page: fc.nat(3),
    frame: fc.nat(63),
  });
  let stale = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const own = new Rig({ iotlb: { entries: 8, ways: 2 } });
      const leaves = [1, 2].map((domain) => {
        const root = own.attach(DEVICE + domain, domain);
        own.entry(root, 0, root + PAGE + 3);
        own.entry(root + PAGE, 0, root + 2 * PAGE + 3);
        return root + 2 * PAGE;
      });
      const now = new Map<string, number>();
      /** Translations that were taken away and may still be remembered. */
      const old = new Map<string, Set<number>>();
      for (const { do: what, domain, page, frame } of steps) {
        const key = `${domain} ${page}`;
        const host = 0x400000 + frame * PAGE;
        const leaf = leaves[domain - 1] as number;
        if (what === "map" || what === "unmap") {
          const before = now.get(key);
          if (before !== undefined) old.set(key, (old.get(key) ?? new Set()).add(before));
          own.entry(leaf, page, what === "map" ? host + 3 : 0);
          if (what === "map") now.set(key, host);
          else now.delete(key);
        } else if (what === "dma") {
          const got = own.iommu.translator.translate(DEVICE + domain, page * PAGE + 5, true) - 5;
          const right = now.get(key) ?? -6;
          if (got !== right) {
            stale++;
            expect(old.get(key)?.has(got), `page ${key} went to ${got}`).toBe(true);
          }
        } else if (what === "page") {
          expect(own.invalidate(flushPagesDescriptor(domain, page * PAGE, 0))).toBe(true);
          old.delete(key);
        } else {
          own.invalidate(what === "all" ? flushAllDescriptor() : flushDomainDescriptor(domain));
          for (const known of [...old.keys()])
            if (what === "all" || known.startsWith(`${domain} `)) old.delete(known);
        }
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(stale, "the window exists").toBeGreaterThan(20);
});

test("DMA crosses pages, and nothing past the first refused one is written", () => {
  const own = new Rig();
  const root = own.attach(DEVICE, 1);
  own.entry(root, 0, root + PAGE + 3);
  own.entry(root + PAGE, 0, root + 2 * PAGE + 3);
  own.entry(root + 2 * PAGE, 1, 0x500000 + 3);
  own.entry(root + 2 * PAGE, 2, 0x400000 + 1);
  const dma = own.iommu.dma(DEVICE);
  own.bus.ram.fill(7, 0x400000, 0x400010);
  own.bus.ram.fill(6, 0x500ff0, 0x501000);
  const into = new Uint8Array(32);
  expect(dma.read(at(0x1ff0), into)).toBe(true);
  expect([into[15], into[16]]).toEqual([6, 7]);
  expect(dma.write(at(0x1ff0), new Uint8Array(32).fill(9))).toBe(false);
  expect([own.bus.ram[0x500fff], own.bus.ram[0x400000]]).toEqual([9, 7]);
  expect(dma.read(at(0x3000), into)).toBe(false);
  expect(into.every((byte) => byte === 0xff)).toBe(true);
});

test("a hit reads no table, and the second requester of a domain finds what the first one left", () => {
  const own = new Rig();
  const root = own.attach(DEVICE, 1);
  own.attach(DEVICE + 1, 1);
  own.entry(root, 0, root + PAGE + 3);
  own.entry(root + PAGE, 1, 0x400000 + 0x83);
  const { translator } = own.iommu;
  expect(translator.translate(DEVICE, 0x212345, false)).toBe(0x412345);
  expect(translator.references).toBe(2);
  expect(translator.translate(DEVICE + 1, 0x3fffff, false)).toBe(0x5fffff);
  expect([translator.references, translator.hits, translator.contextReferences]).toEqual([2, 1, 4]);
});

test("a bad descriptor stops the queue until the error is cleared; faults beyond the records overflow", () => {
  const own = new Rig();
  expect(own.invalidate([15, 0, 0, 0])).toBe(false);
  const status = () => own.iommu.registers.read(REGISTER.fsts, 4);
  expect([status() & 16, own.iommu.registers.read(REGISTER.iqh, 4)]).toEqual([16, 0]);
  own.words(0x12000, flushAllDescriptor());
  own.register(REGISTER.fsts, 16);
  expect([status() & 16, own.iommu.registers.read(REGISTER.iqh, 4)]).toEqual([0, 32]);
  for (let n = 0; n < 9; n++) own.iommu.translator.translate(DEVICE, n * PAGE, true);
  expect(status() & 3).toBe(3);
  expect(own.iommu.faults.take().map(({ address }) => address)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((n) => n * PAGE),
  );
  expect(status()).toBe(0);
});

test("a snapshot keeps what is remembered", () => {
  const own = new Rig();
  const root = own.attach(DEVICE, 1);
  own.entry(root, 0, root + PAGE + 3);
  own.entry(root + PAGE, 0, 0x400000 + 0x83);
  own.iommu.translator.translate(DEVICE, 0x1000, true);
  const out = new StateWriter();
  own.iommu.save(out);
  const other = new Rig();
  other.iommu.load(new StateReader(out.finish()));
  expect(other.iommu.translator.translate(DEVICE, 0x1000, true), "by its caches alone").toBe(0x401000);
});
