/**
 * The EEPROM: 64 words, read at once by EERD or bit by bit over the four wires of a 93C46 in EECD (5.3, 5.6, 13.4.3 and 13.4.4):
 *
 *     EECD   0 clock │ 1 chip select │ 2 data in │ 3 data out │ 6 request │ 7 grant │ 8 present
 *     EERD   0 start │ 4 done │ 15 … 8 word │ 31 … 16 data
 *
 *     select ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔
 *     in     1 │ 1 0 │ a5 a4 a3 a2 a1 a0 │                      start bit, opcode "read", word
 *     out                             0 │ d15 d14 … d0 │ d15 …  a zero, the word, the next ones
 *
 * Writing is not modelled: the chip stays write-protected, as after power-on (5.3.2).
 */
import { loadFields, saveFields } from "../../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";

const WORDS = 64;
/** The sum of all words (5.6.35). */
const SUM = 0xbaba;
const [CLOCK, SELECT, IN, OUT] = [1, 2, 4, 8] as const;
const GRANT_AND_PRESENT = 0x180;
/** Pins and bits of EECD that keep what is written. */
const KEPT = 0x77;
const START = 1;
const DONE = 0x10;
/** Start bit, opcode of two bits, address of six. */
const COMMAND_BITS = 9;
const READ = 0b110;

/** Words of the map that say what the controller is (5.6). */
function contents(mac: readonly number[]): Uint16Array {
  const words = new Uint16Array(WORDS).fill(0xffff);
  for (let i = 0; i < 3; i++) words[i] = (mac[2 * i] as number) | ((mac[2 * i + 1] as number) << 8);
  words[0x0a] = 0x4408; // initialization control: vendor's IDs are valid
  words.set([0x001e, 0x8086, 0x100e, 0x8086, 0x3040], 0x0b);
  words[WORDS - 1] = 0;
  const sum = words.reduce((a, b) => a + b, 0);
  words[WORDS - 1] = SUM - sum;
  return words;
}

export class Eeprom implements Stateful {
  pins = 0;
  /** Bits that came in since the start bit, that one included. */
  shift = 0;
  count = 0;
  reading = false;
  /** The bit that is on the data pin, counted from the first of word 0. */
  position = 0;
  eerd = 0;
  readonly words: Uint16Array;

  constructor(mac: readonly number[]) {
    this.words = contents(mac);
  }

  get eecd(): number {
    return this.pins | GRANT_AND_PRESENT | (this.#out() ? OUT : 0);
  }

  set eecd(value: number) {
    const before = this.pins;
    this.pins = value & KEPT;
    if (!(value & SELECT) || !(before & SELECT)) this.#deselect();
    else if (value & CLOCK & ~before) this.#clock((value & IN) !== 0);
  }

  readWord(eerd: number): void {
    const word = (eerd >>> 8) & 0xff;
    this.eerd = (eerd & 0xff00) | (eerd & START ? DONE | ((this.words[word] ?? 0xffff) << 16) : 0);
  }

  reset(): void {
    this.pins = this.eerd = 0;
    this.#deselect();
  }

  #deselect(): void {
    this.shift = this.count = this.position = 0;
    this.reading = false;
  }

  #clock(bit: boolean): void {
    if (this.reading) this.position = (this.position + 1) % (16 * WORDS);
    else if (this.count < COMMAND_BITS && (bit || this.count > 0)) {
      this.shift = (this.shift << 1) | (bit ? 1 : 0);
      this.count++;
      if (this.count < COMMAND_BITS || this.shift >> 6 !== READ) return;
      this.reading = true;
      // One before the word's first bit: the zero.
      this.position = 16 * (this.shift & (WORDS - 1)) - 1;
      this.count = 0;
    }
  }

  /** High while there is nothing to read: the chip is ready. */
  #out(): boolean {
    if (!this.reading) return true;
    if (this.count === 0 && this.position % 16 === 15 && this.#first) return false;
    return (((this.words[this.position >> 4] as number) >> (15 - (this.position & 15))) & 1) !== 0;
  }

  get #first(): boolean {
    return this.position === 16 * (this.shift & (WORDS - 1)) - 1;
  }

  save(out: StateWriter): void {
    saveFields(out, this, "pins shift count reading position eerd");
  }

  load(from: StateReader): void {
    loadFields(from, this, "pins shift count reading position eerd");
  }
}
