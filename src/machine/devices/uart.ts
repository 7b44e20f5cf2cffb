/**
 * The 16550A serial port (National Semiconductor PC16550D datasheet). Bytes leave at once, whatever the divisor, as on a virtual machine;
 * the host's bytes wait until the guest has room, so that none is lost.
 *
 *     offset  read          write         DLAB = 1
 *     0       RBR receive   THR transmit  divisor, low
 *     1       IER                         divisor, high
 *     2       IIR           FCR
 *     3 LCR · 4 MCR · 5 LSR · 6 MSR · 7 SCR
 */
import type { PortDevice } from "../bus.ts";
import type { Clock, Timer } from "../clock.ts";
import { loadFields, saveFields } from "../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqLine } from "./irq.ts";

const FIFO_SIZE = 16;
const TRIGGERS = [1, 4, 8, 14];
/** Line status register. */
const DATA_READY = 0x01;
const OVERRUN = 0x02;
const ERRORS = 0x1e;
const TRANSMITTER_EMPTY = 0x60;
/** Interrupt enable register. */
const IER = { received: 1, transmitted: 2, line: 4, modem: 8 } as const;
/** Interrupt identification, by falling priority; 1: none. */
const IIR = { line: 6, received: 4, timeout: 12, transmitted: 2, modem: 0, none: 1 } as const;
const LOOPBACK = 0x10;
const DLAB = 0x80;
/** A connected terminal: carrier, data set ready, clear to send. */
const TERMINAL = 0xb0;
/**
 * Refills a second of an emptied receiver, and the character timeout: not the line's speed, but time enough for the interrupt line
 * to fall between two bytes.
 */
const REFILLS = 100_000;

export class Uart implements PortDevice, Stateful {
  ier = 0;
  lcr = 0;
  /** OUT2 is on, as in QEMU: there are drivers that never set it. */
  mcr = 8;
  lsr = TRANSMITTER_EMPTY;
  /** Changes of the modem lines since MSR was read: its low four bits. */
  modemDelta = 0;
  scratch = 0;
  divisor = 12;
  fifos = false;
  trigger = 1;
  transmitted = false;
  timedOut = false;
  /** What the receiver buffer register holds after it was read. */
  last = 0;
  /** Called with each byte that the guest sends. */
  onOutput: (byte: number) => void = () => {};

  #received: number[] = [];
  /** What the host typed and the guest has no room for yet. */
  #waiting = new Uint8Array(0);
  readonly #clock: Clock;
  readonly #pace: number;
  readonly #irq: IrqLine;
  readonly #timer: Timer;

  constructor(parts: { clock: Clock; hertz: number; irq: IrqLine }) {
    this.#clock = parts.clock;
    this.#pace = Math.ceil(parts.hertz / REFILLS);
    this.#irq = parts.irq;
    this.#timer = this.#clock.timer(() => this.#onPause());
  }

