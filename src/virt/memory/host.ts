/** The host: its frames and swap file, the machines on it, and what happens when one of them touches what is not there. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type BalloonChannel, PAGE_BYTES, type Sharer } from "./contract.ts";
import { HostFrames, SHARED } from "./frames.ts";
import { hashWords, type PageHash } from "./hash.ts";
import { MemoryLedger } from "./ledger.ts";
import { P2m } from "./p2m.ts";
import { ABSENT, BALLOONED, EPT_P2M, type P2mFormat, UNPLUGGED, whyOf } from "./p2m-format.ts";
import { Pages } from "./pages.ts";
import { ESX_2002, type MemoryPrices } from "./prices.ts";
import { REFERENCE } from "./reference.ts";
import { SharingTable } from "./sharing-table.ts";
import { SwapFile } from "./swap.ts";
import { Vm, type VmOptions } from "./vm.ts";

export interface HostOptions {
  readonly frames: number;
  /** The host's RAM, full of zeros, such as a board's; memory of its own unless it is given. */
  readonly memory?: ArrayBufferLike;
  readonly prices?: MemoryPrices;
  readonly format?: P2mFormat;
  readonly sharer?: Sharer;
  readonly hash?: PageHash;
  /** Of the host's random choices. */
  readonly seed?: number;
}

export class Host {
  readonly ledger: MemoryLedger;
  readonly frames: HostFrames;
  readonly swap: SwapFile;
  readonly pages: Pages;
  readonly sharing: SharingTable;
  readonly sharer: Sharer;
  readonly vms: Vm[] = [];
  /** A whole number from 0, below the one given. */
  readonly draw: (below: number) => number;
  readonly #format: P2mFormat;
  #ids = 0;
  #next = 0;

  constructor({
    frames,
    memory,
    prices = ESX_2002,
    format = EPT_P2M,
    sharer = REFERENCE,
    hash = hashWords,
    seed = 1,
  }: HostOptions) {
    const generator = xoroshiro128plus(seed);
    this.draw = (below) => uniformInt(generator, 0, below - 1);
    this.ledger = new MemoryLedger(prices);
    this.frames = new HostFrames(frames, this.ledger, memory);
    this.swap = new SwapFile(this.ledger);
    this.pages = new Pages(this.frames, this.swap, this.ledger);
    this.sharing = new SharingTable(this.pages, this.vms, hash);
    this.sharer = sharer;
    this.#format = format;
    this.pages.whenFull = () => this.makeRoom();
    this.pages.whenFreed = (frame) => this.sharing.forget(frame);
  }

