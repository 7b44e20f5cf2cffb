/** The two ports of lab 08: the guest's memory, and the shadows. Whatever a pager asks of them has an answer. */
import type { Guest, Place, Shadow, ShadowTable } from "./component.ts";
import { BASE, ENTRIES, FRAMES, frameOf, memoryOf, P, W, type World } from "./world.ts";

/** Host frames of shadows. */
const FIRST_SHADOW = 16;
const isIndex = (index: number) => index >= 0 && index < ENTRIES;

export class GuestMemory implements Guest {
  /** Frame · 1024 + index → word. */
  readonly #words: Map<number, number>;
  #root: number;
  readonly #devices: ReadonlySet<number>;

  constructor(world: World) {
    this.#words = memoryOf(world);
    this.#root = world.root;
    this.#devices = new Set(world.devices);
  }

  root(): number {
    return this.#root;
  }

  read(table: number, index: number): number {
    return isIndex(index) ? (this.#words.get(table * ENTRIES + index) ?? 0) : 0;
  }

  mark(table: number, index: number, bits: number): void {
    if (isIndex(index)) this.write(table, index, this.read(table, index) | bits);
  }

  isMemory(frame: number): boolean {
    return frame >= 0 && frame < FRAMES && !this.#devices.has(frame);
  }

  /** What the guest and its devices do. */
  write(frame: number, index: number, word: number): void {
    if (this.isMemory(frame)) this.#words.set(frame * ENTRIES + index, word);
  }

  /** All of its words. */
  words(): ReadonlyMap<number, number> {
    return this.#words;
  }

  loadCr3(root: number): void {
    this.#root = root;
  }
}

interface Table {
  readonly frame: number;
  readonly level: 1 | 2;
  readonly entries: Map<number, number>;
}

export class ShadowTables implements Shadow {
  /** By host frame. */
  readonly #tables = new Map<number, Table>();
  readonly #traced = new Set<number>();
  readonly #say: (wrong: string) => void;
  /** CR3 of the processor; 0 for none. */
  loaded = 0;

  constructor(say: (wrong: string) => void) {
    this.#say = say;
  }

  of(frame: number): ShadowTable[] {
    return [...this.#tables]
      .filter(([, shadow]) => shadow.frame === frame)
      .map(([table, { level }]) => ({ table, level }));
  }

  make(frame: number, level: 1 | 2): number {
    if (this.of(frame).some((shadow) => shadow.level === level))
      this.#say(`frame ${frame} has two shadows of level ${level}`);
    const table = FIRST_SHADOW + this.#tables.size;
    this.#tables.set(table, { frame, level, entries: new Map() });
    return table;
  }

  read(table: number, index: number): number {
    return this.#tables.get(table)?.entries.get(index) ?? 0;
  }

  write(table: number, index: number, entry: number): void {
    const entries = this.#tables.get(table)?.entries;
    if (entries === undefined || !isIndex(index)) return;
    if ((entry & P) === 0) entries.delete(index);
    else entries.set(index, entry);
  }

  present(table: number): number[] {
    return [...(this.#tables.get(table)?.entries.keys() ?? [])].sort((a, b) => a - b);
  }

  mappings(frame: number): Place[] {
    return [...this.#tables].flatMap(([table, { level }]) =>
      (level === 1 ? this.present(table) : [])
        .filter((index) => frameOf(this.read(table, index)) === this.host(frame))
        .map((index) => ({ table, index })),
    );
  }

  host(frame: number): number {
    return BASE + frame;
  }

  isTraced(frame: number): boolean {
    return this.#traced.has(frame);
  }

  trace(frame: number, on: boolean): void {
    if (on) this.#traced.add(frame);
    else this.#traced.delete(frame);
  }

  unsynced(): number[] {
    const frames = new Set([...this.#tables.values()].map(({ frame }) => frame));
    return [...frames].filter((frame) => !this.#traced.has(frame)).sort((a, b) => a - b);
  }

  load(table: number): void {
    if (this.#tables.get(table)?.level === 2) this.loaded = table;
    else this.#say(`the processor's CR3 leads to host frame ${table}, which is no directory's shadow`);
  }

  /** Frame of the guest's directory whose shadow is loaded. */
  get loadedFrame(): number | undefined {
    return this.#tables.get(this.loaded)?.frame;
  }

  /** What must never be. */
  inspect(guest: Guest): void {
    for (const { level, entries } of this.#tables.values())
      for (const entry of entries.values()) {
        const host = frameOf(entry);
        const frame = host - BASE;
        if (level === 2) {
          if (this.#tables.get(host)?.level !== 1)
            this.#say(`a directory's shadow leads to host frame ${host}, which is no page table's shadow`);
        } else if (!guest.isMemory(frame))
          this.#say(`a shadow maps host frame ${host}, which is no memory of the guest's`);
        else if ((entry & W) !== 0 && this.isTraced(frame))
          this.#say(`frame ${frame} is traced, and a shadow maps it writable`);
      }
  }
}