  /** Bytes typed at the other end. */
  receive(bytes: Uint8Array): void {
    const both = new Uint8Array(this.#waiting.length + bytes.length);
    both.set(this.#waiting);
    both.set(bytes, this.#waiting.length);
    this.#waiting = both;
    this.#startPause();
  }

  in(port: number): number {
    const value = this.#read(port & 7);
    this.#update();
    return value;
  }

  out(port: number, value: number): void {
    this.#write(port & 7, value & 0xff);
    this.#update();
  }

  save(out: StateWriter): void {
    out.section("uart");
    saveFields(out, this, FIELDS);
    out.double(this.#timer.deadline);
    out.bytes(Uint8Array.from(this.#received));
    out.bytes(this.#waiting);
  }

  load(from: StateReader): void {
    from.section("uart");
    loadFields(from, this, FIELDS);
    this.#timer.deadline = from.double();
    this.#received = [...from.bytes()];
    this.#waiting = from.bytes().slice();
  }

  get #room(): number {
    return (this.fifos ? FIFO_SIZE : 1) - this.#received.length;
  }

  #read(offset: number): number {
    switch (offset) {
      case 0:
        return this.lcr & DLAB ? this.divisor & 0xff : this.#take();
      case 1:
        return this.lcr & DLAB ? this.divisor >> 8 : this.ier;
      case 2: {
        const cause = this.#cause();
        if (cause === IIR.transmitted) this.transmitted = false;
        return cause | (this.fifos ? 0xc0 : 0);
      }
      case 3:
        return this.lcr;
      case 4:
        return this.mcr;
      case 5: {
        const status = this.lsr | (this.#received.length > 0 ? DATA_READY : 0);
        this.lsr &= ~ERRORS;
        return status;
      }
      case 6: {
        const status = this.#modemLines() | this.modemDelta;
        this.modemDelta = 0;
        return status;
      }
      default:
        return this.scratch;
    }
  }

  #write(offset: number, byte: number): void {
    switch (offset) {
      case 0:
        if (this.lcr & DLAB) this.divisor = (this.divisor & 0xff00) | byte;
        else this.#transmit(byte);
        return;
      case 1:
        if (this.lcr & DLAB) {
          this.divisor = (this.divisor & 0xff) | (byte << 8);
          return;
        }
        // Enabling it while the transmitter is empty raises the transmit interrupt at once.
        if (byte & ~this.ier & IER.transmitted) this.transmitted = true;
        this.ier = byte & 15;
        return;
      case 2:
        this.#controlFifos(byte);
        return;
      case 3:
        this.lcr = byte;
        return;
      case 4: {
        const before = this.#modemLines();
        this.mcr = byte & 0x1f;
        this.#noteModemChange(before);
        this.#startPause();
        return;
      }
      case 7:
        this.scratch = byte;
        return;
      default:
    }
  }

  #take(): number {
    this.timedOut = false;
    const byte = this.#received.shift() ?? (this.fifos ? 0 : this.last);
    if (!this.fifos) this.last = byte;
    this.#startPause();
    return byte;
  }

  #transmit(byte: number): void {
    this.transmitted = true;
    if ((this.mcr & LOOPBACK) === 0) this.onOutput(byte);
    else this.#loopBack(byte);
  }

  /** Without room a full FIFO keeps what it has, a single register takes the new byte (LSR bit 1). */
  #loopBack(byte: number): void {
    if (this.#room <= 0) this.lsr |= OVERRUN;
    if (!this.fifos) this.#received = [byte];
    else if (this.#room > 0) this.#received.push(byte);
    this.#startPause();
  }

  /** FCR: enable, clear receiver, clear transmitter; turning the FIFOs on or off clears them. */
  #controlFifos(byte: number): void {
    const fifos = (byte & 1) !== 0;
    if (fifos !== this.fifos || byte & 2) {
      this.#received = [];
      this.timedOut = false;
      this.#startPause();
    }
    if (fifos !== this.fifos || byte & 4) this.transmitted = true;
    this.fifos = fifos;
    this.trigger = fifos ? (TRIGGERS[byte >> 6] as number) : 1;
  }

  #startPause(): void {
    const nothing = this.#received.length === 0 && this.#waiting.length === 0;
    if (nothing || this.#timer.deadline !== Number.POSITIVE_INFINITY) return;
    this.#clock.set(this.#timer, this.#clock.now + this.#pace);
  }

  /** The guest has paused reading: what is below the trigger level is reported, what waits comes in. */
  #onPause(): void {
    if ((this.mcr & LOOPBACK) === 0) {
      const room = this.#room;
      this.#received.push(...this.#waiting.subarray(0, room));
      this.#waiting = this.#waiting.subarray(room);
    }
    this.timedOut = this.fifos && this.#received.length > 0;
    this.#update();
  }

  /** The cause that IIR names ("Interrupt Control Functions"). */
  #cause(): number {
    if (this.ier & IER.line && this.lsr & ERRORS) return IIR.line;
    if (this.ier & IER.received) {
      if (this.#received.length >= this.trigger) return IIR.received;
      if (this.timedOut) return IIR.timeout;
    }
    if (this.ier & IER.transmitted && this.transmitted) return IIR.transmitted;
    if (this.ier & IER.modem && this.modemDelta !== 0) return IIR.modem;
    return IIR.none;
  }

  /** MSR's high half. In loopback MCR's outputs: DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD. */
  #modemLines(): number {
    if ((this.mcr & LOOPBACK) === 0) return TERMINAL;
    const { mcr } = this;
    return ((mcr & 1) << 5) | ((mcr & 2) << 3) | ((mcr & 4) << 4) | ((mcr & 8) << 4);
  }

  /** Delta bits: CTS, DSR and DCD on any change, RI when it falls. */
  #noteModemChange(before: number): void {
    const after = this.#modemLines();
    const changed = (before ^ after) & 0xb0;
    const fell = before & ~after & 0x40;
    this.modemDelta |= (changed | fell) >> 4;
  }

  /** OUT2 does not gate the interrupt: small kernels never set it, and virtual machines let them. */
  #update(): void {
    this.#irq.set(this.#cause() !== IIR.none);
  }
}

const FIELDS = "ier lcr mcr lsr modemDelta scratch divisor fifos trigger transmitted timedOut last";
