import { expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import {
  Env,
  NOTHING,
  TARGETS,
  TLB,
  TLB_ADDEND,
  TLB_BYTES,
  TLB_READ,
  TLB_WRITE,
} from "../../../../src/virt/cpu/emulate/env.ts";
import { SoftTlb, targetIndex } from "../../../../src/virt/cpu/emulate/soft-tlb.ts";

const BASE = 0x100000;
const RAM = 0x100000;

function make() {
  const env = new Env(new Bus(4 << 20), 0x4000);
  const tlb = new SoftTlb(env, BASE);
  /** What translated code finds for an access of table `table`: the host address, or undefined. */
  const find = (table: number, at: number, write: boolean): number | undefined => {
    const entry = TLB + table * TLB_BYTES + ((at >>> 12) & 255) * 16;
    const tag = env.read(entry + (write ? TLB_WRITE : TLB_READ));
    return tag === (at & -4096) ? (env.read(entry + TLB_ADDEND) + at) >>> 0 : undefined;
  };
  return { env, tlb, find };
}

test("an entry answers for its page, its table and its kind of access", () => {
  const { tlb, find } = make();
  tlb.fill(1, 0xc0105123 | 0, false, 0x5123);
  expect(find(1, 0xc0105fff | 0, false)).toBe(BASE + 0x5fff);
  expect(find(1, 0xc0105123 | 0, true)).toBeUndefined();
  expect(find(0, 0xc0105123 | 0, false)).toBeUndefined();
  tlb.fill(1, 0xc0105000 | 0, true, 0x5000);
  expect(find(1, 0xc0105004 | 0, true)).toBe(BASE + 0x5004);
  expect(find(1, 0xc0105004 | 0, false)).toBe(BASE + 0x5004);
});

test("another page in its place, or the same one elsewhere, leaves nothing of it", () => {
  const { tlb, find } = make();
  tlb.fill(0, 0x400000, true, 0x7000);
  tlb.fill(0, 0x500000, false, 0x8000);
  expect(find(0, 0x400000, true)).toBeUndefined();
  expect(find(0, 0x500000, true)).toBeUndefined();
  tlb.fill(0, 0x500000, true, 0x9000);
  expect(find(0, 0x500000, false)).toBeUndefined();
});

test("INVLPG, a changed page and a flush", () => {
  const { tlb, find } = make();
  const fill = () => {
    tlb.fill(0, 0x400000, true, 0x7000);
    tlb.fill(1, 0x7ff000, true, 0x8000);
    tlb.fill(1, 0x801000, true, 0x9000);
  };
  fill();
  tlb.invalidate(0x412345);
  // Of the same 4 MiB, which may be one page.
  expect([find(0, 0x400000, true), find(1, 0x7ff000, true)]).toEqual([undefined, undefined]);
  expect(find(1, 0x801000, true)).toBe(BASE + 0x9000);
  fill();
  tlb.pageChanged(8);
  expect(find(1, 0x7ff000, true)).toBeUndefined();
  expect(find(0, 0x400000, true)).toBe(BASE + 0x7000);
  const { flushes } = tlb;
  tlb.flush();
  expect(find(0, 0x400000, true)).toBeUndefined();
  expect(tlb.flushes).toBe(flushes + 1);
});

test("a page that may not be direct is known after the first time", () => {
  const { tlb } = make();
  expect(tlb.know(0, 0xfee00010 | 0)).toBe(false);
  expect(tlb.know(0, 0xfee00fff | 0)).toBe(true);
  tlb.flush();
  expect(tlb.know(0, 0xfee00010 | 0)).toBe(false);
});

test("an entry that leads out of the guest is found", () => {
  const { tlb } = make();
  tlb.fill(0, 0x1000, false, RAM - 0x1000);
  expect(tlb.leadingOutside(RAM)).toEqual([]);
  tlb.fill(0, 0x2000, true, RAM);
  tlb.fill(2, 0x3000, true, -0x1000);
  expect(tlb.leadingOutside(RAM)).toEqual([BASE + RAM, BASE - 0x1000]);
});

test("jump targets are forgotten one by one, and all", () => {
  const { env, tlb } = make();
  const key = (ip: number) => env.read(TARGETS + 16 * targetIndex(ip) + 4);
  tlb.target(0x401234, 7, 0x200000);
  expect(key(0x401234)).toBe(7);
  tlb.forgetTarget(0x401235);
  expect(key(0x401234)).toBe(7);
  tlb.forgetTarget(0x401234);
  expect(key(0x401234)).toBe(NOTHING);
});
