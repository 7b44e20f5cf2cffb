/**
 * What translated instructions are made of. Guest registers live in the environment, at EBP: an instruction loads what it needs and stores
 * what it changed, as in QEMU of 2005 (Bellard, "QEMU, a Fast and Portable Dynamic Translator", USENIX ATC 2005, section 2.1; today's TCG keeps them
 * in host registers within a block). Between instructions nothing but memory counts, so a fault finds the guest's state there.
 *
 *     EBX, ECX       operands          EAX  address, then result of a look-up       EDX, EDI  scratch of a look-up     ESI  kept across one
 *
 * A memory access looks the page up in the software TLB:
 *
 *     EDI ← index of EAX's page │ EDX ← page of the last byte │ EDX = tag? ── no ──▶ call-out, which leaves the value and comes back
 *                                                               EAX ← EAX + addend: the host's address
 */
import { type Instruction, NONE } from "../../../machine/isa/instruction.ts";
import { ADD, AND, CMP, EAX, EBP, EBX, ECX, EDI, EDX, Emitter, Label, NOT_EQUAL } from "./emitter.ts";
import {
  ENTRY_BYTES,
  FLAGS_KIND,
  FLAGS_RESULT,
  FLAGS_SOURCE,
  IP,
  TLB,
  TLB_ADDEND,
  TLB_BYTES,
  TLB_ENTRIES,
  TLB_READ,
  TLB_WRITE,
} from "./env.ts";
import { DYNAMIC, emitRestore, emitSave, SAVED } from "./flags.ts";
import { workOf } from "./helpers.ts";
import { readsFlat, tableIn, writesFlat } from "./mode.ts";
import type { CallKind, Site, Start } from "./site.ts";
import { CALL } from "./site.ts";

const SHR = 5;
const PAGE_SHIFT = 12;
const PAGE_MASK = -4096;
const ENTRY_SHIFT = PAGE_SHIFT - Math.log2(ENTRY_BYTES);
const INT = 0xcd;

/** Host code that all blocks share. */
export interface Stubs {
  /** Goes to the block of the guest address in EAX. */
  readonly lookup: number;
  /** Makes the environment's flags saved ones. */
  readonly settle: number;
}

/** A way out of line: the software TLB does not have it. */
interface Slow {
  readonly label: Label;
  readonly after: Label;
  readonly site: Omit<Site, "at">;
  readonly call: CallKind;
}

export class Writer extends Emitter {
  readonly key: number;
  readonly stubs: Stubs;
  readonly sites: Site[] = [];
  readonly starts: Start[] = [];
  /** The guest instruction that is being translated, and the next one. */
  ip = 0;
  next = 0;
  /** What the guest's flags are now … */
  kind = DYNAMIC;
  /** … and what the environment says of them; DYNAMIC: the truth. */
  #told = DYNAMIC;
  /** EBX, and ECX or this number, are the operands of the CMP or SUB of this size that the flags came from. */
  compared: { readonly size: number; readonly immediate: number | undefined } | null = null;
  readonly #slow: Slow[] = [];

  constructor(origin: number, key: number, stubs: Stubs) {
    super(origin);
    this.key = key;
    this.stubs = stubs;
  }

