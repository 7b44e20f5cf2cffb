/**
 * The guest's processor in the monitor's memory, as translated code sees it: QEMU's CPUArchState. EBP points here.
 *
 *     0    EAX … EDI
 *     20h  the flags: how they came about, and from what (flags.ts)          34h  the key of the mode (mode.ts)
 *     2Ch  EIP      30h  somebody wants to be heard at the next block
 *     100h tables of the software TLB, by index: user, supervisor, supervisor with SMAP lifted
 *              256 × 16 bytes: page for reads │ page for writes │ host address − guest linear address │ page that is known, but not direct
 *     3100h table of jump targets, by hash of EIP
 *              4096 × 16 bytes: EIP │ key │ host address of the block │ –
 */
import type { Bus } from "../../../machine/bus.ts";

export const FLAGS_KIND = 0x20;
export const FLAGS_SOURCE = 0x24;
export const FLAGS_RESULT = 0x28;
export const IP = 0x2c;
export const ATTEND = 0x30;
export const KEY = 0x34;
/** What a string instruction adds for each byte: 1 or −1. */
export const DIRECTION = 0x38;
export const SCRATCH = 0x3c;

export const TLB = 0x100;
export const TLB_ENTRIES = 256;
export const ENTRY_BYTES = 16;
export const TLB_BYTES = TLB_ENTRIES * ENTRY_BYTES;
export const TLB_READ = 0;
export const TLB_WRITE = 4;
export const TLB_ADDEND = 8;
export const TLB_KNOWN = 12;
export const TLB_TABLES = 3;

export const TARGETS = TLB + TLB_TABLES * TLB_BYTES;
export const TARGET_ENTRIES = 4096;
export const TARGET_IP = 0;
export const TARGET_KEY = 4;
export const TARGET_HOST = 8;

export const ENV_BYTES = TARGETS + TARGET_ENTRIES * ENTRY_BYTES;

/** No page begins here, and no key is this. */
export const NOTHING = -1;

export class Env {
  readonly base: number;
  /** Seen as dwords from the base on. */
  readonly words: Int32Array;

  /** `base`: its host-physical address, a multiple of 4096. */
  constructor(bus: Bus, base: number) {
    this.base = base;
    this.words = new Int32Array(bus.ram.buffer, bus.ram.byteOffset + base, ENV_BYTES / 4);
  }

  read(field: number): number {
    return this.words[field >> 2] as number;
  }

  write(field: number, value: number): void {
    this.words[field >> 2] = value;
  }
}
