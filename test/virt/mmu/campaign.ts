/**
 * A guest that does with its page tables whatever comes to its mind, and a second model that knows nothing but the manual: what every
 * access may do, which error code, which A and D bits are left. A translation may be older than the tables only as a TLB's may: from its
 * last use to INVLPG or MOV CR3 (SDM Vol. 3, 4.10).
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Gpa, Gva } from "../../../src/machine/address.ts";
import { PAGE_ROM, PAGE_TRACED } from "../../../src/machine/bus.ts";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { PROFILE } from "../../machine/mmu/board.ts";
import { type Machine, oracle, type Verdict } from "../../machine/mmu/oracle.ts";
import { type Access, AREA, MIB, Rig } from "./rig.ts";

/** Frames: some are tables of any level and data as well, some are data; one is ROM, one a device; PAE's PDPT has its own. */
const TABLES = [0x10, 0x11, 0x12, 0x13, 0x14, 0x15];
const DATA = [0x20, 0x21, 0x22, 0x23];
const ROM = 0x24;
const DEVICE = 0x25;
const PDPT = 0x30000;
/** No RAM there: above the guest's, within the host's; beyond the host's; beyond 4 GiB. */
const NOWHERE = [0x100, 0x1ff, 0x40000, 0x100000];
/** Entries that are used: small pages of an identity-mapped large page meet tables, data and the device. */
const LAST = { ia32: 1023, pae: 511, ia32e: 511 };
const SMALL = [0x11, 0x21, 0x25];

const ANY_READ = { kind: "read", implicit: false } as const;

/** What a TLB may hold of a page. */
interface Translation {
  readonly page: number;
  readonly shift: number;
  readonly user: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly dirty: boolean;
  readonly accessed: boolean;
}

interface Page {
  readonly at: Gva;
  readonly low: number;
  readonly high: number;
  stale: Translation[];
}

export interface Tally {
  events: number;
  faults: number;
  hidden: number;
  stale: number;
  emulated: number;
  traced: number;
}

export class Campaign {
  readonly rig: Rig;
  readonly tally: Tally = { events: 0, faults: 0, hidden: 0, stale: 0, emulated: 0, traced: 0 };
  readonly #random;
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
  /** Shadows follow every write at once: they are never older than the tables. */
  readonly #coherent: boolean;

  constructor(factory: PagerFactory, seed: number, { coherent = false, reserve = MIB } = {}) {
    this.rig = new Rig(factory, { reserve });
    this.#random = xoroshiro128plus(seed);
    this.#coherent = coherent;
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
      const dice = this.#below(1000);
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

  #below(n: number): number {
    return uniformInt(this.#random, 0, n - 1);
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #chance(percent: number): boolean {
    return this.#below(100) < percent;
  }

  get #wide(): boolean {
    return this.#cpu.format !== "ia32";
  }

