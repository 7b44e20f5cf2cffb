/**
 * Kernel same-page merging (A. Arcangeli, I. Eidus, C. Wright, "Increasing memory density by using KSM", Linux Symposium 2009):
 * page after page in rounds, and two trees that are ordered by content alone.
 *
 *     page ─▶ in the stable tree? ── yes ──▶ share it          frames there are shared and read-only: the order holds
 *               │ no
 *               ▼
 *             checksum as in the last round? ── no ──▶ leave it: it changes too often
 *               │ yes
 *               ▼
 *             in the unstable tree? ── yes ──▶ share the two, move the frame to the stable tree
 *               │ no                          frames there may be written at any time, so the tree may be out of order;
 *               └──▶ put it there             it is thrown away after every round, and what it finds is compared in full
 */
import type { Host } from "./host.ts";
import type { Scanner } from "./scanner.ts";

/** Frames in the order of their content. A tree would be as deep as this search is long; what is paid for is its comparisons. */
class ContentOrder {
  frames: number[] = [];
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The frame with the same content, or where such a one would be put. */
  seek(frame: number): { found: number } | { at: number } {
    let [from, to] = [0, this.frames.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = this.#host.sharing.compare(frame, this.frames[middle]!);
      if (order === 0) return { found: this.frames[middle]! };
      if (order < 0) to = middle;
      else from = middle + 1;
    }
    return { at: from };
  }
}

export class KsmScanner implements Scanner {
  readonly #host: Host;
  readonly #stable: ContentOrder;
  readonly #unstable: ContentOrder;
  readonly #checksums = new Map<number, number>();
  #vm = 0;
  #gpn = 0;
  #parted = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#stable = new ContentOrder(host);
    this.#unstable = new ContentOrder(host);
  }

  scan(pages: number): void {
    for (let count = 0; count < pages && this.#host.vms.length > 0; count++) this.step();
  }

  private step(): void {
    const { vms } = this.#host;
    if (this.#vm >= vms.length) {
      this.#vm = 0;
      this.#gpn = 0;
      this.#unstable.frames = [];
    }
    const vm = vms[this.#vm]!;
    const gpn = this.#gpn++;
    if (this.#gpn >= vm.pages) {
      this.#gpn = 0;
      this.#vm++;
    }
    const frame = this.#host.pages.frame(vm, gpn);
    if (frame !== undefined) this.look(vm.first + gpn, frame);
  }

  private look(page: number, frame: number): void {
    const { sharing } = this.#host;
    if (sharing.isShared(frame)) return;
    this.prune();
    const stable = this.#stable.seek(frame);
    if ("found" in stable) {
      sharing.share(page, stable.found);
      return;
    }
    const checksum = sharing.hash(frame);
    const before = this.#checksums.get(page);
    this.#checksums.set(page, checksum);
    if (before !== checksum) return;
    const unstable = this.#unstable.seek(frame);
    if ("at" in unstable) {
      this.#unstable.frames.splice(unstable.at, 0, frame);
      return;
    }
    if (unstable.found === frame || !this.isAlone(unstable.found)) return;
    sharing.share(page, unstable.found);
    this.#unstable.frames = this.#unstable.frames.filter((each) => each !== unstable.found);
    this.#stable.frames.splice(stable.at, 0, unstable.found);
  }

  /** Frames that are not shared any more are out of the tree's order: their owners write to them. */
  private prune(): void {
    const { sharing } = this.#host;
    if (sharing.parted === this.#parted) return;
    this.#parted = sharing.parted;
    this.#stable.frames = this.#stable.frames.filter((frame) => sharing.isShared(frame));
  }

  /** The frame is still one page's own. */
  private isAlone(frame: number): boolean {
    return this.#host.frames.page(frame) >= 0;
  }
}
