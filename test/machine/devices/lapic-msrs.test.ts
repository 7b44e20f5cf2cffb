/** SDM Vol. 3, 10.4.4 and 10.12: the modes of the local APIC, and its registers as MSRs. */
import { beforeEach, expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import { FAULT, GP } from "../../../src/machine/cpu/fault.ts";
import { Lapic } from "../../../src/machine/devices/lapic.ts";
import { LapicMsrs } from "../../../src/machine/devices/lapic-msrs.ts";
import { copyState, HERTZ } from "./rig.ts";

const BASE = 0x1b;
const X2 = 0x400;
const ABSENT = 0xffffffff;
const VERSION = 0x50014;

let bus: Bus;
let lapic: Lapic;
let msrs: LapicMsrs;

function make(hasX2 = true): void {
  bus = new Bus(1 << 20);
  lapic = new Lapic({
    clock: new Clock(),
    hertz: HERTZ,
    tsc: () => 0,
    pic: { pending: () => false, acknowledge: () => 0 },
    intr: () => {},
    nmi: () => {},
    init: () => {},
  });
  msrs = new LapicMsrs(lapic, bus, hasX2);
}

beforeEach(() => make());

const version = (base = 0xfee00000) => bus.read((base + 0x30) as Gpa, 4);
const get = (index: number) => msrs.read(index) >>> 0;
/** Writes; false when it raised #GP(0). */
function set(index: number, low: number, high = 0): boolean {
  try {
    msrs.write(index, low | 0, high);
    return true;
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    expect([FAULT.vector, FAULT.error]).toEqual([GP, 0]);
    return false;
  }
}
const setBase = (low: number, high = 0) => set(BASE, low, high);

test("it starts at FEE00000, on, as the boot processor's", () => {
  expect(get(BASE)).toBe(0xfee00900);
  expect(version()).toBe(VERSION);
});

test("moves, and leaves its old place", () => {
  expect(setBase(0xfed40900)).toBe(true);
  expect([version(0xfed40000), version()]).toEqual([VERSION, ABSENT]);
  expect(setBase(0x00000900, 1)).toBe(true);
  expect([version(2 ** 32), get(BASE), msrs.high]).toEqual([VERSION, 0x900, 1]);
});

test("switched off it is nowhere, and comes back reset", () => {
  lapic.setSpurious(0x1ff);
  lapic.setTaskPriority(0x50);
  setBase(0xfee00100);
  expect(version()).toBe(ABSENT);
  setBase(0xfee00900);
  expect([version(), lapic.svr, lapic.tpr]).toEqual([VERSION, 0xff, 0]);
});

test("changes of mode that are none are refused", () => {
  expect(setBase(0xfee00100 | X2)).toBe(false);
  expect(setBase(0xfee00901)).toBe(false);
  expect(setBase(0xfee00900, 0x100)).toBe(false);
  setBase(0xfee00900 | X2);
  expect(setBase(0xfee00900)).toBe(false);
  setBase(0xfee00100);
  expect(setBase(0xfee00900 | X2)).toBe(false);
});

test("a processor without x2APIC refuses the mode", () => {
  make(false);
  expect(setBase(0xfee00900 | X2)).toBe(false);
});

test("in x2APIC mode registers are MSRs, not memory", () => {
  setBase(0xfee00900 | X2);
  expect(version()).toBe(ABSENT);
  expect(get(0x803)).toBe(VERSION);
  set(0x80f, 0x1ff, 0);
  expect(get(0x80f)).toBe(0x1ff);
  expect(get(0x80d)).toBe(1);
});

test("in xAPIC mode x2APIC's MSRs raise #GP(0)", () => {
  expect(() => get(0x803)).toThrow(expect.objectContaining({ vector: GP }));
  expect(set(0x808, 0, 0)).toBe(false);
});

test("x2APIC: the ICR has 64 bits, SELF IPI sends to itself, EOI and ESR take zero only", () => {
  setBase(0xfee00900 | X2);
  set(0x80f, 0x1ff, 0);
  set(0x83f, 0x61, 0);
  expect(lapic.acknowledge()).toBe(0x61);
  expect(set(0x80b, 1, 0)).toBe(false);
  expect(set(0x80b, 0, 0)).toBe(true);
  set(0x830, 0x62, 0);
  expect(lapic.acknowledge()).toBe(0x62);
  set(0x830, 0x63, 5);
  expect([lapic.pending(), get(0x830), msrs.high]).toEqual([false, 0x63, 5]);
  expect(set(0x808, 0, 1)).toBe(false);
});

test("they are the MSRs of the local APIC, and no others", () => {
  expect([0x1b, 0x6e0, 0x800, 0x8ff].map((index) => msrs.has(index))).toEqual([true, true, true, true]);
  expect([0x1a, 0x7ff, 0x900].map((index) => msrs.has(index))).toEqual([false, false, false]);
});

test("the TSC deadline has 64 bits", () => {
  lapic.setSpurious(0x1ff);
  lapic.setLvt(0, 0x40030);
  set(0x6e0, 7, 9);
  expect([get(0x6e0), msrs.high]).toEqual([7, 9]);
});

test("a snapshot has its place and mode", () => {
  setBase(0xfed40900);
  const saved = { lapic, msrs };
  make();
  copyState(saved.lapic, lapic);
  copyState(saved.msrs, msrs);
  expect([version(0xfed40000), version(), get(BASE)]).toEqual([VERSION, ABSENT, 0xfed40900]);
});
