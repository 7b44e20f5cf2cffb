/**
 * Who runs a remapping unit (machine/iommu): the tables in memory, and the ring of invalidations with a wait at its end. Pages for both
 * come from whoever owns the memory.
 */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus, MmioDevice } from "../../../machine/bus.ts";
import {
  COMMAND,
  type Context,
  contextEntry,
  flushContextsDescriptor,
  flushDomainDescriptor,
  flushInterruptsDescriptor,
  flushPagesDescriptor,
  type InterruptEntry,
  interruptEntry,
  PASS_THROUGH,
  REGISTER,
  rootEntry,
  TRANSLATE,
  waitDescriptor,
} from "../../../machine/iommu/index.ts";
import type { IoLedger } from "../backend.ts";

const PAGE = 4096;
const TWO32 = 4294967296;
const READ_WRITE = 3;
const DEPTH = 3;

export interface DriverParts {
  readonly bus: Bus;
  /** The unit's, as the bus shows them. */
  readonly registers: MmioDevice;
  /** A page of `bus` that is nobody else's. */
  readonly page: () => number;
  readonly ledger: IoLedger;
}

export class IommuDriver {
  readonly #parts: DriverParts;
  readonly #contexts: number;
  readonly #ring: number;
  readonly #status: number;
  #tail = 0;
  #waits = 0;
  #command: number = COMMAND.queue + COMMAND.translate;

  /** Switches translation on: from now on a requester without a domain reaches nothing. */
  constructor(parts: DriverParts) {
    this.#parts = parts;
    const root = this.page();
    this.#contexts = this.page();
    this.#ring = this.page();
    this.#status = this.page();
    this.#words(root, rootEntry(this.#contexts));
    const register = (at: number, value: number) => parts.registers.write(at, value, 4);
    register(REGISTER.rtaddr, root);
    register(REGISTER.iqa, this.#ring);
    register(REGISTER.gcmd, COMMAND.setRoot);
    register(REGISTER.gcmd, this.#command);
  }

  /** A page of zeros. */
  page(): number {
    const at = this.#parts.page();
    this.#parts.bus.dmaWrite(at as Gpa, new Uint8Array(PAGE));
    return at;
  }

  /** A requester of bus 0 goes through tables from now on; `root` undefined: it reaches nothing any more. */
  attach(requester: number, domain: number, root: number | undefined): void {
    this.#setContext(
      requester,
      domain,
      root === undefined ? undefined : { domain, root, depth: DEPTH, type: TRANSLATE, silent: false },
    );
  }

  /** A requester of bus 0 reaches memory by host-physical addresses from now on: only its messages are checked. */
  passThrough(requester: number, domain: number): void {
    // 9.3: the width is the largest that the unit has, and the root is not looked at.
    this.#setContext(requester, domain, { domain, root: 0, depth: 4, type: PASS_THROUGH, silent: false });
  }

  #setContext(requester: number, domain: number, context: Context | undefined): void {
    this.#words(this.#contexts + 16 * requester, contextEntry(context));
    this.#invalidate(flushContextsDescriptor(), flushDomainDescriptor(domain));
  }

  /** Writes the entry of a page, making tables on the way. */
  map(root: number, iova: number, host: number): void {
    let table = root;
    for (let level = DEPTH; level > 1; level--) {
      const at = table + 8 * index(iova, level);
      const entry = this.#parts.bus.read(at as Gpa, 4);
      if (entry === 0) {
        table = this.page();
        this.#words(at, [table + READ_WRITE, 0]);
      } else table = entry - (entry % PAGE);
    }
    this.#words(table + 8 * index(iova, 1), [(host + READ_WRITE) | 0, Math.floor(host / TWO32)]);
    this.#parts.ledger.pay("ioMap");
  }

  /** Takes the entry of a mapped page away; the unit may still remember it. */
  unmap(root: number, iova: number): void {
    let table = root;
    for (let level = DEPTH; level > 1; level--) {
      const entry = this.#parts.bus.read((table + 8 * index(iova, level)) as Gpa, 4);
      if (entry === 0) throw new Error(`invariant: I/O page ${iova} is unmapped and was never mapped`);
      table = entry - (entry % PAGE);
    }
    this.#words(table + 8 * index(iova, 1), [0, 0]);
    this.#parts.ledger.pay("ioUnmap");
  }

  flushPage(domain: number, iova: number): void {
    this.#invalidate(flushPagesDescriptor(domain, iova, 0));
  }

  flushDomain(domain: number): void {
    this.#invalidate(flushDomainDescriptor(domain));
  }

  /** Switches interrupt remapping on: from now on messages in compatibility format are blocked. The table, a page of entries that are not present. */
  remapInterrupts(): number {
    const { registers } = this.#parts;
    const table = this.page();
    registers.write(REGISTER.irta, table | (Math.log2(PAGE / 16) - 1), 4);
    registers.write(REGISTER.gcmd, this.#command + COMMAND.setInterruptTable, 4);
    this.#command += COMMAND.remapInterrupts;
    registers.write(REGISTER.gcmd, this.#command, 4);
    return table;
  }

  /** Writes an entry of the table; undefined: nobody may use it. */
  setInterrupt(table: number, index: number, entry: InterruptEntry | undefined): void {
    this.#words(table + 16 * index, entry === undefined ? [0, 0, 0, 0] : interruptEntry(entry));
    this.#invalidate(flushInterruptsDescriptor());
  }

  /** Comes back when the unit is done. */
  #invalidate(...descriptors: readonly (readonly number[])[]): void {
    const { bus, registers, ledger } = this.#parts;
    const done = ++this.#waits;
    for (const words of [...descriptors, waitDescriptor(this.#status, done)]) {
      this.#words(this.#ring + this.#tail, words);
      this.#tail = (this.#tail + 16) % PAGE;
    }
    registers.write(REGISTER.iqt, this.#tail, 4);
    ledger.pay("iotlbFlush");
    if (bus.read(this.#status as Gpa, 4) !== done)
      throw new Error(`invariant: the remapping unit did not finish invalidation ${done}`);
  }

  #words(at: number, words: readonly number[]): void {
    for (const [i, word] of words.entries()) this.#parts.bus.write((at + 4 * i) as Gpa, word, 4);
  }
}

const index = (iova: number, level: number): number => Math.floor(iova / 2 ** (12 + 9 * (level - 1))) % 512;
