/** Writes translated code: bytes, and for each place the guest state that it stands for. */
import { SLOT } from "./layout.ts";
import { BadTranslation } from "./policy.ts";
import { CALLOUT, type CalloutKind, type Exit, type Place } from "./translation.ts";

/** Registers as ModR/M numbers them. */
export const EAX = 0;
export const ECX = 1;
export const ESP = 4;

const GS_PREFIX = 0x65;

export class Emitter {
  readonly bytes: number[] = [];
  readonly places: Place[] = [];
  readonly exits: Exit[] = [];
  readonly #later: { readonly target: number; readonly at: number; readonly size: 1 | 4 }[] = [];

  get here(): number {
    return this.bytes.length;
  }

  /** What follows stands for the guest before the instruction at `ip`, once `undo` and `sp` are applied. */
  place(ip: number, undo = 0, sp = 0): void {
    this.places.push({ offset: this.here, ip, undo, sp, entry: false });
  }

  /** The same for where the instruction at `ip` begins. */
  entry(ip: number, undo = 0): void {
    this.places.push({ offset: this.here, ip, undo, sp: 0, entry: true });
  }

  raw(...bytes: number[]): void {
    for (const byte of bytes) this.bytes.push(byte & 0xff);
  }

  dword(value: number): void {
    this.raw(value, value >> 8, value >> 16, value >> 24);
  }

  callout(kind: CalloutKind): void {
    this.raw(0xcd, CALLOUT[kind]);
  }

  /** The end of a direct branch, or of a unit that simply goes on: a call-out of five bytes that a JMP rel32 can replace. */
  exit(target: number, jcc?: number): void {
    this.entry(target);
    this.exits.push({ offset: this.here, target, jcc });
    this.callout("translate");
    this.raw(0x90, 0x90, 0x90);
  }

  /** The displacement that was just written, of 1 or 4 bytes, leads to an exit behind everything else. */
  exitLater(target: number, size: 1 | 4): void {
    this.#later.push({ target, at: this.here - size, size });
  }

  finish(): void {
    for (const { target, at, size } of this.#later) {
      const distance = this.here - (at + size);
      if (size === 1 && distance > 127)
        throw new BadTranslation(`${distance} bytes between a LOOP and its way out: 127 at most`);
      for (let i = 0; i < size; i++) this.bytes[at + i] = (distance >> (8 * i)) & 0xff;
      this.exit(target, size === 4 ? at : undefined);
    }
  }

  /** MOV GS:[slot], register. */
  store(slot: number, register: number): void {
    this.raw(GS_PREFIX, 0x89, 0x05 | (register << 3));
    this.dword(slot);
  }

  /** MOV register, GS:[slot]. */
  load(register: number, slot: number): void {
    this.raw(GS_PREFIX, 0x8b, 0x05 | (register << 3));
    this.dword(slot);
  }

  /** MOV register, GS:[base + displacement]. */
  loadAt(register: number, base: number, displacement: number): void {
    this.raw(GS_PREFIX, 0x8b, 0x80 | (register << 3) | base);
    this.dword(displacement);
  }

  /** MOV DWORD GS:[slot], value. */
  storeValue(slot: number, value: number): void {
    this.raw(GS_PREFIX, 0xc7, 0x05);
    this.dword(slot);
    this.dword(value);
  }

  /** JMP GS:[slot]. */
  jumpSlot(slot: number): void {
    this.raw(GS_PREFIX, 0xff, 0x25);
    this.dword(slot);
  }

  /** LEA ESP, [ESP + bytes]: as ADD, with the flags left alone. */
  moveStack(bytes: number): void {
    this.raw(0x8d, 0x84 | (ESP << 3), 0x24);
    this.dword(bytes);
  }

  /** JECXZ to what follows the call of what this returns: the one test that leaves the flags alone. */
  jumpIfEcxZero(): () => void {
    this.raw(0xe3, 0);
    const from = this.here;
    return () => {
      this.bytes[from - 1] = this.here - from;
    };
  }

  /** MOV EAX, SS:[ESP]. */
  loadTop(): void {
    this.raw(0x8b, 0x04, 0x24);
  }

  spill(): void {
    this.store(SLOT.eax, EAX);
    this.store(SLOT.ecx, ECX);
  }

  unspill(): void {
    this.load(ECX, SLOT.ecx);
    this.load(EAX, SLOT.eax);
  }
}
