/**
 * The Pentium 4 672 of 2005 (Prescott 2M, 3.8 GHz): the machine of Adams & Agesen, "A Comparison of Software and Hardware
 * Techniques for x86 Virtualization" (ASPLOS 2006), which is why its published figures pin down most of the dear events.
 *
 * The model issues one instruction at a time and has no data caches, so the prices of plain instructions say what they cost in
 * a dependent sequence with its data at hand, not what the processor does at its best.
 */
import type { CostProfile } from "../cost.ts";

const FITTED_TRAP =
  "fitted: exception + iret, two references and a short handler are the 1093 cycles of a page fault (Adams & Agesen 2006, sec. 6.3); " +
  "with two ring changes and a short kernel path the 0.45 µs of a null call at 2.4 GHz (Barham et al., SOSP 2003, Table 3, L-UP). " +
  "Neither figure is evidence any more";
const FITTED_SYSENTER =
  "fitted: with two ring changes and a short kernel path the 432 cycles of getpid by SYSENTER (Maeda, Kernel Mode Linux, Linux Journal " +
  "2003, Table 2; that its processor was a Pentium 4 is from memory). The figure is no evidence any more";
const LIKE_CR8 =
  "assumption: as MOV to CR8, the one control register that was measured (Adams & Agesen 2006)";
const FOG = "Fog, Instruction tables, Prescott: recalled, not compared with the text";
const CPUID_2 = "SDM Vol. 2, CPUID, leaf 2 descriptors of family 15 models 3 and up";

export const PENTIUM_4: CostProfile = {
  id: "pentium4",
  name: "Pentium 4 672, 3.8 GHz, 2005",
  hertz: 3_800_000_000,
  ram: 512 * 1024 * 1024,
  physicalBits: 36,
  gigabytePages: false,
  instruction: 1,
  instructions: {
    mul: 11,
    imul: 10,
    div: 76,
    idiv: 76,
    call: 5,
    ret: 6,
    iret: 400,
    sysenter: 130,
    sysexit: 130,
    syscall: 130,
    sysret: 130,
    rdtsc: 100,
    cpuid: 500,
    popf: 50,
    cli: 40,
    sti: 40,
    "mov cr": 140,
    "mov dr": 140,
    "mov sreg": 12,
    "jmp indirect": 30,
    clts: 140,
    lmsw: 140,
    invlpg: 140,
    rdmsr: 140,
    wrmsr: 140,
    lgdt: 140,
    lidt: 140,
    lldt: 140,
    ltr: 140,
    hlt: 1,
  },
  memory: 1,
  walkReference: 18,
  exception: 480,
  ringChange: 50,
  externalInterrupt: 700,
  portAccess: 3200,
  cr3Load: 0,
  mmioAccess: 3200,
  itlb: { small: { entries: 64, ways: 64 } },
  dtlb: { small: { entries: 64, ways: 64 } },
  stlbHit: 0,
  vmx: { exit: 1931, entry: 2409, read: 178, write: 171 },
  sources: {
    hertz: "Adams & Agesen 2006, sec. 6: a Pentium 4 672 at 3.8 GHz",
    ram: "assumption: a usual desktop of 2005",
    physicalBits: "SDM Vol. 3, 4.1.4: 36 unless CPUID 80000008h says more; that of the 672 from memory",
    gigabytePages: "CPUID 80000001h EDX.26 came with Westmere (from memory)",
    instruction: "assumption: one instruction a cycle",
    memory: "assumption: a level-1 hit that is half hidden",
    walkReference:
      "Optimization Reference Manual, cache parameters of the Pentium 4, model 3: a level-2 hit takes 18 cycles (from memory); assumption: page tables stay in level 2",
    exception: FITTED_TRAP,
    ringChange: FITTED_TRAP,
    externalInterrupt: "assumption: an exception and the interrupt controller's acknowledge cycles",
    portAccess: "Adams & Agesen 2006, sec. 6.3: 3209 cycles for IN from port 80h, the instruction among them",
    cr3Load:
      "assumption: nothing beyond MOV to a control register, and the misses that follow are paid for as they come",
    mmioAccess: "assumption: a device behind the same bus answers no sooner",
    itlb: `${CPUID_2}: 50h, 64 entries for 4 KiB, 2 and 4 MiB pages; assumption: fully associative`,
    dtlb: `${CPUID_2}: 5Bh, 64 entries for 4 KiB and 4 MiB pages; assumption: fully associative`,
    stlbHit: "none: this processor has one level of TLBs",
    vmx: "Adams & Agesen 2006, Table 1, Pentium 4 672: a page fault's VM exit, VM entry, VMREAD, VMWRITE (from memory)",
    "instructions.mul": FOG,
    "instructions.imul": FOG,
    "instructions.div": FOG,
    "instructions.idiv": FOG,
    "instructions.call":
      "Adams & Agesen 2006, sec. 6.3: 11 cycles for a call and its return; the split is an assumption",
    "instructions.ret":
      "Adams & Agesen 2006, sec. 6.3: 11 cycles for a call and its return; the split is an assumption",
    "instructions.iret": FITTED_TRAP,
    "instructions.sysenter": FITTED_SYSENTER,
    "instructions.sysexit": FITTED_SYSENTER,
    "instructions.syscall": "assumption: as SYSENTER",
    "instructions.sysret": "assumption: as SYSEXIT",
    "instructions.rdtsc":
      "Fog, Instruction tables: 100 for a Pentium 4 with EM64T (quoted by Akinshin, 2016)",
    "instructions.cpuid": FOG,
    "instructions.popf": FOG,
    "instructions.cli": FOG,
    "instructions.sti": FOG,
    "instructions.mov cr":
      "Adams & Agesen 2006, sec. 6.3: MOV to CR8 takes four times the 35 cycles of the software monitor",
    "instructions.mov dr": LIKE_CR8,
    "instructions.mov sreg": "assumption: a descriptor's two reads and its checks",
    "instructions.jmp indirect":
      "fitted: Adams & Agesen 2006, sec. 5, call/ret: with it a return that translated code looks up makes 51 cycles of a pair. A jump through memory or a register that the branch predictor gets wrong costs about as much on a Prescott",
    "instructions.clts": LIKE_CR8,
    "instructions.lmsw": LIKE_CR8,
    "instructions.invlpg": LIKE_CR8,
    "instructions.rdmsr": LIKE_CR8,
    "instructions.wrmsr": LIKE_CR8,
    "instructions.lgdt": LIKE_CR8,
    "instructions.lidt": LIKE_CR8,
    "instructions.lldt": LIKE_CR8,
    "instructions.ltr": LIKE_CR8,
    "instructions.hlt": "assumption: sleeping is not charged, waking is an interrupt's price",
  },
};
