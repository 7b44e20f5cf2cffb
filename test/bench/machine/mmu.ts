/**
 * The memory of the machine: nanoseconds of processor time, the best of several rounds, beside a plain typed array in the same process and
 * beside C that does the same as far as C needs to (no model TLB, no counters), where there is a gcc.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Gva } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import { Clock } from "../../../src/machine/clock.ts";
import type { CostProfile } from "../../../src/machine/cost.ts";
import { CR0, CR4, EFER } from "../../../src/machine/cpu/cpu.ts";
import { Fault } from "../../../src/machine/cpu/fault.ts";
import { Mmu } from "../../../src/machine/mmu/mmu.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { PENTIUM_4 } from "../../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../../src/machine/trace.ts";

const MIB = 1 << 20;
const TABLES = 48 * MIB;
const MAPPED = 32 * MIB;
const HOLE = MAPPED as Gva;
const ROUNDS = 12;

/** Nanoseconds of processor time for one turn, the best of the rounds: other work on the machine disturbs it little. */
function time(turns: number, run: (turns: number) => number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    run(turns);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1000) / turns);
  }
  return best;
}

/** 32 MiB mapped one to one in 4-KiB pages by two levels, or by four. */
function memory(profile: CostProfile, levels: 2 | 4): Mmu {
  const bus = new Bus(64 * MIB);
  const clock = new Clock();
  const mmu = new Mmu({ bus, clock, trace: new Trace(clock), profile });
  const bytes = levels === 2 ? 4 : 8;
  const entries = 4096 / bytes;
  let table = TABLES;
  if (levels === 4)
    for (let above = 0; above < 2; above++, table += 4096)
      bus.view.setUint32(table, (table + 4096) | 7, true);
  for (let n = 0; n < MAPPED / 4096 / entries; n++) {
    const at = table + 4096 * (n + 1);
    bus.view.setUint32(table + bytes * n, at | 7, true);
    for (let i = 0; i < entries; i++) bus.view.setUint32(at + bytes * i, ((n * entries + i) << 12) | 7, true);
  }
  mmu.user = true;
  mmu.loadCr3(TABLES, 0);
  if (levels === 2) mmu.setControl(CR0.PE | CR0.PG, 0, 0);
  else mmu.setControl(CR0.PE | CR0.PG, CR4.PAE, EFER.LMA | EFER.LME);
  return mmu;
}

function figures(mmu: Mmu): Record<string, number> {
  const at = (address: number) => address as Gva;
  const faults = (turns: number) => {
    let sum = 0;
    for (let i = 0; i < turns; i++)
      try {
        mmu.read32(HOLE);
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        sum++;
      }
    return sum;
  };
  return {
    "read, hit": time(4e6, (turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum = (sum + mmu.read32(at((i & 1023) << 2))) | 0;
      return sum;
    }),
    "write, hit": time(4e6, (turns) => {
      for (let i = 0; i < turns; i++) mmu.write32(at((i & 1023) << 2), i);
      return 0;
    }),
    "read and write back, hit": time(4e6, (turns) => {
      for (let i = 0; i < turns; i++)
        mmu.write32(at((i & 1023) << 2), (mmu.readForWrite32(at((i & 1023) << 2)) + 1) | 0);
      return 0;
    }),
    "read, TLB miss": time(4e5, (turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) sum = (sum + mmu.read32(at(((i * 17) & 4095) << 12))) | 0;
      return sum;
    }),
    "MOV CR3": time(1e6, (turns) => {
      for (let i = 0; i < turns; i++) mmu.loadCr3(TABLES, 0);
      return 0;
    }),
    "MOV CR3 and 16 pages": time(4e4, (turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) {
        mmu.loadCr3(TABLES, 0);
        for (let page = 0; page < 16; page++) sum = (sum + mmu.read32(at(page << 12))) | 0;
      }
      return sum;
    }),
    "INVLPG and a read": time(4e5, (turns) => {
      let sum = 0;
      for (let i = 0; i < turns; i++) {
        mmu.invalidate(at(0x5000));
        sum = (sum + mmu.read32(at(0x5000))) | 0;
      }
      return sum;
    }),
    "#PF, raised and caught": time(1e5, faults),
  };
}

