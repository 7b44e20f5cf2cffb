/**
 * What is right, as naively as it can be said; not the reference solution. It has no tables: a shadow is a list of what was filled in. With a
 * slip: what somebody does who misread a clause.
 */
import {
  A,
  addressOf,
  atFrame,
  byMonitor,
  D,
  ENTRIES,
  type Event,
  FRAMES,
  frameOf,
  logged,
  memoryOf,
  P,
  pageFault,
  tableLines,
  U,
  W,
  type World,
} from "./world.ts";

export const SLIPS = [
  "forgets whether it was a write",
  "forgets whether it was the user",
  "never says that it was present",
  "the page alone decides",
  "marks nothing",
  "never marks dirty",
  "marks before it permits",
  "marks the directory last",
  "writable before it is dirty",
  "the page's rights in the directory",
  "the directory permits everything",
  "emulates no device",
  "new tables stay writable",
  "maps tables writable",
  "emulates nothing",
  "never follows",
  "follows what was not accessed",
  "old links stay",
  "empties at CR3",
  "emulates page tables",
  "lets directories go",
  "never syncs at CR3",
  "syncs without a trace",
  "never rereads at INVLPG",
  "syncs all at INVLPG",
  "links what is old",
] as const;
export type Slip = (typeof SLIPS)[number];

/** No mistake, but another pager: it traces nothing, and forgets everything at CR3. */
export const FORGETFUL = "a pager without a memory";
type Way = Slip | typeof FORGETFUL;

interface Line {
  /** Of the guest: the page table, or the page. */
  readonly to: number;
  readonly writable: boolean;
  readonly user: boolean;
}

class Model {
  readonly words: Map<number, number>;
  exits = 0;
  readonly log: string[] = [];
  readonly #slip: Way | undefined;
  readonly #devices: readonly number[];
  /** "level/frame" → index → what was filled in. */
  readonly #shadows = new Map<string, Map<number, Line>>();
  readonly #traced = new Set<number>();
  #root = 0;

  constructor(world: World, slip: Way | undefined) {
    this.words = memoryOf(world);
    this.#devices = world.devices;
    this.#slip = slip;
    this.cr3(world.root);
  }

  do(event: Event): void {
    if (event.kind === "cr3") this.cr3(event.root);
    else if (event.kind === "device") this.#store(event.frame, event.index, event.entry);
    else if (event.kind === "invlpg") this.#invlpg(event.at);
    else {
      const before = this.exits;
      const end = this.#access(event, 1);
      this.log.push(logged(event, end, this.exits - before));
    }
  }

  cr3(root: number): void {
    this.exits++;
    this.#root = root;
    if (this.#is("empties at CR3") || this.#is(FORGETFUL)) {
      this.#shadows.clear();
      this.#traced.clear();
    }
    if (this.#slip !== "never syncs at CR3") this.#syncAll();
    this.#shadow(2, root);
  }

  #is(slip: Way): boolean {
    return this.#slip === slip;
  }

