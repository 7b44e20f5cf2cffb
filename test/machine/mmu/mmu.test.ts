/** The accesses: sizes, page ends, devices, ROM, code, alignment, 64-bit addresses, snapshots. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Gpa, Gva } from "../../../src/machine/address.ts";
import { PAGE_CODE } from "../../../src/machine/bus.ts";
import { AC, GP, PF } from "../../../src/machine/cpu/fault.ts";
import { StateReader, StateWriter } from "../../../src/machine/state.ts";
import { type Board, board, control, gva, PROFILE, raised } from "./board.ts";

const PD = 0x10000;
const PT = 0x11000;
const FRAMES = 0x100;

/** Pages 0 … 1022 of linear memory on frames 256 + n, written backwards so that neighbours are not neighbours. */
function paged(bits: (n: number) => number = () => 7): Board {
  const b = board();
  b.view.setUint32(PD, PT | 7, true);
  b.view.setUint32(PD + 4 * 1023, PT | 7, true);
  for (let n = 0; n < 1024; n++) b.view.setUint32(PT + 4 * n, (frame(n) << 12) | bits(n), true);
  b.mmu.loadCr3(PD, 0);
  control(b.mmu, { format: "ia32", writeProtect: true });
  return b;
}
const frame = (n: number) => FRAMES + 1023 - n;
const page = (n: number) => gva(n * 4096);

type Size = 1 | 2 | 4 | 8;

function write({ mmu }: Board, at: Gva, size: Size, low: number, high: number): void {
  if (size === 1) mmu.write8(at, low);
  else if (size === 2) mmu.write16(at, low);
  else if (size === 4) mmu.write32(at, low);
  else mmu.write64(at, low, high);
}

function read({ mmu }: Board, at: Gva, size: Size, way: "read" | "readForWrite" | "systemRead"): bigint {
  if (size === 1) return BigInt(mmu[`${way}8`](at));
  if (size === 2) return BigInt(mmu[`${way}16`](at));
  if (size === 4) return BigInt(mmu[`${way}32`](at) >>> 0);
  // The processor reads no quadwords of its own.
  const low = BigInt((way === "readForWrite" ? mmu.readForWrite64(at) : mmu.read64(at)) >>> 0);
  return low | (BigInt(mmu.high >>> 0) << 32n);
}

test("every size at every kind of place reads what was written, byte for byte", () => {
  const operation = fc.record({
    size: fc.constantFrom<Size[]>(1, 2, 4, 8),
    page: fc.nat(5),
    offset: fc.oneof(fc.nat(4095), fc.integer({ min: 4088, max: 4095 })),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    way: fc.constantFrom("read" as const, "readForWrite" as const, "systemRead" as const),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const b = paged();
      const bytes = new DataView(new ArrayBuffer(8 * 4096));
      for (const { size, page: n, offset, value, way } of operations) {
        const at = gva(n * 4096 + offset);
        const kept = BigInt.asUintN(8 * size, value);
        write(b, at, size, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
        for (let i = 0; i < size; i++) bytes.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
        expect(read(b, at, size, way)).toBe(kept);
        expect(read(b, (at & ~7) as Gva, 8, way)).toBe(bytes.getBigUint64(at & ~7, true));
      }
      for (let at = 0; at < 7 * 4096; at++)
        if (b.view.getUint8((frame(at >> 12) << 12) + (at & 4095)) !== bytes.getUint8(at))
          expect.fail(`byte ${at} differs`);
    }),
    { seed: 3, numRuns: 40 },
  );
});

