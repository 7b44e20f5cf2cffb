/**
 * The keyboard controller of a PC/AT (Intel 8042) with a keyboard and an empty mouse port.
 *
 *     port 60  data: from the keyboard or the controller; to the keyboard, or a command's parameter
 *     port 64  read: 7 parity │ 6 timeout │ 5 from the mouse port │ 4 no lock │ 3 last write was a command │ 2 passed test
 *              │ 0 a byte waits at port 60          write: a command
 *     port 92  bit 1 A20 · bit 0 reset
 *
 * The A20 gate can be set and read and holds nothing back: like every processor since 2013, ours has no A20M# pin.
 * (IBM PS/2 Technical Reference, "Keyboard and Auxiliary Device Controller".)
 */
import type { Bus, PortDevice } from "../../bus.ts";
import type { Clock, Timer } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import type { IrqLine } from "../irq.ts";
import { BytePorts } from "../ports.ts";
import { Keyboard } from "./keyboard.ts";
import { keystroke, Translator } from "./scancodes.ts";

const STATUS = {
  FULL: 0x01,
  TESTED: 0x04,
  COMMAND: 0x08,
  NO_LOCK: 0x10,
  MOUSE: 0x20,
  TIMEOUT: 0x40,
} as const;
/** Bits of the command byte. */
const MODE = {
  KEYBOARD_IRQ: 1,
  MOUSE_IRQ: 2,
  TESTED: 4,
  NO_KEYBOARD: 0x10,
  NO_MOUSE: 0x20,
  TRANSLATE: 0x40,
} as const;
/** Bits of the output port. */
const OUTPUT = { NO_RESET: 1, A20: 2, CLOCKS_AND_DATA: 0xcc } as const;

/** A hundred keystrokes a second: slow enough for the fifteen keys that a PC's BIOS remembers. */
const SECONDS_PER_KEY = 0.01;

/** Replies that wait for the host to read them; of a host that does not, further ones are lost. */
const MOST_REPLIES = 16;

/** Where a byte at port 60 came from. */
const FROM_CONTROLLER = 0;
const FROM_MOUSE_PORT = 1;

export interface ControllerParts {
  bus: Bus;
  clock: Clock;
  /** Cycles a second. */
  hertz: number;
  keyboardIrq: IrqLine;
  mouseIrq: IrqLine;
  /** The guest pulls the reset line. */
  onReset: () => void;
}