  get #entryBytes(): number {
    return this.#wide ? 8 : 4;
  }

  /** Another paging mode: everything begins anew. */
  #mode(): void {
    this.#cpu.format = this.#one(["ia32", "ia32", "pae", "ia32e"] as const);
    this.#paging = !this.#chance(8) || this.#cpu.format === "ia32e";
    this.#cpu.pse = this.#wide || this.#chance(80);
    this.#cpu.nxe = this.#wide && this.#chance(75);
    const last = LAST[this.#cpu.format];
    const small = [...SMALL, last];
    const places =
      this.#cpu.format === "ia32"
        ? [[0, 1, last], small]
        : this.#cpu.format === "pae"
          ? [[0, 3], [0, last], small]
          : [[0, last], [0, last], [0, last], small];
    this.#pages = [];
    const shifts = { ia32: [22, 12], pae: [30, 21, 12], ia32e: [39, 30, 21, 12] }[this.#cpu.format];
    const build = (level: number, address: number): void => {
      if (level < places.length) {
        for (const index of places[level] as number[])
          build(level + 1, address + index * 2 ** (shifts[level] as number));
        return;
      }
      const signed = this.#cpu.format === "ia32e" && address >= 2 ** 47 ? address - 2 ** 48 : address;
      const at = (this.#cpu.format === "ia32e" ? signed : address | 0) as Gva;
      const high = this.#cpu.format === "ia32e" ? Math.floor(signed / 2 ** 32) : 0;
      // 48 bits are translated, and a double holds no more than 53.
      this.#pages.push({ at, low: address % 2 ** 32, high: high & 0xffff, stale: [] });
    };
    build(0, 0);
    const indices = [...new Set([0, 1, ...SMALL, 3, last])];
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
      this.#cpu.root = this.#one(TABLES) * 4096;
      return;
    }
    this.#cpu.root = PDPT;
    for (let i = 0; i < 4; i++)
      this.rig.dma(PDPT + 8 * i, (this.#one(TABLES) * 4096) | (this.#chance(90) ? 1 : 0), 0);
  }

  #loadRoot(): void {
    this.rig.load(this.#cpu.root);
  }

  #forget(): void {
    for (const page of this.#pages) page.stale = [];
  }

  #load(): void {
    if (this.#chance(70)) this.#makeRoot();
    this.#loadRoot();
    this.#forget();
  }

  #protect(): void {
    this.#cpu.writeProtect = this.#chance(70);
    this.#cpu.smep = this.#chance(30);
    this.#cpu.smap = this.#chance(30);
    this.#control();
  }

  /** An entry that could be one of any level. */
  #entry(): [low: number, high: number] {
    const large = this.#chance(20);
    const target = large
      ? this.#chance(85)
        ? 0
        : 0x400
      : this.#chance(60)
        ? this.#one(TABLES)
        : this.#chance(80)
          ? this.#one(DATA)
          : this.#one([ROM, DEVICE, ...NOWHERE]);
    const [p, w, u] = [this.#chance(93), this.#chance(85), this.#chance(80)];
    const [a, d, xd] = [this.#chance(50), this.#chance(40), this.#cpu.nxe && this.#chance(15)];
    let low =
      ((target % 2 ** 20) * 4096) | (p ? 1 : 0) | (w ? 2 : 0) | (u ? 4 : 0) | (a ? 0x20 : 0) | (d ? 0x40 : 0);
    if (large) low |= 0x80;
    if (this.#chance(3)) low |= 1 << this.#one([13, 21, 8, 7]);
    let high = Math.floor(target / 2 ** 20) | (xd ? 0x80000000 : 0);
    if (this.#chance(2)) high |= 1 << this.#one([8, 20, 31]);
    return [low | 0, high | 0];
  }

  #writeEntry(frame: number, index: number, how: "dma" | "V"): void {
    const at = frame * 4096 + index * this.#entryBytes;
    const [low, high] = this.#entry();
    const { bus } = this.rig.host.machine;
    // What is a table may be looked at as data too: a device there, or nothing, holds no entries.
    if (how === "dma") this.rig.dma(at, low, this.#wide ? high : undefined);
    else if (this.#wide && this.#chance(50)) bus.write64(at as Gpa, low, high);
    else {
      bus.write(at as Gpa, low >>> 0, 4);
      if (this.#wide) bus.write((at + 4) as Gpa, high >>> 0, 4);
    }
  }

  #edit(): void {
    this.#age();
    const indices = [0, 1, ...SMALL, 3, LAST[this.#cpu.format]];
    this.#writeEntry(this.#one(TABLES), this.#one(indices), this.#one(["dma", "V"] as const));
    this.#remember();
  }

  #invlpg(): void {
    const page = this.#one(this.#pages);
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

  /** What the tables say of a page now, whoever asks. */
  #translation(page: Page): Translation | undefined {
    if (!this.#paging) return undefined;
    const { view } = this.rig;
    // The processor's own accesses are a supervisor's; with AC the others are not stopped by SMAP.
    this.#cpu.user = false;
    this.#cpu.ac = true;
    const { error, physical, way, shift } = oracle(view, this.#cpu, ANY_READ, page.low, page.high);
    if (error !== undefined) return undefined;
    const word = (at: number) => (at < view.byteLength ? view.getUint32(at, true) : 0xffffffff);
    const every = way.reduce((all, at) => all & word(at), 0xffffffff);
    const leaf = word(way.at(-1) as number);
    return {
      page: physical - (physical % 4096),
      shift,
      user: (every & 4) !== 0,
      writable: (every & 2) !== 0,
      executable: !this.#wide || !way.some((at) => word(at + 4) >= 2 ** 31),
      dirty: (leaf & 0x40) !== 0,
      accessed: (every & 0x20) !== 0,
    };
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

  #stalePermits(old: Translation, { kind, implicit = false, user = false, ac = false }: Access): boolean {
    const supervisor = implicit || !user;
    if (kind === "write" && !old.dirty) return false;
    if (!supervisor)
      return old.user && (kind === "read" || (kind === "write" ? old.writable : old.executable));
    if (kind === "fetch") return old.executable && !(this.#cpu.smep && old.user);
    if (this.#cpu.smap && old.user && (implicit || !ac)) return false;
    return kind === "read" || old.writable || !this.#cpu.writeProtect;
  }

  #access(): void {
    const { rig, tally } = this;
    const page = this.#one(this.#pages);
    const kind = this.#one(["read", "read", "write", "write", "fetch"] as const);
    const user = this.#chance(40);
    const implicit = kind !== "fetch" && this.#chance(15);
    const offset =
      this.#entryBytes * this.#one([0, 1, ...SMALL, 3, LAST[this.#cpu.format]]) +
      (this.#wide && this.#chance(30) ? 4 : 0);
    const value = (offset & 4) !== 0 && this.#wide ? this.#entry()[1] : this.#entry()[0];
    const access: Access = { kind, implicit, user, ac: this.#cpu.smap && this.#chance(50), value };
    const at = (page.at + offset) as Gva;
    // The monitor's own pages are there for its own ring, which is not the guest's.
    if (AREA.includes(page.at) && (implicit || !user) && this.#inOwnFormat(page)) return;
    const want = this.#expect({ ...page, low: page.low + offset }, access);
    const old = page.stale.filter((one) => this.#stalePermits(one, access));
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
    if (AREA.includes(page.at)) return true;
    if (traced) return kind === "write" && this.#coherent;
    if (this.#cpu.smap && (access.ac || kind === "fetch")) return true;
    if (kind === "write" && !this.#cpu.writeProtect && (this.#cpu.smap || this.#cpu.smep)) return true;
    return this.#coherent && this.#tablesBeyondRam(page);
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
    const { mmu, base, machine } = rig.host;
    if (!rig.areaIntact) throw new Error(`the monitor's memory was written, at event ${this.tally.events}`);
    if (!this.#paging) return;
    for (const page of this.#pages) {
      const { physical, permitted, rights } = mmu.explain(page.at);
      if (physical === undefined) continue;
      const tell = () =>
        `event ${this.tally.events}, page ${page.at.toString(16)}: ${rig.shadow(page.at)}, ` +
        JSON.stringify({
          now: this.#translation(page),
          stale: page.stale,
          format: this.#cpu.format,
          WP: this.#cpu.writeProtect,
        });
      if (AREA.includes(page.at) && this.#inOwnFormat(page)) {
        const own = rig.area.find(({ at }) => at === page.at);
        if (physical !== own?.frame || rights.includes("user") || rights.includes("write") !== own.writable)
          throw new Error(`the monitor's own page is not: ${tell()}`);
        continue;
      }
      if (physical < base || physical >= base + MIB)
        throw new Error(`maps what is not the guest's: ${tell()}`);
      const frame = Math.floor((physical - base) / 4096);
      const flags = machine.bus.pages[frame] as number;
      const writable = permitted.supervisor.includes("write") || permitted.user.includes("write");
      if (writable && (flags & (PAGE_TRACED | PAGE_ROM)) !== 0)
        throw new Error(`a writable page that must not be: ${tell()}`);
      if (frame === DEVICE) throw new Error(`maps a device's page: ${tell()}`);
      const now = this.#translation(page);
      const known = [...(now === undefined ? [] : [now]), ...(this.#coherent ? [] : page.stale)];
      const granted = known.some(
        (one) =>
          one.page === physical - base &&
          (["user", "supervisor"] as const).every((who) =>
            permitted[who].every((kind) => this.#stalePermits({ ...one }, { kind, user: who === "user" })),
          ),
      );
      if (!granted) throw new Error(`grants more than the guest's tables: ${tell()}`);
    }
  }
}

function same(a: Translation, b: Translation): boolean {
  return (
    a.page === b.page &&
    a.shift === b.shift &&
    a.user === b.user &&
    a.writable === b.writable &&
    a.executable === b.executable &&
    a.dirty === b.dirty
  );
}
