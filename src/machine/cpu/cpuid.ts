/** CPUID: a model (model.ts) laid out in leaves (SDM Vol. 2, CPUID; AMD APM Vol. 3, Appendix E for 8000_0000h and up). */
import { type Cpu, CR4 } from "./cpu.ts";
import type { CpuModel, Leaf } from "./model.ts";

const FIRST_HYPERVISOR_LEAF = 0x40000000;
const NOTHING: Leaf = [0, 0, 0, 0];

/** Feature names by bit. */
type Bits = Readonly<Record<string, number>>;

const EDX_1: Bits = {
  fpu: 0,
  vme: 1,
  de: 2,
  pse: 3,
  tsc: 4,
  msr: 5,
  pae: 6,
  mce: 7,
  cx8: 8,
  apic: 9,
  sep: 11,
  mtrr: 12,
  pge: 13,
  mca: 14,
  cmov: 15,
  pat: 16,
  pse36: 17,
  clflush: 19,
  mmx: 23,
  fxsr: 24,
  sse: 25,
  sse2: 26,
};
const ECX_1: Bits = {
  pni: 0,
  monitor: 3,
  vmx: 5,
  cx16: 13,
  pcid: 17,
  x2apic: 21,
  movbe: 22,
  popcnt: 23,
  tsc_deadline: 24,
  xsave: 26,
  hypervisor: 31,
};
const OSXSAVE = 1 << 27;
const EBX_7: Bits = { fsgsbase: 0, bmi1: 3, smep: 7, invpcid: 10, smap: 20 };
const ECX_7: Bits = { umip: 2 };
const ECX_EXTENDED: Bits = { lahf_lm: 0, svm: 2, abm: 5 };
const EDX_EXTENDED: Bits = { syscall: 11, nx: 20, pdpe1gb: 26, rdtscp: 27, lm: 29 };

/** Leaf `function_`, subleaf `index`, both unsigned. Beyond the highest leaf the answer is that of the highest basic one. */
export function cpuid(cpu: Cpu, leaf: number, index: number): Leaf {
  const { model, prices } = cpu;
  switch (leaf) {
    case 0:
      return [7, word(model.vendor, 0), word(model.vendor, 8), word(model.vendor, 4)];
    case 1:
      return [
        signature(model),
        // CLFLUSH lines of 64 bytes, one logical processor, APIC ID 0.
        0x00010800,
        bits(model, ECX_1) | ((cpu.cr4 & CR4.OSXSAVE) !== 0 ? OSXSAVE : 0),
        bits(model, EDX_1) & ~(apicOn(cpu) ? 0 : 1 << (EDX_1.apic as number)),
      ];
    case 7:
      return index === 0 ? [0, bits(model, EBX_7), bits(model, ECX_7), 0] : NOTHING;
    case 0x80000000:
      return [0x80000008 | 0, 0, 0, 0];
    case 0x80000001:
      return [0, 0, bits(model, ECX_EXTENDED), extendedBits(cpu)];
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
      return brand(model, 16 * (leaf - 0x80000002));
    case 0x80000008:
      return [prices.physicalBits | ((model.features.has("lm") ? 48 : 32) << 8), 0, 0, 0];
    default:
      return leaf >= FIRST_HYPERVISOR_LEAF
        ? (model.hypervisor?.[leaf - FIRST_HYPERVISOR_LEAF] ?? NOTHING)
        : NOTHING;
  }
}

/** IA32_APIC_BASE bit 11: the feature is there while the local APIC is on (SDM Vol. 3, 10.4.3). */
function apicOn(cpu: Cpu): boolean {
  const { apicMsrs } = cpu;
  return apicMsrs !== null && (apicMsrs.read(0x1b) & 0x800) !== 0;
}

function extendedBits(cpu: Cpu): number {
  const { model, prices } = cpu;
  const all = bits(model, EDX_EXTENDED);
  const huge = 1 << (EDX_EXTENDED.pdpe1gb as number);
  // SYSCALL is reported where it works: in 64-bit mode (SDM Vol. 2, CPUID).
  const syscall = cpu.wide ? 0 : 1 << (EDX_EXTENDED.syscall as number);
  return all & ~(prices.gigabytePages ? 0 : huge) & ~syscall;
}

function bits({ features }: CpuModel, of: Bits): number {
  let word = 0;
  for (const name in of) if (features.has(name)) word |= 1 << (of[name] as number);
  return word;
}

function signature({ family, model, stepping }: CpuModel): number {
  const base = Math.min(family, 15);
  return ((family - base) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 15) << 4) | (stepping & 15);
}

function brand({ brand: text }: CpuModel, from: number): Leaf {
  return [word(text, from), word(text, from + 4), word(text, from + 8), word(text, from + 12)];
}

/** Four characters; zeros after the end. */
function word(text: string, at: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = (value << 8) | (at + i < text.length ? text.charCodeAt(at + i) : 0);
  return value;
}
