/**
 * The back end of a block device: a driver in the domain that has the disk. Whatever the front end wrote is copied off the ring, checked, and
 * only then used.
 *
 *     event ──▶ requests off the ring ──▶ checked ──▶ pages ──▶ back end ──▶ response on the ring ──▶ event, if one was asked for
 */
import { type BlockBackend, type IoLedger, SECTOR } from "../../backend.ts";
import { PAGE } from "../abi/numbers.ts";
import type { Kernel, MappedPage } from "../kernel.ts";
import { BackRing } from "../ring.ts";
import type { RingPolicy } from "../ring-policy.ts";
import {
  BLKIF_OP,
  BLKIF_RSP,
  decodeDiscard,
  decodeRequest,
  encodeResponse,
  REQUEST_BYTES,
  type Response,
  SECTORS_PER_PAGE,
  SEGMENTS,
} from "./blkif.ts";
import { decodeIndirect, decodeSegments, INDIRECT_SEGMENTS } from "./indirect.ts";
import { type BlkFeatures, inTurn, isSound, sectorsOf, steps, type Transfer } from "./medium.ts";
import { type PageAccess, type PageSource, pageSource } from "./pages.ts";

/** What the front end tells of itself. */
export interface FrontEnd {
  readonly domain: number;
  readonly ringReference: number;
  readonly port: number;
}

export interface BlkBackParts {
  readonly kernel: Kernel;
  readonly disk: BlockBackend;
  readonly ledger: IoLedger;
  readonly access: PageAccess;
  /** All of them, unless said. */
  readonly features?: Partial<BlkFeatures>;
  /** Somebody else's way around the ring. */
  readonly ring?: RingPolicy;
}

type Asked = Omit<Response, "status">;

export const BLK_FEATURES: BlkFeatures = {
  barrier: true,
  flush: true,
  discard: true,
  indirect: INDIRECT_SEGMENTS,
};

export class BlkBack {
  readonly #parts: BlkBackParts;
  readonly #ringPage: MappedPage;
  readonly #port: number;
  readonly #ring: BackRing;
  readonly #pages: PageSource;
  readonly #features: BlkFeatures;
  /** Taken off the ring, and not begun. */
  readonly #queue: Uint8Array[] = [];
  #underWay = 0;
  #barrier = false;
  #pumping = false;
  #flushing = false;
  #closed = false;
  /** The front end's indices made no sense: nothing more is done for it. */
  broken = false;

  /** Undefined: the front end's ring or port is none. */
  static connect(parts: BlkBackParts, { domain, ringReference, port }: FrontEnd): BlkBack | undefined {
    const { kernel } = parts;
    const ring = kernel.map(domain, [ringReference], false)?.[0];
    if (ring === undefined) return undefined;
    const own = kernel.calls.bindInterdomain(domain, port);
    if (own > 0) return new BlkBack(parts, domain, ring, own);
    kernel.unmap([ring]);
    return undefined;
  }