describe("a page's end", () => {
  test.each<[string, Size, (b: Board, at: Gva) => void]>([
    ["write16", 2, (b, at) => b.mmu.write16(at, -1)],
    ["write32", 4, (b, at) => b.mmu.write32(at, -1)],
    ["write64", 8, (b, at) => b.mmu.write64(at, -1, -1)],
    ["systemWrite32", 4, (b, at) => b.mmu.systemWrite32(at, -1)],
    ["readForWrite64", 8, (b, at) => b.mmu.readForWrite64(at)],
    ["probe", 4, (b, at) => b.mmu.probe(at, 4, true)],
  ])(
    "%s into a page that is not writable writes nothing and names the second page",
    (_name, size, access) => {
      const b = paged((n) => (n === 2 ? 5 : 7));
      b.mmu.write8(page(1), 0);
      for (let over = 1; over < size; over++) {
        const fault = raised(b.mmu, () => access(b, gva(2 * 4096 - size + over)));
        expect(fault).toEqual({ vector: PF, error: 3, cr2: 2 * 4096, cr2High: 0 });
      }
      expect(b.bus.ram.subarray(frame(1) << 12, (frame(1) + 1) << 12).some((byte) => byte !== 0)).toBe(false);
      expect(raised(b.mmu, () => access(b, gva(2 * 4096 - size)))).toBeUndefined();
    },
  );

  test("a fault on the first page comes first", () => {
    const b = paged((n) => (n === 1 || n === 2 ? 0 : 7));
    expect(raised(b.mmu, () => b.mmu.read32(gva(0x1ffe)))?.cr2).toBe(0x1ffe);
    expect(raised(b.mmu, () => b.mmu.read64(gva(0xffc)))?.cr2).toBe(0x1000);
  });

  test("addresses wrap at 4 GiB outside of 64-bit mode", () => {
    const b = paged();
    b.mmu.write32(gva(0xfffffffe), 0x44332211);
    expect([b.mmu.read16(gva(0xfffffffe)), b.mmu.read16(gva(0))]).toEqual([0x2211, 0x4433]);
    expect(b.view.getUint16(frame(0) << 12, true)).toBe(0x4433);
    control(b.mmu, { format: "none" });
    b.mmu.write32(gva(0xfffffffe), 0x44332211);
    expect(b.view.getUint16(0, true)).toBe(0x4433);
  });
});

