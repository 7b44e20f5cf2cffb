/**
 * A VGA in text mode. Its memory at b8000 is plain RAM, so that writing to the screen costs a guest what writing memory
 * costs; this device holds the registers and reads the screen.
 *
 *     3c0/3c1 attributes · 3c2/3cc miscellaneous · 3c4/3c5 sequencer · 3c6–3c9 palette · 3ce/3cf graphics
 *     3d4/3d5 CRT controller (3b4/3b5 when monochrome) · 3da input status 1: bit 0 blanking, bit 3 vertical retrace
 *
 * (IBM VGA Technical Reference, "Registers".) Graphics modes can be programmed; nothing shows them.
 */
import type { Bus } from "../../bus.ts";
import type { Clock } from "../../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { BytePorts } from "../ports.ts";
import { Rate } from "../rate.ts";
import { CP437 } from "./cp437.ts";

const CRTC = { CHARACTER_HEIGHT: 0x09, START: 0x0c, CURSOR_SHAPE: 0x0a, CURSOR: 0x0e, END: 0x12 } as const;
const COLUMNS_LESS_ONE = 0x01;
const OVERFLOW = 0x07;
/** Miscellaneous bit 0: the CRT controller is at 3d4. */
const COLOUR = 1;

/** Timing of 640×400 (IBM VGA): a line has 800 dots of 25.175 MHz, a frame 449 lines, 400 of them seen. */
const DOTS_PER_SECOND = 25_175_000;
const DOTS = { LINE: 800, SEEN: 640 } as const;
const LINES = { FRAME: 449, SEEN: 400, RETRACE: 412, RETRACE_END: 414 } as const;

/** Bits that exist of each register of the sequencer and of the graphics controller. */
const SEQUENCER_BITS = [0x03, 0x3d, 0x0f, 0x3f, 0x0e];
const GRAPHICS_BITS = [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff];

/** Registers of one byte: indices of the register files, and those that stand alone. */
const BYTES = ["crtc", "sequencer", "graphics", "attribute", "miscellaneous", "mask"] as const;

/** One character on the screen with its attribute byte: 7 blink, 6–4 background, 3–0 foreground. */
export interface Cell {
  readonly character: string;
  readonly attribute: number;
}

export interface VgaParts {
  bus: Bus;
  clock: Clock;
  /** Cycles a second. */
  hertz: number;
}