  /** A machine whose pages are all absent: they get frames when they are touched. Throws when there is no memory for its tables. */
  create(options: VmOptions): Vm {
    const { pages, most = pages } = options;
    if (!(Number.isInteger(pages) && pages > 0 && Number.isInteger(most) && most >= pages))
      throw new RangeError(
        `machine ${options.name}: ${pages} pages, at most ${most}: give whole numbers from 1, the second no less than the first`,
      );
    const p2m = new P2m(this.frames, this.#format);
    const vm = new Vm(options, {
      id: ++this.#ids,
      first: this.#next,
      frames: this.frames,
      p2m,
      violation: (who, gpn, write) => this.violation(who, gpn, write),
    });
    p2m.cover(0, most);
    for (let gpn = 0; gpn < pages; gpn++) p2m.set(gpn, ABSENT);
    this.#next += most;
    this.vms.push(vm);
    return vm;
  }

  /** Static allocation: every page gets its frame now. Throws a RangeError, and nothing has changed, when there are not as many. */
  reserve(vm: Vm): void {
    const missing = vm.pages - vm.resident;
    if (missing > this.frames.free)
      throw new RangeError(`${vm.name} needs ${missing} frames, and ${this.frames.free} are free`);
    for (let gpn = 0; gpn < vm.pages; gpn++)
      if (this.pages.frame(vm, gpn) === undefined) this.pages.populate(vm, gpn);
  }

  /** Everything that it had is the host's again. */
  destroy(vm: Vm): void {
    for (let gpn = 0; gpn < vm.most; gpn++) this.pages.empty(vm, gpn, UNPLUGGED);
    vm.p2m.free();
    this.vms.splice(this.vms.indexOf(vm), 1);
  }

  /** What the machine's balloon driver talks to. */
  channel(vm: Vm): BalloonChannel {
    const each = (gpns: readonly number[], from: number, to: number) => {
      this.ledger.pay("exit");
      for (const gpn of gpns) {
        if (!(gpn >= 0 && gpn < vm.most)) continue;
        const entry = vm.p2m.find(gpn);
        const why = vm.p2m.leaf ? undefined : whyOf(entry);
        // A guest may give twice, or take what it never gave: that changes nothing.
        if (why === UNPLUGGED || (why === BALLOONED) !== (from === BALLOONED)) continue;
        this.pages.empty(vm, gpn, to as typeof ABSENT | typeof BALLOONED);
        vm.ballooned += to === BALLOONED ? 1 : -1;
      }
    };
    return {
      give: (gpns) => each(gpns, ABSENT, BALLOONED),
      take: (gpns) => each(gpns, BALLOONED, ABSENT),
    };
  }

  /** Plugs in the next pages, full of zeros. */
  plug(vm: Vm, pages: number): void {
    if (vm.pages + pages > vm.most)
      throw new RangeError(`${vm.name} has ${vm.pages} pages and room for ${vm.most}, not for ${pages} more`);
    for (let gpn = vm.pages; gpn < vm.pages + pages; gpn++) vm.p2m.set(gpn, ABSENT);
    vm.pages += pages;
  }

  /** Takes the last pages away, whatever is in them: the guest has agreed before, or suffers. */
  unplug(vm: Vm, pages: number): void {
    if (pages > vm.pages) throw new RangeError(`${vm.name} has ${vm.pages} pages, not ${pages}`);
    for (let gpn = vm.pages - pages; gpn < vm.pages; gpn++) {
      if (whyOf(vm.p2m.find(gpn)) === BALLOONED && !vm.p2m.leaf) vm.ballooned--;
      this.pages.empty(vm, gpn, UNPLUGGED);
    }
    vm.pages -= pages;
  }

  /**
   * Swaps out a page of the machine's, chosen at random: whatever rule the host had, the guest's own replacement would know it
   * better (Waldspurger 2002, section 3.3). False when it has none in memory.
   */
  swapOut(vm: Vm): boolean {
    const start = this.draw(vm.most);
    // A shared page's frame stays with the others: nothing is won. So those come last.
    for (const shared of [false, true])
      for (let step = 0; step < vm.most; step++) {
        const gpn = (start + step) % vm.most;
        const frame = this.pages.frame(vm, gpn);
        if (frame === undefined || vm.first + gpn === this.pages.pinned) continue;
        if (!shared && this.frames.owner(frame) === SHARED) continue;
        this.pages.swapOut(vm, gpn);
        return true;
      }
    return false;
  }

  /** A frame at once, from whoever is farthest above what it should have. */
  private makeRoom(): void {
    const above = (vm: Vm) => vm.resident - vm.target;
    while (this.frames.free === 0) {
      const rich = this.vms.filter(({ resident }) => resident > 0).sort((a, b) => above(b) - above(a));
      if (!rich.some((vm) => this.swapOut(vm))) return;
    }
  }

  private violation(vm: Vm, gpn: number, write: boolean): void {
    this.ledger.pay("violation");
    const entry = vm.p2m.find(gpn);
    if (vm.p2m.leaf) {
      if (!write) throw new Error(`invariant: page ${gpn} of ${vm.name} is there and cannot be read`);
      vm.counts.parted++;
      this.sharer.write(vm.first + gpn, this.sharing);
      return;
    }
    if (this.pages.unveil(vm, gpn)) {
      vm.touched++;
      return;
    }
    if (whyOf(entry) === BALLOONED) {
      vm.ballooned--;
      vm.counts.popped++;
    }
    this.pages.populate(vm, gpn);
  }

  /** The content of a page, for those who look from outside; undefined when it is not in memory. */
  look(vm: Vm, gpn: number): Uint8Array | undefined {
    const frame = this.pages.frame(vm, gpn);
    return frame === undefined ? undefined : this.frames.content(frame).slice(0, PAGE_BYTES);
  }
}