describe("what is not plain RAM", () => {
  /** A device over linear page 3 that answers with its offset. */
  function withDevice(): { b: Board; writes: number[][] } {
    const b = paged();
    const writes: number[][] = [];
    b.bus.mapMmio(frame(3) << 12, 4096, {
      read: (offset) => offset,
      write: (...args) => writes.push(args),
    });
    return { b, writes };
  }

  test("a device sees every access, with its size, and each is counted and charged", () => {
    const { b, writes } = withDevice();
    b.mmu.read8(page(3));
    const before = b.clock.now;
    expect([b.mmu.read8(gva(0x3010)), b.mmu.read16(gva(0x3012)), b.mmu.read32(gva(0x3014))]).toEqual([
      16, 18, 20,
    ]);
    b.mmu.write8(gva(0x3001), 0x1ff);
    b.mmu.write16(gva(0x3002), -1);
    b.mmu.write32(gva(0x3004), -1);
    b.mmu.write64(gva(0x3008), 1, 2);
    // One walk for the first write: the page was clean.
    expect(b.clock.now - before).toBe(8 * PROFILE.mmioAccess + 2 * PROFILE.walkReference);
    expect(writes).toEqual([
      [1, 0xff, 1],
      [2, 0xffff, 2],
      [4, 0xffffffff, 4],
      [8, 1, 4],
      [12, 2, 4],
    ]);
    expect(b.trace.count("mmio")).toBe(9);
  });

  test("a device that comes later is seen at once, and gone when it goes", () => {
    const b = paged();
    b.mmu.write32(page(3), 7);
    const remove = b.bus.mapMmio(frame(3) << 12, 4096, { read: () => 42, write: () => {} });
    expect(b.mmu.read32(page(3))).toBe(42);
    b.mmu.write32(page(3), 8);
    remove();
    expect(b.mmu.read32(page(3))).toBe(7);
  });

  test("an access over the end of RAM into a device is split", () => {
    const { b, writes } = withDevice();
    b.mmu.write32(gva(0x2ffe), 0x44332211);
    expect(b.view.getUint16((frame(2) << 12) + 0xffe, true)).toBe(0x2211);
    expect(writes).toEqual([
      [0, 0x33, 1],
      [1, 0x44, 1],
    ]);
  });

  test("nothing: all ones, writes lost; page tables there have reserved bits or point nowhere", () => {
    const b = board();
    expect([b.mmu.read8(gva(0xf0000000)), b.mmu.read32(gva(0xf0000000))]).toEqual([255, -1]);
    expect(raised(b.mmu, () => b.mmu.write32(gva(0xf0000000), 1))).toBeUndefined();
    b.mmu.loadCr3(0xf0000000 | 0, 0);
    control(b.mmu, { format: "ia32", pse: true });
    expect(raised(b.mmu, () => b.mmu.read8(gva(0)))?.error).toBe(9);
  });

  test("ROM is read and not written, even by read-modify-write", () => {
    const b = paged();
    b.bus.mapRom(frame(4) << 12, new Uint8Array(4096).fill(0x90));
    expect(b.mmu.read16(page(4))).toBe(0x9090);
    expect(b.mmu.readForWrite8(page(4))).toBe(0x90);
    b.mmu.write32(page(4), 0);
    b.mmu.write64(page(4), 0, 0);
    expect(b.mmu.read32(page(4))).toBe(0x90909090 | 0);
  });

  test("a write to decoded code tells before it writes, from either side of a page's end", () => {
    const b = paged();
    const told: [number, number, number][] = [];
    const code = frame(5) << 12;
    // As the interpreter does: what was decoded is dropped, and the page is plain RAM again.
    b.bus.onCodeWrite = (at, length) => {
      told.push([at, length, b.view.getUint8(code)]);
      b.bus.clearFlag(frame(5), PAGE_CODE);
    };
    b.mmu.write32(page(5), 1);
    b.bus.setFlag(frame(5), PAGE_CODE);
    expect(b.mmu.read32(page(5))).toBe(1);
    b.mmu.write32(page(5), 2);
    b.mmu.write32(page(5), 3);
    b.bus.setFlag(frame(5), PAGE_CODE);
    b.mmu.write16(gva(0x4fff), 0xffff);
    b.bus.setFlag(frame(5), PAGE_CODE);
    b.mmu.write64(gva(0x4ffc), -1, -1);
    expect(told).toEqual([
      [code, 4, 1],
      [code, 1, 3],
      [code, 4, 0xff],
    ]);
    expect(b.mmu.read32(page(5))).toBe(-1);
  });

  test("accessed and dirty bits that the walk sets in a decoded page are writes like any other", () => {
    const b = paged();
    const told: number[] = [];
    b.bus.onCodeWrite = (at) => told.push(at);
    b.bus.setFlag(PT >> 12, PAGE_CODE);
    b.mmu.read8(page(9));
    expect(told).toEqual([PT + 36]);
  });
});

