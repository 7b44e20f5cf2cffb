/**
 * A guest that does with its page tables whatever comes to its mind, and a second model that knows nothing but the manual: what every
 * access may do, which error code, which A and D bits are left. A translation may be older than the tables only as a TLB's may: from its
 * last use to INVLPG or MOV CR3 (SDM Vol. 3, 4.10).
 */
import type { Gpa, Gva } from "../../../src/machine/address.ts";
import { PAGE_ROM, PAGE_TRACED } from "../../../src/machine/bus.ts";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { PROFILE } from "../../machine/mmu/board.ts";
import { type Machine, oracle, type Verdict } from "../../machine/mmu/oracle.ts";
import { ownPageWrong, pageWrong } from "./audit.ts";
import {
  DEVICE,
  Dice,
  indicesOf,
  MEMORY,
  PDPT,
  pagesOf,
  RESERVE,
  ROM,
  randomEntry,
  TABLES,
} from "./random-tables.ts";
import { type Access, AREA, Rig } from "./rig.ts";
import { type Page, permits, same, type Translation, translationOf } from "./translation.ts";

export interface Tally {
  events: number;
  faults: number;
  hidden: number;
  stale: number;
  emulated: number;
  traced: number;
}

export interface Kind {
  /** Shadows follow every write at once: they are never older than the tables. */
  readonly coherent?: boolean;
  /** Writes to the guest's tables may come as faults. */
  readonly traces?: boolean;
  /** The guest's own tables are in force: there are no shadows to look at, and no pages of the monitor's. */
  readonly nested?: boolean;
  /** Some of the guest's own tables are in force: shadows do not say all, and what a supervisor writes without WP there, V writes. */
  readonly agile?: boolean;
}

