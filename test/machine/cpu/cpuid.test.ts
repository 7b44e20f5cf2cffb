/** CPUID as the model's data laid out (SDM Vol. 2, CPUID). */
import { expect, it } from "vitest";
import { cpuid } from "../../../src/machine/cpu/cpuid.ts";
import { RINGLAB } from "../../../src/machine/cpu/model.ts";
import { World } from "./world.ts";

const text = (words: readonly number[]) => Buffer.from(Uint32Array.from(words).buffer).toString("latin1");

it("names the vendor in EBX, EDX, ECX and the brand in three leaves", () => {
  const { cpu } = new World();
  const [highest, b, c, d] = cpuid(cpu, 0, 0);
  expect([highest, text([b, d, c])]).toEqual([7, RINGLAB.vendor]);
  const brand = [2, 3, 4].flatMap((leaf) => [...cpuid(cpu, 0x80000000 + leaf, 0)]);
  expect(text(brand).replace(/\0+$/, "")).toBe(RINGLAB.brand);
});

it("packs family, model and stepping", () => {
  const { cpu } = new World();
  expect(cpuid(cpu, 1, 0)[0]).toBe(0x6f1);
});

it("tells the features of the model and nothing else", () => {
  const { cpu } = new World();
  const [, , c, d] = cpuid(cpu, 1, 0);
  const has = (word: number, bit: number) => (word >>> bit) & 1;
  // FPU, TSC, MSR, PAE, CX8, SEP, CMOV, FXSR; not ACPI, HTT.
  expect([0, 4, 5, 6, 8, 11, 15, 24, 22, 28].map((bit) => has(d, bit))).toEqual([
    1, 1, 1, 1, 1, 1, 1, 1, 0, 0,
  ]);
  // CX16, PCID, POPCNT; not VMX, XSAVE, the hypervisor's bit.
  expect([13, 17, 23, 5, 26, 31].map((bit) => has(c, bit))).toEqual([1, 1, 1, 0, 0, 0]);
  const [, seven] = cpuid(cpu, 7, 0);
  expect([0, 7, 10, 20].map((bit) => has(seven, bit))).toEqual([1, 1, 1, 1]);
  expect(cpuid(cpu, 7, 1)).toEqual([0, 0, 0, 0]);
});

it("reports SYSCALL in 64-bit mode only", () => {
  const syscall = (world: World) => {
    world.enter(0);
    return ((cpuid(world.cpu, 0x80000001, 0)[3] as number) >>> 11) & 1;
  };
  expect([syscall(new World(32)), syscall(new World(64))]).toEqual([0, 1]);
});

it("gives the widths of addresses that translation uses", () => {
  const { cpu } = new World();
  expect(cpuid(cpu, 0x80000008, 0)[0]).toBe((48 << 8) | cpu.prices.physicalBits);
});

it("fills all four registers and clears their upper halves", () => {
  const world = new World(64);
  expect(world.run("mov rax, -1\nmov rbx, -1\nmov rcx, -1\nmov rdx, -1\nxor eax, eax\ncpuid\nhlt")).toBe(
    "done",
  );
  const { r32 } = world.cpu;
  expect([r32[1], r32[3], r32[5], r32[7], r32[0]]).toEqual([0, 0, 0, 0, 7]);
});