describe("direct", () => {
  test("names the byte in RAM where an access costs nothing any more, and nothing else", () => {
    const b = paged((n) => (n === 1 ? 5 : 7));
    const { mmu } = b;
    expect(mmu.direct(page(1), false)).toBe(-1);
    mmu.read8(page(1));
    expect(mmu.direct(gva(0x1234), false)).toBe((frame(1) << 12) + 0x234);
    expect([mmu.direct(page(1), true), mmu.systemDirect(page(1), true)]).toEqual([-1, -1]);
    mmu.read8(page(2));
    expect(mmu.direct(page(2), true)).toBe(-1);
    mmu.systemWrite8(page(2), 1);
    expect([mmu.direct(page(2), true), mmu.systemDirect(gva(0x2007), true)]).toEqual([
      frame(2) << 12,
      (frame(2) << 12) + 7,
    ]);
    mmu.invalidate(page(2));
    expect([mmu.direct(page(2), true), mmu.systemDirect(page(2), false)]).toEqual([-1, -1]);
  });

  test("finds what another page put out of the front, but not out of the TLB, and takes no time for it", () => {
    const b = paged();
    const alias = gva((9 + 256) << 12);
    b.bus.ram.copyWithin(PT + 4 * 265, PT + 36, PT + 40);
    b.mmu.read8(page(9));
    b.mmu.read8(alias);
    const { left } = b.clock;
    expect(b.mmu.direct(page(9), false)).toBe(frame(9) << 12);
    expect(b.mmu.direct(alias, false)).toBe(frame(9) << 12);
    expect(b.clock.left).toBe(left);
    b.mmu.invalidate(page(9));
    expect([b.mmu.direct(page(9), false), b.mmu.direct(alias, false)]).toEqual([-1, frame(9) << 12]);
  });

  test("is never over devices, nor where alignment is checked", () => {
    const b = paged();
    b.bus.mapMmio(frame(3) << 12, 4096, { read: () => 0, write: () => {} });
    b.mmu.read8(page(3));
    expect(b.mmu.direct(page(3), false)).toBe(-1);
    b.mmu.read8(page(4));
    control(b.mmu, { format: "ia32", alignment: true });
    b.mmu.ac = b.mmu.user = true;
    b.mmu.read8(page(4));
    expect([b.mmu.direct(page(4), false), b.mmu.systemDirect(page(4), false)]).toEqual([-1, frame(4) << 12]);
  });
});

describe("alignment checks", () => {
  function checked(): Board {
    const b = paged();
    control(b.mmu, { format: "ia32", alignment: true });
    b.mmu.user = true;
    b.mmu.ac = true;
    return b;
  }

  test("at CPL 3 with CR0.AM and EFLAGS.AC, by the size of the access", () => {
    const b = checked();
    const fault = { vector: AC, error: 0, cr2: 0, cr2High: 0 };
    for (const [size, at] of [
      [2, 1],
      [4, 2],
      [8, 4],
    ] as const) {
      expect(raised(b.mmu, () => read(b, gva(at), size, "read"))).toEqual(fault);
      expect(raised(b.mmu, () => read(b, gva(at), size, "readForWrite"))).toEqual(fault);
      expect(raised(b.mmu, () => write(b, gva(at), size, 0, 0))).toEqual(fault);
      expect(raised(b.mmu, () => write(b, gva(2 * at), size, 0, 0))).toBeUndefined();
    }
    expect(raised(b.mmu, () => b.mmu.read8(gva(3)))).toBeUndefined();
  });

  test("before a page fault, and not for the processor's own accesses", () => {
    const b = checked();
    b.view.setUint32(PT, 0, true);
    expect(raised(b.mmu, () => b.mmu.read32(gva(1)))?.vector).toBe(AC);
    expect(raised(b.mmu, () => b.mmu.systemRead32(gva(0x1001)))).toBeUndefined();
  });

  test.each<[string, (b: Board) => void]>([
    ["CPL 0", (b) => (b.mmu.user = false)],
    ["AC clear", (b) => (b.mmu.ac = false)],
    ["CR0.AM clear", (b) => control(b.mmu, { format: "ia32" })],
  ])("none with %s", (_name, lift) => {
    const b = checked();
    lift(b);
    expect(raised(b.mmu, () => b.mmu.read32(gva(0x1001)))).toBeUndefined();
    b.mmu.user = true;
    b.mmu.ac = true;
    control(b.mmu, { format: "ia32", alignment: true });
    expect(raised(b.mmu, () => b.mmu.read32(gva(0x1001)))?.vector).toBe(AC);
  });
});