  /** Out to the monitor; it comes back here unless it goes elsewhere. */
  call(kind: CallKind, more: Partial<Site> = {}): void {
    this.byte(INT);
    this.byte(CALL[kind]);
    this.sites.push({ ...this.#site(), ...more, at: this.here });
  }

  /** The guest's state is complete here: before the instruction at `ip`. */
  begin(): void {
    this.starts.push({ at: this.here, ip: this.ip, kind: this.kind });
  }

  #site(): Omit<Site, "at"> {
    return {
      ip: this.ip,
      next: this.next,
      kind: this.kind,
      size: 0,
      register: 0,
      slot: 0,
      mnemonic: "",
      work: "callout",
    };
  }

  /** `into` ← a guest register; AH … BH are 4 … 7. Bytes and words are zero-extended. */
  loadRegister(into: number, register: number, size: number): void {
    this.loadSized(into, EBP, place(register, size), size);
  }

  storeRegister(from: number, register: number, size: number): void {
    this.store(from, EBP, place(register, size), size);
  }

  /** EAX ← the offset of the memory operand. */
  address(op: Instruction): void {
    const { base, index, scale, disp } = op;
    if (base === NONE && index === NONE) {
      this.moveImmediate(EAX, disp);
      return;
    }
    if (base !== NONE) this.load(EAX, EBP, 2 * base);
    if (index !== NONE) {
      this.load(EDX, EBP, 2 * index);
      this.lea(EAX, base === NONE ? -1 : EAX, disp, EDX, scale);
    } else if (disp !== 0) this.aluImmediate(ADD, EAX, disp);
  }

  readable(op: Instruction): boolean {
    return op.addressSize === 4 && readsFlat(this.key, op.seg);
  }

  writable(op: Instruction): boolean {
    return op.addressSize === 4 && writesFlat(this.key, op.seg);
  }

  /** `into` ← guest memory at EAX. */
  read(into: number, size: number): void {
    const after = this.#lookUp("read", TLB_READ, size, into);
    this.loadSized(into, EAX, 0, size);
    this.place(after);
  }

  /** The same for what will be written: if it faults, it does as the write would. */
  readForWrite(into: number, size: number): void {
    const after = this.#lookUp("readForWrite", TLB_READ, size, into);
    this.loadSized(into, EAX, 0, size);
    this.place(after);
  }

  /** Guest memory at EAX ← `from`. */
  write(from: number, size: number): void {
    const after = this.#lookUp("write", TLB_WRITE, size, from);
    this.store(from, EAX, 0, size);
    this.place(after);
  }

  #lookUp(call: CallKind, column: number, size: number, register: number): Label {
    const table = TLB + tableIn(this.key) * TLB_BYTES;
    this.move(EDI, EAX);
    this.shift(SHR, EDI, ENTRY_SHIFT);
    this.aluImmediate(AND, EDI, (TLB_ENTRIES - 1) * ENTRY_BYTES);
    if (size === 1) this.move(EDX, EAX);
    else this.lea(EDX, EAX, size - 1);
    this.aluImmediate(AND, EDX, PAGE_MASK);
    this.aluLoad(CMP, EDX, EBP, table + column, 4, EDI);
    const label = new Label();
    const after = new Label();
    this.jumpIf(NOT_EQUAL, label);
    this.aluLoad(ADD, EAX, EBP, table + TLB_ADDEND, 4, EDI);
    this.#slow.push({ label, after, call, site: { ...this.#site(), size, register } });
    return after;
  }

  /** The host's flags ← the guest's. EAX and EDX are lost, and what `compared` says must still be true. */
  restoreFlags(): void {
    const { compared } = this;
    if (compared !== null) {
      if (compared.immediate === undefined) this.alu(CMP, EBX, ECX, compared.size);
      else this.aluImmediate(CMP, EBX, compared.immediate, compared.size);
      return;
    }
    this.settleFlags();
    emitRestore(this, this.kind);
  }

  /** Their kind is known after this. EAX and EDX are lost. */
  settleFlags(): void {
    if (this.kind !== DYNAMIC) return;
    this.callTo(this.stubs.settle);
    this.kind = this.#told = SAVED;
  }

  /** The guest's flags ← the host's. EAX is lost. */
  saveFlags(): void {
    emitSave(this);
    this.flagsFrom(SAVED, EAX);
  }

  flagsFrom(kind: number, source: number): void {
    this.store(source, EBP, FLAGS_SOURCE);
    this.kind = kind;
  }

  /** Of a family. The result, and a right operand unless it is logic. */
  setFlags(kind: number, result: number, source: number | undefined, immediate = 0): void {
    this.store(result, EBP, FLAGS_RESULT);
    if (source === undefined) this.storeImmediate(immediate, EBP, FLAGS_SOURCE);
    else this.store(source, EBP, FLAGS_SOURCE);
    this.kind = kind;
  }

  setLogic(kind: number, result: number): void {
    this.store(result, EBP, FLAGS_RESULT);
    this.kind = kind;
  }

  /** The environment says what the flags are: at a block's end. */
  tellFlags(): void {
    if (this.kind === this.#told) return;
    this.storeImmediate(this.kind, EBP, FLAGS_KIND);
    this.#told = this.kind;
  }

  /** From here on only the environment knows what the flags are. */
  forgetFlags(): void {
    this.tellFlags();
    this.kind = this.#told = DYNAMIC;
  }

  /** V carries the instruction out; the flags are saved ones after it. */
  emulate(op: Instruction): void {
    this.call("emulate", { mnemonic: op.row.mnemonic, work: workOf(op) });
    this.kind = this.#told = SAVED;
  }

  /** To a guest address in the block's own page: a jump that is patched once its target has been translated. */
  chain(target: number): void {
    this.jumpTo(this.here + 5);
    const slot = this.here - 4;
    this.storeImmediate(target, EBP, IP);
    this.call("chain", { ip: target, slot });
  }

  /** To the guest address in EAX. */
  lookUp(): void {
    this.jumpTo(this.stubs.lookup);
  }

  /** What lies out of line. */
  finish(): void {
    for (const { label, after, call, site } of this.#slow) {
      this.place(label);
      this.call(call, site);
      this.jump(after);
    }
  }
}

/** Offset of a guest register in the environment. */
export function place(register: number, size: number): number {
  return size === 1 && register >= 4 ? 4 * (register - 4) + 1 : 4 * register;
}
