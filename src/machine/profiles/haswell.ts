/**
 * A Haswell desktop of 2013 (Core i7-4770, 3.4 GHz). The same reservations as for pentium4.ts: one instruction at a time, no
 * data caches.
 */
import type { CostProfile } from "../cost.ts";

const TORVALDS =
  "Torvalds, measured on a Haswell, 30 April 2014: 715 cycles to take a page fault from user mode, 330 for the IRET back; how much of " +
  "it the ring change is, is an assumption";
const FLEXSC =
  "Soares & Stumm, FlexSC (OSDI 2010): 150 cycles for a SYSCALL and its SYSRET on a Core i7, Nehalem (from memory); with two ring changes";
const CPUID_2 =
  "SDM Vol. 2, CPUID, leaf 2, and a dump of leaf 2 of a Haswell (signature 40661h): 76036301 00F0B5FF 0 00C10000";
const FOG = "Fog, Instruction tables, Haswell: recalled, not compared with the text";
const MICROCODED = "assumption: a serializing, microcoded instruction";

export const HASWELL: CostProfile = {
  id: "haswell",
  name: "Core i7-4770 (Haswell), 3.4 GHz, 2013",
  hertz: 3_400_000_000,
  ram: 1024 * 1024 * 1024,
  physicalBits: 39,
  gigabytePages: true,
  instruction: 1,
  instructions: {
    mul: 4,
    imul: 3,
    div: 26,
    idiv: 26,
    call: 2,
    ret: 2,
    iret: 270,
    sysenter: 30,
    sysexit: 30,
    syscall: 15,
    sysret: 15,
    rdtsc: 24,
    cpuid: 150,
    popf: 18,
    cli: 7,
    sti: 7,
    "mov cr": 100,
    "mov dr": 100,
    "mov sreg": 8,
    clts: 100,
    lmsw: 100,
    invlpg: 100,
    invpcid: 100,
    rdmsr: 100,
    wrmsr: 100,
    lgdt: 100,
    lidt: 100,
    lldt: 100,
    ltr: 100,
    hlt: 1,
  },
  memory: 0,
  walkReference: 8,
  exception: 655,
  ringChange: 60,
  externalInterrupt: 655,
  portAccess: 1700,
  cr3Load: 0,
  mmioAccess: 400,
  itlb: { small: { entries: 64, ways: 8 }, large: { entries: 8, ways: 8 } },
  dtlb: {
    small: { entries: 64, ways: 4 },
    large: { entries: 32, ways: 4 },
    huge: { entries: 4, ways: 4 },
  },
  stlb: { entries: 1024, ways: 8 },
  stlbHit: 7,
  structureCaches: [
    { entries: 32, ways: 4 },
    { entries: 4, ways: 4 },
    { entries: 2, ways: 2 },
  ],
  nestedStructureCaches: [
    { entries: 32, ways: 4 },
    { entries: 4, ways: 4 },
    { entries: 2, ways: 2 },
  ],
  nestedTlb: { entries: 16, ways: 16 },
  walkCaches: {
    levels: [
      { bytes: 8192, ways: 8, latency: 4 },
      { bytes: 65536, ways: 8, latency: 12 },
      { bytes: 2097152, ways: 16, latency: 36 },
    ],
    memory: 230,
    start: 7,
  },
  vmx: { exit: 438, entry: 346, read: 19, write: 16 },
  sources: {
    hertz: "Intel's data sheet of the i7-4770 (from memory)",
    ram: "assumption: less than such a machine had; what a simulated one can spare",
    physicalBits: "CPUID 80000008h of an i7-4770 (from memory)",
    gigabytePages: "CPUID 80000001h EDX.26; descriptor 63h has a TLB for them",
    instruction: "assumption: one instruction a cycle, where the processor retires up to four",
    memory: "assumption: a level-1 hit is hidden by execution out of order",
    walkReference:
      "Optimization Reference Manual, cache parameters of Haswell: level 1 takes 4 cycles, level 2 11 (from memory); assumption: page tables are found in either as often. Of use where walkCaches is left out",
    exception: TORVALDS,
    ringChange: TORVALDS,
    externalInterrupt: "assumption: as an exception",
    portAccess: "assumption: half a microsecond to a device behind the chipset",
    cr3Load:
      "assumption: nothing beyond MOV to a control register, and the misses that follow are paid for as they come",
    mmioAccess: "assumption: an uncached read of a device in the package",
    itlb: `${CPUID_2}: B5h, 64 entries of 8 ways for 4 KiB; 76h, 8 entries, fully associative, for 2 and 4 MiB`,
    dtlb: `${CPUID_2}: 03h, 64 entries of 4 ways for 4 KiB; 63h, 32 of 4 ways for 2 and 4 MiB and 4 of 4 ways for 1 GiB`,
    stlb: `${CPUID_2}: C1h, 1024 entries of 8 ways for 4 KiB and 2 MiB`,
    stlbHit: "Intel's top-down analysis of Haswell (pmu-tools, hsw_client_ratios.py): MEM_STLB_HIT_COST is 7",
    structureCaches:
      "van Schaik et al., “Reverse Engineering Hardware Page Table Caches”, 2017: some 24 to 32 entries that know page tables, 3 or 4 that know " +
      "page directories, on Intel's processors of these years (from memory); assumption: 4 ways, and 2 entries for the level above",
    nestedStructureCaches:
      "assumption: as many again. Intel's processors keep combined entries in one cache (SDM Vol. 3, 28.3.2), of unknown size",
    nestedTlb:
      "Bhargava et al., ASPLOS 2008: 16 entries, for AMD's Opteron (from memory); Intel tells nothing of one",
    walkCaches:
      "7-cpu.com, i7-4770: 4, 12 and 36 cycles for levels of 32 KiB, 256 KiB and 8 MiB, and 57 ns more for memory (from memory; its pages on " +
      "Westmere and Ivy Bridge, which were read, have 4, 10 to 12, 30 to 40 and 67 ns). Assumptions: page tables hold a quarter of each level; a walk " +
      "begins once the second-level TLB has been looked up in vain, in the time of a hit",
    vmx: "assumption: as Sandy Bridge's 784 cycles a round trip (Agesen et al., USENIX ATC 2012, Table 1, from memory), divided as vt-generations.ts does",
    "instructions.mul": FOG,
    "instructions.imul": FOG,
    "instructions.div": FOG,
    "instructions.idiv": FOG,
    "instructions.call": FOG,
    "instructions.ret": FOG,
    "instructions.iret": TORVALDS,
    "instructions.sysenter": "assumption: a little more than SYSCALL",
    "instructions.sysexit": "assumption: a little more than SYSRET",
    "instructions.syscall": FLEXSC,
    "instructions.sysret": FLEXSC,
    "instructions.rdtsc": "Fog, Instruction tables: 24 for Haswell (quoted by Akinshin, 2016)",
    "instructions.cpuid": FOG,
    "instructions.popf": FOG,
    "instructions.cli": FOG,
    "instructions.sti": FOG,
    "instructions.mov cr": MICROCODED,
    "instructions.mov dr": MICROCODED,
    "instructions.mov sreg": "assumption: a descriptor's two reads and its checks",
    "instructions.clts": MICROCODED,
    "instructions.lmsw": MICROCODED,
    "instructions.invlpg": MICROCODED,
    "instructions.invpcid": MICROCODED,
    "instructions.rdmsr": MICROCODED,
    "instructions.wrmsr": MICROCODED,
    "instructions.lgdt": MICROCODED,
    "instructions.lidt": MICROCODED,
    "instructions.lldt": MICROCODED,
    "instructions.ltr": MICROCODED,
    "instructions.hlt": "assumption: sleeping is not charged, waking is an interrupt's price",
  },
};