export class Vga implements Stateful {
  readonly #crtc = new Uint8Array(32);
  readonly #sequencer = new Uint8Array(8);
  readonly #graphics = new Uint8Array(16);
  readonly #attributes = new Uint8Array(32);
  readonly #palette = new Uint8Array(768);
  readonly #byte: Record<(typeof BYTES)[number], number> = {
    crtc: 0,
    sequencer: 0,
    graphics: 0,
    attribute: 0,
    miscellaneous: COLOUR,
    mask: 0xff,
  };
  /** The next write to 3c0 is data. */
  #attributeData = false;
  /** Where the next palette byte is read and written: entry × 3 + colour. */
  readonly #dac = { read: 0, write: 0 };
  readonly #parts: VgaParts;
  readonly #dots: Rate;

  constructor(parts: VgaParts) {
    this.#parts = parts;
    this.#dots = new Rate(parts.hertz, DOTS_PER_SECOND);
    const ports = new BytePorts(
      (port) => this.#in(port),
      (port, value) => this.#out(port, value),
    );
    parts.bus.mapPorts(0x3b0, 0x3df, ports);
  }

  #in(port: number): number {
    const { crtc, sequencer, graphics, attribute, miscellaneous, mask } = this.#byte;
    switch (port) {
      case 0x3c0:
        return attribute;
      case 0x3c1:
        return this.#attributes[attribute & 31] as number;
      case 0x3c2: // input status 0: a monitor is there
        return 0x10;
      case 0x3c4:
        return sequencer;
      case 0x3c5:
        return this.#sequencer[sequencer] as number;
      case 0x3c6:
        return mask;
      case 0x3c8:
        return Math.floor(this.#dac.write / 3);
      case 0x3c9:
        return this.#palette[this.#step("read")] as number;
      case 0x3cc:
        return miscellaneous;
      case 0x3ce:
        return graphics;
      case 0x3cf:
        return this.#graphics[graphics] as number;
    }
    // The CRT controller and input status 1 answer at 3dx or 3bx, never at both.
    if (!this.#answers(port)) return 0xff;
    if ((port & 0xf) === 0xa) return this.#inputStatus();
    if ((port & 0xf) === 4) return crtc;
    return (port & 0xf) === 5 ? (this.#crtc[crtc] as number) : 0xff;
  }

  #out(port: number, value: number): void {
    const byte = this.#byte;
    switch (port) {
      case 0x3c0:
        if (this.#attributeData) this.#attributes[byte.attribute & 31] = value;
        else byte.attribute = value & 0x3f;
        this.#attributeData = !this.#attributeData;
        return;
      case 0x3c2:
        byte.miscellaneous = value;
        return;
      case 0x3c4:
        byte.sequencer = value & 7;
        return;
      case 0x3c5:
        this.#sequencer[byte.sequencer] = value & (SEQUENCER_BITS[byte.sequencer] ?? 0);
        return;
      case 0x3c6:
        byte.mask = value;
        return;
      case 0x3c7:
        this.#dac.read = value * 3;
        return;
      case 0x3c8:
        this.#dac.write = value * 3;
        return;
      case 0x3c9:
        this.#palette[this.#step("write")] = value & 0x3f;
        return;
      case 0x3ce:
        byte.graphics = value & 15;
        return;
      case 0x3cf:
        this.#graphics[byte.graphics] = value & (GRAPHICS_BITS[byte.graphics] ?? 0);
        return;
    }
    if (!this.#answers(port)) return;
    if ((port & 0xf) === 4) byte.crtc = value & 31;
    else if ((port & 0xf) === 5) this.#writeCrtc(byte.crtc, value);
  }

  #answers(port: number): boolean {
    return port >> 4 === (this.#byte.miscellaneous & COLOUR ? 0x3d : 0x3b);
  }

  /** Registers 0–7 are locked by bit 7 of register 11h, all but the line-compare bit of the overflow register. */
  #writeCrtc(index: number, value: number): void {
    const locked = index <= OVERFLOW && ((this.#crtc[0x11] as number) & 0x80) !== 0;
    if (!locked) this.#crtc[index] = value;
    else if (index === OVERFLOW) this.#crtc[index] = ((this.#crtc[index] as number) & ~0x10) | (value & 0x10);
  }

  #step(direction: "read" | "write"): number {
    const at = this.#dac[direction];
    this.#dac[direction] = (at + 1) % 768;
    return at;
  }

  /** The beam's place follows from the time. Reading also makes 3c0 expect an index. */
  #inputStatus(): number {
    this.#attributeData = false;
    const dot = this.#dots.ticks(this.#parts.clock.now);
    const line = Math.floor(dot / DOTS.LINE) % LINES.FRAME;
    const blank = line >= LINES.SEEN || dot % DOTS.LINE >= DOTS.SEEN;
    const retrace = line >= LINES.RETRACE && line < LINES.RETRACE_END;
    return (blank ? 1 : 0) | (retrace ? 8 : 0);
  }

  // The screen, as somebody in front of it sees it.

  get columns(): number {
    return this.#programmed ? (this.#crtc[COLUMNS_LESS_ONE] as number) + 1 : 80;
  }

  get rows(): number {
    if (!this.#programmed) return 25;
    const overflow = this.#crtc[OVERFLOW] as number;
    const lines = ((this.#crtc[CRTC.END] as number) | ((overflow & 2) << 7) | ((overflow & 0x40) << 3)) + 1;
    return Math.floor(lines / (((this.#crtc[CRTC.CHARACTER_HEIGHT] as number) & 31) + 1));
  }

  /** Firmware has set a mode. */
  get #programmed(): boolean {
    return this.#crtc[COLUMNS_LESS_ONE] !== 0;
  }

  /** Column and row, or undefined while it is off or outside. */
  get cursor(): { column: number; row: number } | undefined {
    const place = this.#word(CRTC.CURSOR) - this.#word(CRTC.START);
    const off = ((this.#crtc[CRTC.CURSOR_SHAPE] as number) & 0x20) !== 0;
    if (off || place < 0 || place >= this.columns * this.rows) return undefined;
    return { column: place % this.columns, row: Math.floor(place / this.columns) };
  }

  #word(high: number): number {
    return ((this.#crtc[high] as number) << 8) | (this.#crtc[high + 1] as number);
  }

  /** Row by row. */
  cells(): Cell[][] {
    const { columns, rows } = this;
    const { ram } = this.#parts.bus;
    const monochrome = (((this.#graphics[6] as number) >> 2) & 3) === 2;
    const base = monochrome ? 0xb0000 : 0xb8000;
    const start = this.#word(CRTC.START);
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        const at = base + ((2 * (start + row * columns + column)) & 0x7fff);
        return { character: CP437[ram[at] as number] as string, attribute: ram[at + 1] as number };
      }),
    );
  }

  /** The screen's text, a line each row, without the spaces at their ends. */
  text(): string[] {
    return this.cells().map((row) =>
      row
        .map(({ character }) => character)
        .join("")
        .trimEnd(),
    );
  }

  get #files(): Uint8Array[] {
    return [this.#crtc, this.#sequencer, this.#graphics, this.#attributes, this.#palette];
  }

  save(out: StateWriter): void {
    out.section("vga");
    for (const file of this.#files) out.array(file);
    for (const name of BYTES) out.int(this.#byte[name]);
    for (const value of [this.#dac.read, this.#dac.write]) out.int(value);
    out.flag(this.#attributeData);
  }

  load(from: StateReader): void {
    from.section("vga");
    for (const file of this.#files) from.array(file);
    for (const name of BYTES) this.#byte[name] = from.int();
    this.#dac.read = from.int();
    this.#dac.write = from.int();
    this.#attributeData = from.flag();
  }
}
