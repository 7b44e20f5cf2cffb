/** Looking at memory without touching it: no page fault, no accessed bit, no TLB entry, no cycle. */
import type { Gpa, Gva } from "../address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../bus.ts";
import type { Machine } from "../machine.ts";
import { BusTables } from "../mmu/bus-tables.ts";
import { LEAF, Walk } from "../mmu/walk.ts";

const TWO32 = 4294967296;

/** The low 32 bits and the rest of a linear address, as the page walk takes them. */
function halves(machine: Machine, at: Gva): [low: number, high: number] {
  return [at | 0, machine.cpu.wide ? Math.floor(at / TWO32) : 0];
}

/** Physical address behind a linear one by the page tables as they are now (TLBs may know otherwise); undefined where nothing is mapped. */
export function physical(machine: Machine, at: Gva): Gpa | undefined {
  const { paging } = machine.mmu.translation;
  const [low, high] = halves(machine, at);
  if (!paging.enabled) return (low >>> 0) as Gpa;
  const walk = new Walk();
  const root = paging.rootOf(low);
  if (root < 0 || walk.run(paging.format, new BusTables(machine.bus), root, low, high, false) !== LEAF)
    return undefined;
  const size = 2 ** (paging.format.shifts[walk.level] as number);
  return (walk.base(paging.format) + ((((low >>> 0) % size) + size) % size)) as Gpa;
}

/** Bytes from a linear address on, as far as RAM or ROM is mapped there. Devices are not read: that has effects. */
export function peek(machine: Machine, at: Gva, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const from = physical(machine, (at + done) as Gva);
    const found = from === undefined ? undefined : machine.bus.look(from)?.subarray(0, length - done);
    if (found === undefined || found.length === 0) return bytes.subarray(0, done);
    bytes.set(found, done);
    done += found.length;
  }
  return bytes;
}

/** Writes as a debugger does, past page permissions. Returns how many bytes lay in RAM. */
export function poke(machine: Machine, at: Gva, bytes: Uint8Array): number {
  for (const [i, byte] of bytes.entries()) {
    const to = physical(machine, (at + i) as Gva);
    // ROM keeps what it has, and a write to a device would have effects.
    if (to === undefined || (machine.bus.flags(to) & (PAGE_MMIO | PAGE_ROM)) !== 0) return i;
    machine.bus.write(to, byte, 1);
  }
  return bytes.length;
}

/** Linear address of CS:ip. */
export function instructionAddress(machine: Machine): Gva {
  const { cpu } = machine;
  if (cpu.wide) return (cpu.ipHigh * TWO32 + (cpu.ip >>> 0)) as Gva;
  return (((cpu.segments.base[1] as number) + cpu.ip) | 0) as Gva;
}