describe("IA-32e mode", () => {
  const PML4 = 0x20000;
  const HIGH = -0x7fff_ffff_f000;

  /** The same frames at 0 and at the lowest canonical address of the upper half, 2 MiB each but for page 0. */
  function long(): Board {
    const b = board();
    const { view, mmu } = b;
    for (let n = 0; n < 3; n++) view.setUint32(PML4 + n * 0x1000, (PML4 + (n + 1) * 0x1000) | 7, true);
    for (let n = 0; n < 512; n++) view.setUint32(PML4 + 0x3000 + 8 * n, ((FRAMES + n) << 12) | 7, true);
    // Upper half: its own page table.
    view.setUint32(PML4 + 8 * 256, (PML4 + 0x4000) | 7, true);
    view.setUint32(PML4 + 0x4000, (PML4 + 0x5000) | 7, true);
    view.setUint32(PML4 + 0x5000, (PML4 + 0x6000) | 7, true);
    for (let n = 0; n < 512; n++) view.setUint32(PML4 + 0x6000 + 8 * n, ((FRAMES + 512 + n) << 12) | 7, true);
    mmu.loadCr3(PML4, 0);
    control(mmu, { format: "ia32e" });
    mmu.wide = true;
    return b;
  }

  test("addresses that differ above bit 31 alone are different pages", () => {
    const { mmu, view } = long();
    const [low, high] = [0x1000 as Gva, HIGH as Gva];
    for (let round = 0; round < 3; round++) {
      mmu.write32(low, 11 + round);
      mmu.write32(high, 22 + round);
      expect([mmu.read32(low), mmu.read32(high)]).toEqual([11 + round, 22 + round]);
    }
    expect(view.getUint32((FRAMES + 1) << 12, true)).toBe(13);
    expect(view.getUint32((FRAMES + 513) << 12, true)).toBe(24);
    expect([mmu.fetch(low), mmu.fetch(high)]).toEqual([(FRAMES + 1) << 12, (FRAMES + 513) << 12]);
  });

  test("compatibility mode sees the zero-extended address, whatever 64-bit code used before", () => {
    const { mmu } = long();
    mmu.write32(HIGH as Gva, 22);
    mmu.wide = false;
    mmu.write32(0x1000 as Gva, 11);
    mmu.wide = true;
    expect([mmu.read32(0x1000 as Gva), mmu.read32(HIGH as Gva)]).toEqual([11, 22]);
    const fault = raised(mmu, () => mmu.read32((HIGH * 2 ** 0 + 2 ** 30) as Gva));
    expect(fault).toMatchObject({ vector: PF, cr2: 0x40001000, cr2High: -0x8000 });
    mmu.wide = false;
    expect(raised(mmu, () => mmu.read32(gva(0x80001000)))).toMatchObject({ cr2: 0x80001000 | 0, cr2High: 0 });
  });

  test("an access over a page's end carries into the upper half of the address", () => {
    const { mmu } = long();
    const fault = raised(mmu, () => mmu.read64((2 ** 32 - 4) as Gva));
    expect(fault).toMatchObject({ vector: PF, cr2: -4, cr2High: 0 });
    mmu.write64((HIGH + 0xffc) as Gva, 1, 2);
    expect([mmu.read64((HIGH + 0xffc) as Gva), mmu.high]).toEqual([1, 2]);
    expect(mmu.read32((HIGH + 0x1000) as Gva)).toBe(2);
  });
});

