/** EAX, EBX, ECX, EDX. */
export type Leaf = readonly [number, number, number, number];

/**
 * The processor's identity: what CPUID tells, as data. Features have the names of the ISA table (Row.feature), and an
 * instruction whose feature is missing here is #UD (guard.ts).
 */
export interface CpuModel {
  /** Twelve characters. */
  readonly vendor: string;
  /** At most 48 characters. */
  readonly brand: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly features: ReadonlySet<string>;
  /** A guest's: what its hypervisor says of itself. CPUID leaves from 40000000h on, EAX EBX ECX EDX each; withHypervisor makes them. */
  readonly hypervisor?: readonly Leaf[];
  /** Sensitive instructions that are not privileged raise #GP(0) outside of ring 0 (sensitive.ts): a classically virtualizable x86. */
  readonly trapsSensitive?: boolean;
}

/** A generic 64-bit processor with all that this one implements, and nothing that it does not. */
export const RINGLAB: CpuModel = {
  vendor: "GenuineIntel",
  brand: "Ringlab x86-64 processor",
  family: 6,
  model: 15,
  stepping: 1,
  features: new Set(
    (
      "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 " +
      "pcid x2apic tsc_deadline cx16 movbe popcnt fsgsbase smep smap invpcid umip " +
      "syscall nx pdpe1gb rdtscp lm lahf_lm"
    ).split(" "),
  ),
};

/** The same one with VT-x: for a processor that a hypervisor owns. Its guests are told of another. */
export const VMX_PROCESSOR: CpuModel = {
  ...RINGLAB,
  brand: "Ringlab x86-64 processor with VT-x",
  features: new Set([...RINGLAB.features, "vmx"]),
};

/** The same one with SVM, as AMD's have it. */
export const SVM_PROCESSOR: CpuModel = {
  ...RINGLAB,
  vendor: "AuthenticAMD",
  brand: "Ringlab x86-64 processor with SVM",
  features: new Set([...RINGLAB.features, "svm"]),
};

/** The same one, had Intel read Popek and Goldberg. */
export const VIRTUALIZABLE: CpuModel = {
  ...RINGLAB,
  brand: "Ringlab virtualizable x86-64 processor",
  trapsSensitive: true,
};

/**
 * The model that a hypervisor's guest is told. `name`: at most twelve characters; `leaves`: from 40000001h on. (The bit and the leaves are what
 * Intel and AMD keep free for it; SDM Vol. 2, CPUID, leaf 01H ECX bit 31.)
 */
export function withHypervisor(model: CpuModel, name: string, ...leaves: readonly Leaf[]): CpuModel {
  const word = (at: number) =>
    [3, 2, 1, 0].reduce((value, n) => (value << 8) | (at + n < name.length ? name.charCodeAt(at + n) : 0), 0);
  const first: Leaf = [0x40000000 + leaves.length, word(0), word(4), word(8)];
  return { ...model, hypervisor: [first, ...leaves], features: new Set([...model.features, "hypervisor"]) };
}