  #word(frame: number, index: number): number {
    return this.words.get(frame * ENTRIES + index) ?? 0;
  }

  #mark(frame: number, index: number, bits: number): void {
    if (!this.#is("marks nothing")) this.words.set(frame * ENTRIES + index, this.#word(frame, index) | bits);
  }

  #isMemory(frame: number): boolean {
    return frame < FRAMES && !this.#devices.includes(frame);
  }

  #known(level: 1 | 2, frame: number): Map<number, Line> | undefined {
    return this.#shadows.get(`${level}/${frame}`);
  }

  #shadow(level: 1 | 2, frame: number): Map<number, Line> {
    const known = this.#known(level, frame);
    if (known !== undefined) return known;
    const made = new Map<number, Line>();
    this.#shadows.set(`${level}/${frame}`, made);
    this.#trace(frame, this.#is("new tables stay writable"));
    return made;
  }

  #trace(frame: number, stayWritable: boolean): void {
    if (!this.#is(FORGETFUL)) this.#traced.add(frame);
    for (const [key, lines] of stayWritable || this.#is(FORGETFUL) ? [] : this.#shadows)
      for (const [index, line] of key.startsWith("1/") ? lines : [])
        if (line.to === frame) lines.set(index, { ...line, writable: false });
  }

  #leaf(entry: number): Line {
    const to = frameOf(entry);
    const dirty = (entry & D) !== 0 || this.#is("writable before it is dirty");
    const free = !this.#traced.has(to) || this.#is("maps tables writable");
    return { to, writable: (entry & W) !== 0 && dirty && free, user: (entry & U) !== 0 };
  }

  #follow(frame: number, index: number): void {
    const entry = this.#word(frame, index);
    const accessed = (entry & A) !== 0 || this.#is("follows what was not accessed");
    const usable = (entry & P) !== 0 && accessed && this.#isMemory(frameOf(entry));
    if (usable) this.#known(1, frame)?.set(index, this.#leaf(entry));
    else this.#known(1, frame)?.delete(index);
    if (!this.#is("old links stay")) this.#known(2, frame)?.delete(index);
  }

  #sync(frame: number): void {
    const lines = this.#known(1, frame);
    if (lines === undefined || this.#traced.has(frame) || this.#is(FORGETFUL)) return;
    if (!this.#is("syncs without a trace")) this.#trace(frame, false);
    for (const index of [...lines.keys()]) this.#follow(frame, index);
  }

  #syncAll(): void {
    for (let frame = 0; frame < FRAMES; frame++) this.#sync(frame);
  }

  #invlpg(at: string): void {
    this.exits++;
    const { directory, page } = addressOf(at);
    const upper = this.#word(this.#root, directory);
    const table = frameOf(upper);
    if (this.#is("syncs all at INVLPG")) this.#syncAll();
    else if ((upper & P) !== 0 && !this.#is("never rereads at INVLPG"))
      if (this.#known(1, table) !== undefined && !this.#traced.has(table)) this.#follow(table, page);
  }

  #store(frame: number, index: number, word: number): void {
    if (!this.#isMemory(frame)) return;
    this.words.set(frame * ENTRIES + index, word);
    if (this.#traced.has(frame) && !this.#is("never follows")) this.#follow(frame, index);
  }

  #access(event: Extract<Event, { at: string }>, tries: number): string {
    const { directory, page } = addressOf(event.at);
    const write = event.kind !== "read";
    const user = "user" in event && event.user === true;
    const upper = this.#known(2, this.#root)?.get(directory);
    const leaf = upper && this.#known(1, upper.to)?.get(page);
    const permitted = (line: Line) => (!write || line.writable) && (!user || line.user);
    if (upper !== undefined && leaf !== undefined && permitted(upper) && permitted(leaf)) {
      if (event.kind === "store") this.words.set(leaf.to * ENTRIES + event.index, event.entry);
      return atFrame(leaf.to);
    }
    this.exits++;
    if (tries > 4) return "again and again";
    const end = this.#fault(directory, page, write, user);
    if (end === undefined) return this.#access(event, tries + 1);
    if (typeof end === "string") return end;
    if (event.kind === "store") this.#store(end.emulate, event.index, event.entry);
    return byMonitor(end.emulate);
  }

  /** What the guest sees, or the frame where the monitor carries out the access, or undefined: again. */
  #fault(
    directory: number,
    page: number,
    write: boolean,
    user: boolean,
  ): string | { emulate: number } | undefined {
    const error =
      (write && !this.#is("forgets whether it was a write") ? 2 : 0) |
      (user && !this.#is("forgets whether it was the user") ? 4 : 0);
    const last = this.#is("marks the directory last");
    const upper = this.#word(this.#root, directory);
    if ((upper & P) === 0) return pageFault(error);
    if (!last) this.#mark(this.#root, directory, A);
    const table = frameOf(upper);
    const entry = this.#word(table, page);
    if ((entry & P) === 0) return pageFault(error);
    const marks = () => this.#mark(table, page, write && !this.#is("never marks dirty") ? A | D : A);
    if (this.#is("marks before it permits")) marks();
    const both = this.#is("the page alone decides") ? entry : upper & entry;
    if ((write && (both & W) === 0) || (user && (both & U) === 0))
      return pageFault(error | (this.#is("never says that it was present") ? 0 : 1));
    if (last) this.#mark(this.#root, directory, A);
    marks();

    const frame = frameOf(entry);
    if (!this.#isMemory(frame) && !this.#is("emulates no device")) return { emulate: frame };
    if (write && this.#traced.has(frame)) {
      const emulates =
        this.#known(2, frame) !== undefined
          ? !this.#is("lets directories go")
          : this.#is("emulates page tables");
      if (emulates && !this.#is("emulates nothing")) return { emulate: frame };
      if (!this.#is("emulates nothing") || this.#known(2, frame) === undefined) this.#traced.delete(frame);
    }
    const top = this.#shadow(2, this.#root);
    const below = this.#shadow(1, table);
    if (top.get(directory)?.to !== table && !this.#is("links what is old")) this.#sync(table);
    const rights = this.#is("the page's rights in the directory") ? entry : upper;
    const all = this.#is("the directory permits everything");
    top.set(directory, { to: table, writable: all || (rights & W) !== 0, user: all || (rights & U) !== 0 });
    below.set(page, this.#leaf(this.#word(table, page)));
    return undefined;
  }
}

/** The lines that the scenario `guest` shows. */
export function guestLines(world: World, slip?: Way): string[] {
  const model = new Model(world, slip);
  for (const event of world.events) model.do(event);
  return [...model.log, ...tableLines(model.words), `exits: ${model.exits}`];
}