describe("PDPTE registers", () => {
  const PDPT = 0x30000;

  function pae(): Board {
    const b = board();
    b.view.setUint32(PDPT, PD | 1, true);
    b.view.setUint32(PD, 0x200000 | 0x87, true);
    b.mmu.loadCr3(PDPT, 0);
    control(b.mmu, { format: "pae" });
    return b;
  }

  test("a PDPTE changed in memory counts from the next MOV CR3", () => {
    const { mmu, view } = pae();
    view.setUint32(PDPT, 0, true);
    mmu.invalidate(gva(0));
    expect(raised(mmu, () => mmu.read8(gva(0)))).toBeUndefined();
    mmu.loadCr3(PDPT, 0);
    expect(raised(mmu, () => mmu.read8(gva(0)))?.error).toBe(0);
  });

  test.each([
    ["bit 1", 3, 0],
    ["bit 5", 0x21, 0],
    ["bit 8", 0x101, 0],
    ["bit 40 of 40", 1, 1 << 8],
    ["bit 63", 1, 1 << 31],
  ])("%s set: #GP(0), and the old ones stay", (_name, low, high) => {
    const { mmu, view } = pae();
    view.setInt32(0x31008, low, true);
    view.setInt32(0x3100c, high, true);
    expect(raised(mmu, () => mmu.loadCr3(0x31000, 0))).toMatchObject({ vector: GP, error: 0 });
    expect(raised(mmu, () => mmu.read8(gva(0)))).toBeUndefined();
    view.setInt32(0x31008, low & ~1, true);
    expect(raised(mmu, () => mmu.loadCr3(0x31000, 0))).toBeUndefined();
    expect(raised(mmu, () => mmu.read8(gva(0)))?.error).toBe(0);
  });

  test("turning paging on loads them, and a bad one leaves it off", () => {
    const b = board();
    b.view.setUint32(PDPT, 3, true);
    b.mmu.loadCr3(PDPT, 0);
    expect(raised(b.mmu, () => control(b.mmu, { format: "pae" }))).toMatchObject({ vector: GP, error: 0 });
    b.view.setUint32(0x5000, 77, true);
    expect(b.mmu.read32(gva(0x5000))).toBe(77);
  });
});

test("a snapshot keeps the TLBs: the restored memory misses where the first one does", () => {
  const run = ({ mmu, clock, trace }: Board, from: number) => {
    const before = clock.now;
    for (let i = from; i < from + 200; i++) {
      mmu.read32(page((i * 7) % 23));
      if (i % 3 === 0) mmu.write32(page((i * 5) % 19), i);
      mmu.fetch(page((i * 3) % 29));
      if (i % 50 === 0) mmu.loadCr3(PD, 0);
    }
    return [clock.now - before, trace.count("walk")];
  };
  const first = paged();
  run(first, 0);
  first.mmu.user = true;
  const out = new StateWriter();
  first.mmu.save(out);
  first.trace.save(out);
  const second = board();
  second.bus.ram.set(first.bus.ram);
  const from = new StateReader(out.finish());
  second.mmu.load(from);
  second.trace.load(from);
  expect(second.mmu.user).toBe(true);
  expect(run(second, 200)).toEqual(run(first, 200));
  const [a, b] = [new StateWriter(), new StateWriter()];
  first.mmu.save(a);
  second.mmu.save(b);
  expect(b.finish()).toEqual(a.finish());
});

test("a snapshot of other TLBs is refused", () => {
  const out = new StateWriter();
  board().mmu.save(out);
  const other = board({ dtlb: { small: { entries: 8, ways: 1 } } });
  expect(() => other.mmu.load(new StateReader(out.finish()))).toThrow("the snapshot has");
});

test("RAM up to 2 GiB is reached with paging on and off", () => {
  const b = board({}, 0x80000000);
  const top = 0x7ffff000;
  b.mmu.write32(gva(top), 5);
  expect(b.mmu.read32(gva(top))).toBe(5);
  b.view.setUint32(PD, PT | 7, true);
  b.view.setUint32(PT + 4, top | 7, true);
  b.mmu.loadCr3(PD, 0);
  control(b.mmu, { format: "ia32" });
  b.mmu.write8(gva(0x1001), 6);
  b.mmu.write8(gva(0x1001), 7);
  expect(b.bus.read((top + 1) as Gpa, 1)).toBe(7);
  expect(b.mmu.fetch(gva(0x1001))).toBe(top + 1);
  expect(b.mmu.fetch(gva(0x1001))).toBe(top + 1);
});
