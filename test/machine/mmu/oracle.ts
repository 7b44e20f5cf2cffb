/**
 * A second, deliberately naive model of paging: SDM Vol. 3, 4.3 to 4.8 written down sentence by sentence, with no tables, no
 * TLB and nothing shared with src. Slow, and easy to check against the manual.
 */
export interface Machine {
  format: "ia32" | "pae" | "ia32e";
  /** CR3 (the page directory; with PAE `pdptes` are used instead). */
  root: number;
  /** Address of four PDPTEs. */
  pdptes: number;
  writeProtect: boolean;
  pse: boolean;
  nxe: boolean;
  smep: boolean;
  smap: boolean;
  ac: boolean;
  user: boolean;
  physicalBits: number;
  gigabytePages: boolean;
}

export interface Access {
  kind: "read" | "write" | "fetch";
  /** Of the processor itself: supervisor whatever CPL is, and EFLAGS.AC does not count. */
  implicit: boolean;
}

export interface Verdict {
  /** Error code of the #PF, or undefined. */
  error: number | undefined;
  physical: number;
  /** Low halves of entries as they are afterwards. */
  entries: Map<number, number>;
  /** The entries' addresses, root's first, as far as they are present; and the size of the page as a power of two. */
  way: number[];
  shift: number;
}

class Entry {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  constructor(memory: DataView, at: number, bytes: number) {
    this.at = at;
    // Where there is no RAM the bus reads all ones.
    const word = (address: number) =>
      address < memory.byteLength ? memory.getUint32(address, true) : 0xffffffff;
    this.low = word(at);
    this.high = bytes === 8 ? word(at + 4) : 0;
  }
  bit(n: number): boolean {
    return n < 32 ? ((this.low >>> n) & 1) === 1 : ((this.high >>> (n - 32)) & 1) === 1;
  }
  any(first: number, last: number): boolean {
    for (let n = first; n <= last; n++) if (this.bit(n)) return true;
    return false;
  }
  /** Address bits from `first` to 51. */
  address(first: number): number {
    return (this.high & 0xfffff) * 2 ** 32 + Math.floor(this.low / 2 ** first) * 2 ** first;
  }
}

/** What an access to the linear address of unsigned halves must do. */
export function oracle(
  memory: DataView,
  cpu: Machine,
  { kind, implicit }: Access,
  low: number,
  high: number,
): Verdict {
  const supervisor = implicit || !cpu.user;
  const code = // W/R, U/S, I/D
    (kind === "write" ? 2 : 0) |
    (supervisor ? 0 : 4) |
    (kind === "fetch" && ((cpu.nxe && cpu.format !== "ia32") || cpu.smep) ? 16 : 0);
  const entries = new Map<number, number>();
  const path: Entry[] = [];
  const way = () => path.map(({ at }) => at);
  const fault = (bits: number): Verdict => ({
    error: code | bits,
    physical: 0,
    entries,
    way: way(),
    shift: 0,
  });
  const accessed = (entry: Entry) => entries.set(entry.at, entry.low | 0x20);

  const index = (shift: number, bits: number) => Math.floor((high * 2 ** 32 + low) / 2 ** shift) % 2 ** bits;
  let leafShift = 12;
  let physical = 0;

  if (cpu.format === "ia32") {
    const pde = new Entry(memory, cpu.root + 4 * index(22, 10), 4);
    if (!pde.bit(0)) return fault(0);
    path.push(pde);
    if (cpu.pse && pde.bit(7)) {
      const most = Math.min(40, cpu.physicalBits);
      if (pde.any(most - 19, 21)) return fault(9);
      leafShift = 22;
      physical = Math.floor(pde.low / 2 ** 22) * 2 ** 22 + ((pde.low >>> 13) % 256) * 2 ** 32;
    } else {
      accessed(pde);
      const pte = new Entry(memory, Math.floor(pde.low / 4096) * 4096 + 4 * index(12, 10), 4);
      if (!pte.bit(0)) return fault(0);
      path.push(pte);
      physical = Math.floor(pte.low / 4096) * 4096;
    }
  } else {
    const reserved = (entry: Entry) =>
      entry.any(cpu.physicalBits, cpu.format === "pae" ? 62 : 51) || (!cpu.nxe && entry.bit(63));
    let directory: number;
    if (cpu.format === "pae") {
      const pdpte = new Entry(memory, cpu.pdptes + 8 * index(30, 2), 8);
      if (!pdpte.bit(0)) return fault(0);
      directory = pdpte.address(12);
    } else {
      const pml4e = new Entry(memory, cpu.root + 8 * index(39, 9), 8);
      if (!pml4e.bit(0)) return fault(0);
      if (reserved(pml4e) || pml4e.bit(7)) return fault(9);
      path.push(pml4e);
      accessed(pml4e);
      const pdpte = new Entry(memory, pml4e.address(12) + 8 * index(30, 9), 8);
      if (!pdpte.bit(0)) return fault(0);
      if (reserved(pdpte) || (pdpte.bit(7) && !cpu.gigabytePages)) return fault(9);
      path.push(pdpte);
      directory = pdpte.address(12);
      if (pdpte.bit(7)) {
        if (pdpte.any(13, 29)) return fault(9);
        leafShift = 30;
        physical = pdpte.address(30);
      } else accessed(pdpte);
    }
    if (leafShift !== 30) {
      const pde = new Entry(memory, directory + 8 * index(21, 9), 8);
      if (!pde.bit(0)) return fault(0);
      if (reserved(pde)) return fault(9);
      path.push(pde);
      if (pde.bit(7)) {
        if (pde.any(13, 20)) return fault(9);
        leafShift = 21;
        physical = pde.address(21);
      } else {
        accessed(pde);
        const pte = new Entry(memory, pde.address(12) + 8 * index(12, 9), 8);
        if (!pte.bit(0)) return fault(0);
        if (reserved(pte)) return fault(9);
        path.push(pte);
        physical = pte.address(12);
      }
    }
  }

  const userPage = path.every((entry) => entry.bit(2));
  const writable = path.every((entry) => entry.bit(1));
  const executable = !path.some((entry) => entry.high >= 2 ** 31);
  let allowed: boolean;
  if (!supervisor) allowed = userPage && (kind === "read" || (kind === "write" ? writable : executable));
  else if (kind === "fetch") allowed = executable && !(cpu.smep && userPage);
  else {
    const smapForbids = cpu.smap && userPage && (implicit || !cpu.ac);
    allowed = !smapForbids && (kind === "read" || writable || !cpu.writeProtect);
  }
  if (!allowed) return fault(1);

  const leaf = path.at(-1) as Entry;
  entries.set(leaf.at, leaf.low | 0x20 | (kind === "write" ? 0x40 : 0));
  return {
    ...{ error: undefined, physical: physical + (low % 2 ** leafShift), entries },
    ...{ way: way(), shift: leafShift },
  };
}