export class Campaign {
  readonly rig: Rig;
  readonly tally: Tally = { events: 0, faults: 0, hidden: 0, stale: 0, emulated: 0, traced: 0 };
  readonly #dice: Dice;
  /** What the oracle believes of the processor. */
  readonly #cpu: Machine = {
    ...{ format: "ia32", root: 0, pdptes: PDPT, pse: true, nxe: true },
    ...{ writeProtect: true, smep: false, smap: false, ac: false, user: false },
    ...{ physicalBits: PROFILE.physicalBits, gigabytePages: PROFILE.gigabytePages },
  };
  #paging = true;
  #pages: Page[] = [];
  /** Addresses of the words of tables that are used, and what they hold. */
  #words: number[] = [];
  #mirror = new Int32Array(0);
  readonly #coherent: boolean;
  readonly #traces: boolean;
  readonly #nested: boolean;
  readonly #agile: boolean;

  constructor(
    factory: PagerFactory,
    seed: number,
    { coherent = false, traces = coherent, nested = false, agile = false }: Kind = {},
  ) {
    this.rig = new Rig(factory, { memory: MEMORY, reserve: RESERVE, area: !nested });
    this.#nested = nested;
    this.#agile = agile;
    this.#dice = new Dice(seed);
    this.#coherent = coherent;
    this.#traces = traces;
    const { bus } = this.rig.host.machine;
    bus.setFlag(ROM, PAGE_ROM);
    bus.mapMmio(DEVICE * 4096, 4096, {
      // What the oracle sees there too.
      read: (offset, size) => (size === 4 ? bus.view.getUint32(DEVICE * 4096 + offset, true) : 0),
      write: () => {},
    });
    this.#mode();
  }

  /** Does `events` things. Throws an error that tells the first one that went wrong. */
  run(events: number): void {
    for (let i = 0; i < events; i++) {
      this.tally.events++;
      const dice = this.#dice.below(1000);
      if (dice < 600) this.#access();
      else if (dice < 850) this.#edit();
      else if (dice < 920) this.#invlpg();
      else if (dice < 960) this.#load();
      else if (dice < 995) this.#protect();
      else if (dice < 998) this.#mode();
      else this.#audit();
    }
    this.#audit();
  }

  get #wide(): boolean {
    return this.#cpu.format !== "ia32";
  }

  get #entryBytes(): number {
    return this.#wide ? 8 : 4;
  }

  /** Another paging mode: everything begins anew. */
  #mode(): void {
    this.#cpu.format = this.#dice.one(["ia32", "ia32", "pae", "ia32e"] as const);
    this.#paging = !this.#dice.chance(8) || this.#cpu.format === "ia32e";
    this.#cpu.pse = this.#wide || this.#dice.chance(80);
    this.#cpu.nxe = this.#wide && this.#dice.chance(75);
    this.#pages = pagesOf(this.#cpu.format);
    const indices = indicesOf(this.#cpu.format);
    this.#words = [];
    for (const frame of TABLES)
      for (const index of indices)
        for (let half = 0; half < this.#entryBytes; half += 4)
          this.#words.push(frame * 4096 + index * this.#entryBytes + half);
    for (const frame of TABLES)
      this.rig.host.machine.bus.dmaWrite((frame * 4096) as Gpa, new Uint8Array(4096));
    for (const frame of TABLES) for (const index of indices) this.#writeEntry(frame, index, "dma");
    this.#mirror = new Int32Array(this.#words.length);
    // The root is there before the mode that loads PDPTEs.
    this.#makeRoot();
    this.rig.control({ format: "none" });
    this.#loadRoot();
    this.#control();
    this.#forget();
    this.#remember();
  }

  #control(): void {
    this.rig.control({
      format: this.#paging ? this.#cpu.format : "none",
      ...{ writeProtect: this.#cpu.writeProtect, pse: this.#cpu.pse, nxe: this.#cpu.nxe },
      ...{ smep: this.#cpu.smep, smap: this.#cpu.smap },
    });
  }

  #makeRoot(): void {
    if (this.#cpu.format !== "pae") {
      this.#cpu.root = this.#dice.one(TABLES) * 4096;
      return;
    }
    this.#cpu.root = PDPT;
    for (let i = 0; i < 4; i++)
      this.rig.dma(PDPT + 8 * i, (this.#dice.one(TABLES) * 4096) | (this.#dice.chance(90) ? 1 : 0), 0);
  }

  #loadRoot(): void {
    this.rig.load(this.#cpu.root);
  }

  #forget(): void {
    for (const page of this.#pages) page.stale = [];
  }

  #load(): void {
    if (this.#dice.chance(70)) this.#makeRoot();
    this.#loadRoot();
    this.#forget();
  }

  #protect(): void {
    this.#cpu.writeProtect = this.#dice.chance(70);
    this.#cpu.smep = this.#dice.chance(30);
    this.#cpu.smap = this.#dice.chance(30);
    this.#control();
  }

  #writeEntry(frame: number, index: number, how: "dma" | "V"): void {
    const at = frame * 4096 + index * this.#entryBytes;
    const [low, high] = randomEntry(this.#dice, this.#cpu.nxe);
    const { bus } = this.rig.host.machine;
    // What is a table may be looked at as data too: a device there, or nothing, holds no entries.
    if (how === "dma") this.rig.dma(at, low, this.#wide ? high : undefined);
    else if (this.#wide && this.#dice.chance(50)) bus.write64(at as Gpa, low, high);
    else {
      bus.write(at as Gpa, low >>> 0, 4);
      if (this.#wide) bus.write((at + 4) as Gpa, high >>> 0, 4);
    }
  }

  #edit(): void {
    this.#age();
    const indices = indicesOf(this.#cpu.format);
    this.#writeEntry(this.#dice.one(TABLES), this.#dice.one(indices), this.#dice.one(["dma", "V"] as const));
    this.#remember();
  }

  #invlpg(): void {
    const page = this.#dice.one(this.#pages);
    this.rig.invalidate(page.at);
    for (const other of this.#pages)
      other.stale = other.stale.filter(({ shift }) => {
        if (other === page) return false;
        const region = (at: Gva) => Math.floor(at / 2 ** shift);
        return shift === 12 || region(other.at) !== region(page.at);
      });
  }

  #expect(page: Page, access: Access): Verdict {
    if (!this.#paging) return { error: undefined, physical: page.low, entries: new Map(), way: [], shift: 0 };
    const { kind, implicit = false, user = false, ac = false } = access;
    this.#cpu.user = user;
    this.#cpu.ac = ac;
    return oracle(this.rig.view, this.#cpu, { kind, implicit }, page.low, page.high);
  }

  #translation(page: Page): Translation | undefined {
    return this.#paging ? translationOf(this.rig.view, this.#cpu, page) : undefined;
  }

  /** The tables are about to change: what a TLB may know of them is now old. */
  #age(): void {
    for (const page of this.#pages) {
      const now = this.#translation(page);
      if (now === undefined || !now.accessed) continue;
      if (!page.stale.some((old) => same(old, now))) page.stale.push(now);
    }
  }

  #remember(): void {
    const { view } = this.rig;
    this.#words.forEach((at, i) => {
      this.#mirror[i] = view.getInt32(at, true);
    });
  }

  #access(): void {
    const { rig, tally } = this;
    const page = this.#dice.one(this.#pages);
    const kind = this.#dice.one(["read", "read", "write", "write", "fetch"] as const);
    const user = this.#dice.chance(40);
    const implicit = kind !== "fetch" && this.#dice.chance(15);
    const offset =
      this.#entryBytes * this.#dice.one(indicesOf(this.#cpu.format)) +
      (this.#wide && this.#dice.chance(30) ? 4 : 0);
    const value =
      (offset & 4) !== 0 && this.#wide
        ? randomEntry(this.#dice, this.#cpu.nxe)[1]
        : randomEntry(this.#dice, this.#cpu.nxe)[0];
    const access: Access = { kind, implicit, user, ac: this.#cpu.smap && this.#dice.chance(50), value };
    const at = (page.at + offset) as Gva;
    // The monitor's own pages are there for its own ring, which is not the guest's.
    if (this.#isOwn(page) && (implicit || !user) && this.#inOwnFormat(page)) return;
    const want = this.#expect({ ...page, low: page.low + offset }, access);
    const old = page.stale.filter((one) => permits(one, this.#cpu, access));
    const used = kind === "write" ? this.#translation(page) : undefined;
    if (kind === "write") this.#age();
    const before =
      kind === "write" && want.error === undefined && this.#isRam(want.physical) ? want.physical : -1;
    const { error, physical, by, traced, faults } = rig.access(at, access);
    tally.hidden += by === "P" ? faults : 0;
    if (by === "V") tally.emulated++;
    if (traced) tally.traced++;
    const report = () =>
      JSON.stringify({
        ...{
          event: tally.events,
          format: this.#cpu.format,
          paging: this.#paging,
          page: page.at.toString(16),
          offset,
          access,
        },
        ...{ WP: this.#cpu.writeProtect, SMEP: this.#cpu.smep, SMAP: this.#cpu.smap, NXE: this.#cpu.nxe },
        ...{ want: { ...want, entries: [...want.entries] }, got: { error, physical, by, traced, faults } },
        stale: page.stale,
      });
    if (error !== undefined) {
      tally.faults++;
      if (error !== want.error) throw new Error(`not that fault: ${report()}`);
      this.#compare(want.entries, -1, 0, report);
      return;
    }
    const fresh = want.error === undefined && physical === want.physical;
    if (fresh && by === "V" && !this.#mustEmulate(page, physical, access, traced))
      throw new Error(`emulated without need: ${report()}`);
    const frame = Math.floor((physical as number) / 4096);
    if (by === "P" && kind === "write" && ((rig.host.machine.bus.pages[frame] as number) & PAGE_TRACED) !== 0)
      throw new Error(`written without its pager's knowledge: ${report()}`);
    if (fresh && this.#matches(want.entries, before, value)) {
      // Should it have written to its own way: a TLB has seen that with its marks.
      if (used !== undefined) page.stale.push({ ...used, accessed: true, dirty: true });
      this.#remember();
      return;
    }
    const from = by === "P" ? old.find((one) => one.page + offset === physical) : undefined;
    if (from === undefined) throw new Error(`not that result: ${report()}`);
    tally.stale++;
    this.#compare(new Map(), kind === "write" ? (physical as number) : -1, value, report);
  }

  /** One of the monitor's own pages. */
  #isOwn(page: Page): boolean {
    return !this.#nested && AREA.includes(page.at);
  }

  #inOwnFormat(page: Page): boolean {
    return this.#cpu.format !== "ia32e" || page.high === 0xffff;
  }

  #isRam(at: number): boolean {
    const frame = Math.floor(at / 4096);
    return at < this.rig.view.byteLength && frame !== ROM && frame !== DEVICE;
  }

  /** Devices, ROM to be written, the monitor's pages, tables of which none is in RAM; and what guest-walk.ts says of SMAP, SMEP and WP. */
  #mustEmulate(page: Page, physical: number, access: Access, traced: boolean): boolean {
    const { kind } = access;
    const frame = Math.floor(physical / 4096);
    if (physical >= this.rig.view.byteLength || frame === DEVICE || (frame === ROM && kind === "write"))
      return true;
    if (this.#isOwn(page)) return true;
    if (this.#nested) return this.#tablesBeyondRam(page);
    if (traced) return kind === "write" && this.#traces;
    if (this.#cpu.smap && (access.ac || kind === "fetch")) return true;
    const lifted = kind === "write" && !this.#cpu.writeProtect;
    if (lifted && (this.#agile || this.#cpu.smap || this.#cpu.smep)) return true;
    return this.#traces && this.#tablesBeyondRam(page);
  }

  #tablesBeyondRam(page: Page): boolean {
    return this.#expect(page, { kind: "read" }).way.some((at) => !this.#isRam(at));
  }

  /** The tables hold what they held, but for marks and one written word. */
  #matches(entries: Map<number, number>, written: number, value: number): boolean {
    const { view } = this.rig;
    for (let i = 0; i < this.#words.length; i++) {
      const at = this.#words[i] as number;
      const marked = entries.get(at) ?? (this.#mirror[i] as number);
      // Marks are set before the word is written.
      if (view.getInt32(at, true) !== (at === written ? value : marked | 0)) return false;
    }
    return true;
  }

  #compare(entries: Map<number, number>, written: number, value: number, report: () => string): void {
    if (!this.#matches(entries, written, value))
      throw new Error(`tables are not as they should be: ${report()}`);
    this.#remember();
  }

  /** P's tables grant no more than the guest's do or did, and nothing but the guest's memory. */
  #audit(): void {
    const { rig } = this;
    if (!rig.areaIntact) throw new Error(`the monitor's memory was written, at event ${this.tally.events}`);
    if (!this.#paging || this.#nested || this.#agile) return;
    for (const page of this.#pages) {
      const now = this.#translation(page);
      const known = [...(now === undefined ? [] : [now]), ...(this.#coherent ? [] : page.stale)];
      const own = this.#isOwn(page) && this.#inOwnFormat(page);
      const wrong = own ? ownPageWrong(rig, page) : pageWrong(rig, this.#cpu, page, known);
      if (wrong === undefined) continue;
      throw new Error(
        `${wrong}: event ${this.tally.events}, page ${page.at.toString(16)}: ${rig.shadow(page.at)}, ` +
          JSON.stringify({ now, stale: page.stale, format: this.#cpu.format, WP: this.#cpu.writeProtect }),
      );
    }
  }
}