const C = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static uint8_t *ram; static int32_t front[1024]; static volatile uint32_t cr3 = ${TABLES};
static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
static int32_t load(uint32_t at) { int32_t v; memcpy(&v, ram + at, 4); return v; }
__attribute__((noinline)) static int32_t read_walk(uint32_t at) {
  uint32_t pde = load(cr3 + 4 * (at >> 22)); if (!(pde & 1)) abort();
  uint32_t pte = load((pde & ~4095u) + 4 * ((at >> 12) & 1023)); if (!(pte & 1) || !(pde & pte & 4)) abort();
  uint32_t e = (at >> 10) & 1020; front[e] = at & ~4095u; front[e + 1] = (pte & ~4095u) - (at & ~4095u);
  return load((pte & ~4095u) + (at & 4095));
}
__attribute__((noinline)) static int32_t read_hit(uint32_t at) {
  uint32_t e = (at >> 10) & 1020;
  if (((at + 3) & ~4095u) != (uint32_t)front[e]) return read_walk(at);
  return load(front[e + 1] + at);
}
int main(void) {
  ram = calloc(${64 * MIB}, 1);
  for (uint32_t n = 0; n < 8; n++) {
    uint32_t table = ${TABLES} + 4096 * (n + 1); uint32_t pde = table | 7; memcpy(ram + ${TABLES} + 4 * n, &pde, 4);
    for (uint32_t i = 0; i < 1024; i++) { uint32_t pte = (n * 1024 + i) << 12 | 7; memcpy(ram + table + 4 * i, &pte, 4); }
  }
  double hit = 1e9, miss = 1e9; volatile int32_t sum = 0;
  for (int round = 0; round < ${ROUNDS}; round++) {
    double t = now(); for (uint32_t i = 0; i < 4000000; i++) sum += read_hit((i & 1023) << 2);
    if ((now() - t) / 4e6 < hit) hit = (now() - t) / 4e6;
    t = now(); for (uint32_t i = 0; i < 400000; i++) sum += read_walk((i * 17 & 4095) << 12);
    if ((now() - t) / 4e5 < miss) miss = (now() - t) / 4e5;
  }
  printf("%f %f", hit, miss);
}
`;

/** Hit and walk in C, or undefined without a gcc. */
function inC(): { hit: number; walk: number } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  try {
    writeFileSync(join(folder, "walk.c"), C);
    execFileSync("gcc", ["-O2", "-o", join(folder, "walk"), join(folder, "walk.c")], { stdio: "pipe" });
    const [hit, walk] = execFileSync(join(folder, "walk"), { encoding: "utf8" }).split(" ").map(Number);
    return { hit: hit as number, walk: walk as number };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function bench(): Promise<string> {
  const words = new Int32Array(1024);
  const plain = time(4e6, (turns) => {
    let sum = 0;
    for (let i = 0; i < turns; i++) sum = (sum + (words[i & 1023] as number)) | 0;
    return sum;
  });
  const c = inC();
  const two = figures(memory(PENTIUM_4, 2));
  const four = figures(memory(HASWELL, 4));
  const beside: Record<string, number | undefined> = { "read, hit": c?.hit, "read, TLB miss": c?.walk };
  const rows = Object.entries(two).map(([name, ns]) => {
    const other = beside[name];
    const inCs = other === undefined ? "" : other.toFixed(1);
    return `| ${name} | ${ns.toFixed(1)} | ${(four[name] as number).toFixed(1)} | ${inCs} |`;
  });
  return [
    `A read of a plain typed array takes ${plain.toFixed(2)} ns.`,
    "",
    "| ns | 2 levels, one TLB | 4 levels, two TLBs | C, 2 levels, no TLB |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
