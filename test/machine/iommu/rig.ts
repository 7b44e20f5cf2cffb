/** A remapping unit over 16 MiB, programmed as software does: tables in memory, registers by dwords. */
import type { Gpa } from "../../../src/machine/address.ts";
import { Bus } from "../../../src/machine/bus.ts";
import type { ApicMessage } from "../../../src/machine/devices/lapic.ts";
import {
  COMMAND,
  contextEntry,
  Iommu,
  type IommuOptions,
  REGISTER,
  rootEntry,
  waitDescriptor,
} from "../../../src/machine/iommu/index.ts";

export const ROOT = 0x10000;
const CONTEXTS = 0x11000;
export const QUEUE = 0x12000;
export const STATUS = 0x13000;
export const INTERRUPT_TABLE = 0x14000;
/** Tables of domain n are from TABLES + n · 64 KiB on. */
export const TABLES = 0x100000;
export const MEMORY = 16 * 1024 * 1024;
export type Words = readonly [number, number, number, number];

export class Rig {
  readonly bus = new Bus(MEMORY);
  readonly delivered: ApicMessage[] = [];
  readonly iommu: Iommu;
  #tail = 0;
  #waits = 0;

  constructor(options: IommuOptions = {}) {
    this.iommu = new Iommu(this.bus, (message) => this.delivered.push(message), options);
    this.words(ROOT, rootEntry(CONTEXTS));
    this.register(REGISTER.rtaddr, ROOT);
    this.register(REGISTER.iqa, QUEUE);
    this.register(REGISTER.irta, INTERRUPT_TABLE | 7);
    this.register(REGISTER.gcmd, COMMAND.setRoot + COMMAND.setInterruptTable);
    this.register(REGISTER.gcmd, COMMAND.queue + COMMAND.translate);
  }

  register(offset: number, value: number): void {
    this.iommu.registers.write(offset, value >>> 0, 4);
  }

  words(at: number, words: readonly number[]): void {
    for (const [i, word] of words.entries()) this.bus.write((at + 4 * i) as Gpa, word, 4);
  }

  /** A requester of bus 0 gets a domain whose root table is at TABLES + domain · 64 KiB. */
  attach(requester: number, domain: number, depth: 3 | 4 = 3): number {
    const root = TABLES + domain * 0x10000;
    const context = { domain, root, depth, type: 0, silent: false } as const;
    this.words(CONTEXTS + 16 * requester, contextEntry(context));
    return root;
  }

  entry(table: number, index: number, value: number): void {
    this.words(table + 8 * index, [value | 0, Math.floor(value / 2 ** 32)]);
  }

  /** Puts descriptors on the ring, and waits. True: the unit wrote the status. */
  invalidate(...descriptors: Words[]): boolean {
    const done = ++this.#waits;
    for (const words of [...descriptors, waitDescriptor(STATUS, done)]) {
      this.words(QUEUE + this.#tail, words);
      this.#tail = (this.#tail + 16) % 4096;
    }
    this.register(REGISTER.iqt, this.#tail);
    return this.bus.read(STATUS as Gpa, 4) === done;
  }
}
