/**
 * The states of a guest's page, and the only transitions between them. All bookkeeping of frames, slots and entries is here.
 *
 *     ABSENT ──populate──▶ own frame ◀──own, copy── shared frame        any ──empty──▶ ABSENT, BALLOONED or UNPLUGGED
 *                           │     ▲ └──────share──────▲
 *                           ▼     │
 *                          SWAPPED
 *
 * Beside them, `veil` hides a page that is in memory until it is touched, and `unveil` undoes it.
 */
import { type HostFrames, SHARED } from "./frames.ts";
import type { MemoryLedger } from "./ledger.ts";
import {
  type ABSENT,
  type BALLOONED,
  hole,
  numberOf,
  SAMPLED,
  SAMPLED_SHARED,
  SWAPPED,
  type UNPLUGGED,
  whyOf,
} from "./p2m-format.ts";
import type { SwapFile } from "./swap.ts";
import type { Vm } from "./vm.ts";

export class Pages {
  readonly frames: HostFrames;
  readonly swap: SwapFile;
  readonly ledger: MemoryLedger;
  /** Makes a frame free, if it can. */
  whenFull: () => void = () => {};
  /** Hears of frames that go back. */
  whenFreed: (frame: number) => void = () => {};
  /** The page that is being made ready: nobody takes it meanwhile. */
  pinned = -1;

  constructor(frames: HostFrames, swap: SwapFile, ledger: MemoryLedger) {
    this.frames = frames;
    this.swap = swap;
    this.ledger = ledger;
  }

  /** The frame of a page that is in memory. */
  frame(vm: Vm, gpn: number): number | undefined {
    const entry = vm.p2m.find(gpn);
    if (vm.p2m.leaf) return numberOf(entry);
    const why = whyOf(entry);
    return why === SAMPLED || why === SAMPLED_SHARED ? numberOf(entry) : undefined;
  }

  /** Zeros for a page that had nothing, or what the swap file has of it. */
  populate(vm: Vm, gpn: number): void {
    const entry = vm.p2m.find(gpn);
    const swapped = whyOf(entry) === SWAPPED;
    const frame = this.obtain(vm, gpn, swapped ? "overwrite" : "zero");
    if (swapped) {
      this.swap.read(vm.id, numberOf(entry), this.frames.content(frame));
      vm.swapped--;
      vm.counts.swapIns++;
    }
    vm.resident++;
    this.map(vm, gpn, frame, true);
  }

  swapOut(vm: Vm, gpn: number): void {
    const frame = this.resident(vm, gpn);
    this.unveil(vm, gpn);
    const slot = this.swap.write(vm.id, this.frames.content(frame));
    this.set(vm, gpn, hole(SWAPPED, slot));
    vm.resident--;
    vm.swapped++;
    vm.counts.swapOuts++;
    this.release(frame);
  }

  /** Nothing is behind the page any more, for the reason given. */
  empty(vm: Vm, gpn: number, why: typeof ABSENT | typeof BALLOONED | typeof UNPLUGGED): void {
    const frame = this.frame(vm, gpn);
    const entry = vm.p2m.find(gpn);
    if (frame !== undefined) vm.resident--;
    else if (whyOf(entry) === SWAPPED) {
      this.swap.discard(vm.id, numberOf(entry));
      vm.swapped--;
    }
    this.set(vm, gpn, hole(why));
    if (frame !== undefined) this.release(frame);
  }

  /** The page has the other frame from now on. `owner` is the page that had that frame alone, if one had. */
  share(vm: Vm, gpn: number, frame: number, owner: { vm: Vm; gpn: number } | undefined): void {
    const old = this.resident(vm, gpn);
    if (old === frame) throw new Error(`invariant: page ${gpn} of ${vm.name} would share with itself`);
    this.unveil(vm, gpn);
    if (owner !== undefined) {
      this.unveil(owner.vm, owner.gpn);
      this.map(owner.vm, owner.gpn, frame, false);
    }
    this.frames.share(frame);
    this.map(vm, gpn, frame, false);
    this.release(old);
  }

  /** A copy of what it shares, for itself. */
  copy(vm: Vm, gpn: number): void {
    this.unveil(vm, gpn);
    const before = this.resident(vm, gpn);
    const frame = this.obtain(vm, gpn, "overwrite");
    this.frames.copy(before, frame);
    this.map(vm, gpn, frame, true);
    this.release(before);
  }

  /** The last page of a shared frame has it for itself. */
  own(vm: Vm, gpn: number): void {
    this.unveil(vm, gpn);
    const frame = this.resident(vm, gpn);
    this.frames.own(frame, vm.id, vm.first + gpn);
    this.map(vm, gpn, frame, true);
  }

  /** Hides a page that is in memory: the next touch is a violation. */
  veil(vm: Vm, gpn: number): void {
    const frame = this.resident(vm, gpn);
    const shared = this.frames.owner(frame) === SHARED;
    this.set(vm, gpn, hole(shared ? SAMPLED_SHARED : SAMPLED, frame));
  }

  /** True when it was hidden. */
  unveil(vm: Vm, gpn: number): boolean {
    const entry = vm.p2m.find(gpn);
    const why = whyOf(entry);
    if (vm.p2m.leaf || (why !== SAMPLED && why !== SAMPLED_SHARED)) return false;
    this.map(vm, gpn, numberOf(entry), why === SAMPLED);
    return true;
  }

  private resident(vm: Vm, gpn: number): number {
    const frame = this.frame(vm, gpn);
    if (frame === undefined) throw new Error(`invariant: page ${gpn} of ${vm.name} is not in memory`);
    return frame;
  }

  private obtain(vm: Vm, gpn: number, fill: "zero" | "overwrite"): number {
    this.pinned = vm.first + gpn;
    if (this.frames.free === 0) this.whenFull();
    const frame = this.frames.take(vm.id, vm.first + gpn, fill);
    this.pinned = -1;
    if (frame === undefined)
      throw new Error(
        `out of memory: the host has no frame for page ${gpn} of ${vm.name}, and none that it may take`,
      );
    return frame;
  }

  private release(frame: number): void {
    if (this.frames.drop(frame)) this.whenFreed(frame);
  }

  private map(vm: Vm, gpn: number, frame: number, writable: boolean): void {
    this.ledger.pay("mapping");
    vm.p2m.map(gpn, frame, writable);
  }

  private set(vm: Vm, gpn: number, entry: number): void {
    this.ledger.pay("mapping");
    vm.p2m.set(gpn, entry);
  }
}
