/** A PS/2 keyboard: its commands, its queue of bytes for the controller (IBM PS/2 Technical Reference, "Keyboards"). */
import type { StateReader, StateWriter } from "../../state.ts";

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
/** Bytes that the keyboard remembers; what comes on top of them is lost. */
const MOST_WAITING = 16;
/** Commands that are followed by one byte. */
const SET_LEDS = 0xed;
const SCAN_CODE_SET = 0xf0;
const TYPEMATIC = 0xf3;

export class Keyboard {
  readonly #queue: number[] = [];
  /** Scroll, Num and Caps Lock lights: bits 0, 1, 2. */
  leds = 0;
  /** It sends what is typed. */
  scanning = true;
  #set = 2;
  /** The command whose parameter comes next; 0: none. */
  #awaits = 0;

  /** The next byte for the controller. */
  next(): number | undefined {
    return this.#queue.shift();
  }

  /** Sends bytes, all of them or, when there is no room, none. */
  send(...bytes: number[]): void {
    if (this.#queue.length + bytes.length <= MOST_WAITING) this.#queue.push(...bytes);
  }

  /** A byte from the host. */
  receive(byte: number): void {
    if (this.#awaits) this.#parameter(byte);
    else this.#command(byte);
  }

  #command(byte: number): void {
    switch (byte) {
      case SET_LEDS:
      case SCAN_CODE_SET:
      case TYPEMATIC:
        this.#awaits = byte;
        this.send(ACKNOWLEDGE);
        break;
      case 0xee: // echo
        this.send(byte);
        break;
      case 0xf2: // identify: an MF2 keyboard
        this.send(ACKNOWLEDGE, 0xab, 0x83);
        break;
      case 0xf4:
        this.scanning = true;
        this.send(ACKNOWLEDGE);
        break;
      case 0xf5:
      case 0xf6:
        this.#defaults();
        this.scanning = byte === 0xf6;
        this.send(ACKNOWLEDGE);
        break;
      case 0xff:
        this.#defaults();
        this.#queue.length = 0;
        this.send(ACKNOWLEDGE, SELF_TEST_PASSED);
        break;
      default:
        this.send(RESEND);
    }
  }

  #parameter(byte: number): void {
    const command = this.#awaits;
    this.#awaits = 0;
    if (command === SCAN_CODE_SET && byte > 2) {
      this.send(RESEND);
      return;
    }
    this.send(ACKNOWLEDGE);
    if (command === SET_LEDS) this.leds = byte & 7;
    if (command !== SCAN_CODE_SET) return;
    if (byte === 0) this.send(this.#set);
    else this.#set = byte;
  }

  #defaults(): void {
    this.#set = 2;
    this.scanning = true;
  }

  /** 1 or 2: the scan code set that the host has chosen. */
  get set(): number {
    return this.#set;
  }

  save(out: StateWriter): void {
    out.bytes(Uint8Array.from(this.#queue));
    for (const value of [this.leds, this.#set, this.#awaits]) out.int(value);
    out.flag(this.scanning);
  }

  load(from: StateReader): void {
    this.#queue.splice(0, this.#queue.length, ...from.bytes());
    this.leds = from.int();
    this.#set = from.int();
    this.#awaits = from.int();
    this.scanning = from.flag();
  }
}