  private constructor(parts: BlkBackParts, domain: number, ring: MappedPage, port: number) {
    const { kernel, access, ring: policy } = parts;
    this.#parts = parts;
    this.#ringPage = ring;
    this.#port = port;
    this.#ring = new BackRing(kernel.memory, ring.gfn * PAGE, REQUEST_BYTES, policy);
    this.#features = { ...BLK_FEATURES, ...parts.features };
    this.#pages = pageSource(access, kernel, domain);
    kernel.listen(port, () => this.#work());
  }

  /** What is under way ends without an answer. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { kernel } = this.#parts;
    kernel.close(this.#port);
    this.#pages.close();
    kernel.unmap([this.#ringPage]);
  }

  /** A ring's worth at a time: others have work for this domain as well. */
  #work(): void {
    if (this.broken || this.#closed) return;
    const taken = this.#ring.take();
    if (taken === "broken") {
      this.broken = true;
      return;
    }
    this.#parts.ledger.pay("request", 0, taken.length);
    this.#queue.push(...taken);
    this.#pump();
    if (this.#ring.finalCheck()) this.#parts.kernel.later(() => this.#work());
  }

  /** Begins what can begin: nothing beside a barrier, and nothing for which there is no room until something else ends. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#queue[0]; next !== undefined && !this.#barrier; next = this.#queue[0]) {
      const barrier = next[0] === BLKIF_OP.barrier;
      if (barrier && this.#underWay > 0) break;
      this.#barrier = barrier;
      this.#underWay++;
      this.#queue.shift();
      if (this.#start(next)) continue;
      this.#underWay--;
      this.#barrier = false;
      this.#queue.unshift(next);
      break;
    }
    this.#pumping = false;
  }

  /** False: there is no room for it now. */
  #start(bytes: Uint8Array): boolean {
    const { discard, barrier, flush, indirect } = this.#features;
    const { operation, id, sector, segments, count } = decodeRequest(bytes);
    const asked = { id, operation };
    if (operation === BLKIF_OP.indirect && indirect > 0) return this.#indirect(bytes, indirect);
    if (operation === BLKIF_OP.discard && discard) return this.#discard(bytes);
    const known =
      operation === BLKIF_OP.read ||
      operation === BLKIF_OP.write ||
      (operation === BLKIF_OP.flush && flush) ||
      (operation === BLKIF_OP.barrier && barrier);
    if (!known) return this.#respond(asked, BLKIF_RSP.notSupported);
    const transfer = { operation, sector, segments };
    if (!isSound(transfer, count, SEGMENTS, this.#parts.disk)) return this.#answer(asked, false);
    return this.#transfer(asked, transfer);
  }

  /** The segments are copied off their pages, checked, and only then used, like everything else. */
  #indirect(bytes: Uint8Array, most: number): boolean {
    const { operation, id, sector, count, pages } = decodeIndirect(bytes);
    const asked = { id, operation };
    const known = operation === BLKIF_OP.read || operation === BLKIF_OP.write;
    if (!known || count > most) return this.#answer(asked, false);
    const whole = pages.map((reference) => ({ reference, first: 0, last: SECTORS_PER_PAGE - 1 }));
    const opened = this.#pages.open(whole, true);
    if (typeof opened === "string") return opened === "full" ? this.#wait(asked) : this.#answer(asked, false);
    const segments = decodeSegments(opened.bytes(), count);
    opened.release();
    const transfer = { operation, sector, segments };
    if (!isSound(transfer, count, most, this.#parts.disk)) return this.#answer(asked, false);
    return this.#transfer(asked, transfer);
  }

  #discard(bytes: Uint8Array): boolean {
    const { disk } = this.#parts;
    const { id, sector, sectors, secure } = decodeDiscard(bytes);
    const asked = { id, operation: BLKIF_OP.discard };
    if (secure) return this.#respond(asked, BLKIF_RSP.notSupported);
    if (disk.readOnly || sectors === 0 || sector + sectors > disk.sectors) return this.#answer(asked, false);
    disk.submit({ kind: "discard", sector, sectors }, (ok) => this.#answer(asked, ok));
    return true;
  }

  #transfer(asked: Asked, { operation, sector, segments }: Transfer): boolean {
    const { disk, kernel } = this.#parts;
    const write = operation !== BLKIF_OP.read;
    const pages = this.#pages.open(segments, write);
    if (typeof pages === "string") return pages === "full" ? this.#wait(asked) : this.#answer(asked, false);
    const end = (ok: boolean) => {
      // The medium finishes for whom is no longer there.
      if (kernel.crashed) return;
      pages.release();
      this.#answer(asked, ok);
    };
    if (write) {
      const bytes = pages.bytes();
      const request = segments.length > 0 ? ({ kind: "write", sector, bytes } as const) : undefined;
      inTurn(disk, steps(operation, request), end);
    } else {
      const into = new Uint8Array(sectorsOf(segments) * SECTOR);
      disk.submit({ kind: "read", sector, into }, (ok) => {
        if (!kernel.crashed) end(ok && !this.#closed && pages.fill(into));
      });
    }
    return true;
  }

  /** When nothing else is under way, there will never be room. */
  #wait(asked: Asked): boolean {
    return this.#underWay === 1 && this.#answer(asked, false);
  }

  #answer(asked: Asked, ok: boolean): boolean {
    return this.#respond(asked, ok ? BLKIF_RSP.okay : BLKIF_RSP.error);
  }

  /** Answers of the same turn share one look at whether the front end wants an event. */
  #respond({ id, operation }: Asked, status: number): boolean {
    const { kernel } = this.#parts;
    if (this.#closed || kernel.crashed) return true;
    this.#underWay--;
    this.#barrier = false;
    this.#ring.put(encodeResponse({ id, operation, status }));
    this.#pump();
    if (this.#flushing) return true;
    this.#flushing = true;
    kernel.later(() => {
      this.#flushing = false;
      if (!this.#closed && this.#ring.pushResponses()) kernel.calls.send(this.#port);
    });
    return true;
  }
}