export class KeyboardController implements Stateful {
  readonly keyboard = new Keyboard();
  #status: number = STATUS.NO_LOCK;
  #mode: number = MODE.KEYBOARD_IRQ | MODE.MOUSE_IRQ;
  #output: number = OUTPUT.NO_RESET | OUTPUT.A20 | OUTPUT.CLOCKS_AND_DATA;
  #data = 0;
  /** The command whose parameter comes next at port 60; 0: it is for the keyboard. */
  #awaits = 0;
  /** Bytes of the controller's own: pairs of origin and byte. */
  readonly #replies: number[] = [];
  readonly #memory = new Uint8Array(32);
  readonly #translator = new Translator();
  #typing = "";
  readonly #parts: ControllerParts;
  readonly #typist: Timer;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#typist = parts.clock.timer(() => this.#typeNext());
    const ports: PortDevice = new BytePorts(
      (port) => this.#in(port),
      (port, value) => this.#out(port, value),
    );
    for (const port of [0x60, 0x64, 0x92]) parts.bus.mapPorts(port, port, ports);
  }

  /** Types a text on a US keyboard, key by key as time goes on. Throws a RangeError for a character without a key. */
  type(text: string): void {
    for (const character of text)
      if (!keystroke(character))
        throw new RangeError(`no key of a US keyboard types ${JSON.stringify(character)}`);
    const idle = this.#typing === "";
    this.#typing += text;
    if (idle && text !== "") this.#waitForTypist();
  }

  #waitForTypist(): void {
    const { clock, hertz } = this.#parts;
    clock.set(this.#typist, clock.now + Math.ceil(SECONDS_PER_KEY * hertz));
  }

  #typeNext(): void {
    const codes = keystroke(this.#typing[0] as string) as readonly number[];
    this.#typing = this.#typing.slice(1);
    if (this.keyboard.scanning) this.keyboard.send(...this.#inItsSet(codes));
    if (this.#typing !== "") this.#waitForTypist();
    this.#fill();
  }

  /** A keyboard that was set to set 1 translates by itself. */
  #inItsSet(codes: readonly number[]): number[] {
    if (this.keyboard.set === 2) return [...codes];
    const translator = new Translator();
    return codes.map((code) => translator.translate(code)).filter((code) => code !== undefined);
  }

  #in(port: number): number {
    if (port === 0x64) return this.#status;
    if (port === 0x92) return this.#output & OUTPUT.A20;
    const data = this.#data;
    this.#status &= ~(STATUS.FULL | STATUS.MOUSE | STATUS.TIMEOUT);
    this.#wire();
    this.#fill();
    return data;
  }

  #out(port: number, value: number): void {
    if (port === 0x92) {
      this.#output = (this.#output & ~OUTPUT.A20) | (value & OUTPUT.A20);
      if (value & 1) this.#parts.onReset();
    } else if (port === 0x64) {
      this.#status |= STATUS.COMMAND;
      this.#awaits = 0;
      this.#command(value);
    } else {
      this.#status &= ~STATUS.COMMAND;
      this.#write(value);
    }
    this.#fill();
  }

  #command(command: number): void {
    if (command >= 0x20 && command < 0x40) this.#reply(command === 0x20 ? this.#mode : this.#cell(command));
    else if (command >= 0x60 && command < 0x80) this.#awaits = command;
    else if (command >= 0xf0) this.#setOutput(this.#output & (command | 0xf0));
    else this.#named(command);
  }

  #cell(command: number): number {
    return this.#memory[command & 0x1f] as number;
  }

  #named(command: number): void {
    switch (command) {
      case 0xa7:
        this.#mode |= MODE.NO_MOUSE;
        break;
      case 0xa8:
        this.#mode &= ~MODE.NO_MOUSE;
        break;
      case 0xa9: // test the mouse port: no fault
      case 0xab: // test the keyboard port: no fault
        this.#reply(0);
        break;
      case 0xaa:
        this.#status |= STATUS.TESTED;
        this.#reply(0x55);
        break;
      case 0xad:
        this.#mode |= MODE.NO_KEYBOARD;
        break;
      case 0xae:
        this.#mode &= ~MODE.NO_KEYBOARD;
        break;
      case 0xc0: // input port: keyboard not locked
        this.#reply(0x80);
        break;
      case 0xd0:
        this.#reply(this.#output);
        break;
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        this.#awaits = command;
        break;
      case 0xdd:
        this.#setOutput(this.#output & ~OUTPUT.A20);
        break;
      case 0xdf:
        this.#setOutput(this.#output | OUTPUT.A20);
        break;
    }
  }

  /** A byte at port 60: a command's parameter, or one for the keyboard. */
  #write(value: number): void {
    const command = this.#awaits;
    this.#awaits = 0;
    if (command === 0) {
      this.#mode &= ~MODE.NO_KEYBOARD;
      this.keyboard.receive(value);
    } else if (command === 0x60) {
      this.#mode = value;
      this.#status = (this.#status & ~STATUS.TESTED) | (value & MODE.TESTED);
      this.#wire();
    } else if (command < 0x80) this.#memory[command & 0x1f] = value;
    else if (command === 0xd1) this.#setOutput(value);
    else if (command === 0xd2) this.#reply(value);
    else if (command === 0xd3) this.#reply(value, FROM_MOUSE_PORT);
    // D4, a byte for the mouse: nobody takes it, and the controller says "resend" after its timeout.
    else this.#reply(0xfe, FROM_MOUSE_PORT);
  }

  #setOutput(value: number): void {
    this.#output = value | OUTPUT.NO_RESET;
    if (!(value & OUTPUT.NO_RESET)) this.#parts.onReset();
  }

  #reply(byte: number, origin = FROM_CONTROLLER): void {
    if (this.#replies.length < 2 * MOST_REPLIES) this.#replies.push(origin, byte);
  }

  /** Puts the next byte at port 60 when there is room. */
  #fill(): void {
    if (this.#status & STATUS.FULL) return;
    const origin = this.#replies.shift();
    if (origin !== undefined) this.#show(this.#replies.shift() as number, origin);
    else this.#fillFromKeyboard();
  }

  #fillFromKeyboard(): void {
    if (this.#mode & MODE.NO_KEYBOARD) return;
    for (;;) {
      const code = this.keyboard.next();
      if (code === undefined) return;
      const byte = this.#mode & MODE.TRANSLATE ? this.#translator.translate(code) : code;
      if (byte !== undefined) {
        this.#show(byte, FROM_CONTROLLER);
        return;
      }
    }
  }

  #show(byte: number, origin: number): void {
    this.#data = byte;
    this.#status |= STATUS.FULL | (origin === FROM_MOUSE_PORT ? STATUS.MOUSE : 0);
    this.#wire();
  }

  #wire(): void {
    const full = (this.#status & STATUS.FULL) !== 0;
    const mouse = (this.#status & STATUS.MOUSE) !== 0;
    this.#parts.keyboardIrq.set(full && !mouse && (this.#mode & MODE.KEYBOARD_IRQ) !== 0);
    this.#parts.mouseIrq.set(full && mouse && (this.#mode & MODE.MOUSE_IRQ) !== 0);
  }

  save(out: StateWriter): void {
    out.section("i8042");
    for (const value of [this.#status, this.#mode, this.#output, this.#data, this.#awaits]) out.int(value);
    out.bytes(Uint8Array.from(this.#replies));
    out.array(this.#memory);
    out.flag(this.#translator.released);
    out.bytes(new TextEncoder().encode(this.#typing));
    out.double(this.#typist.deadline);
    this.keyboard.save(out);
  }

  load(from: StateReader): void {
    from.section("i8042");
    this.#status = from.int();
    this.#mode = from.int();
    this.#output = from.int();
    this.#data = from.int();
    this.#awaits = from.int();
    this.#replies.splice(0, this.#replies.length, ...from.bytes());
    from.array(this.#memory);
    this.#translator.released = from.flag();
    this.#typing = new TextDecoder().decode(from.bytes());
    this.#typist.deadline = from.double();
    this.keyboard.load(from);
  }
}
