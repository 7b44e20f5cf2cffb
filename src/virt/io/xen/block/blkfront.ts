/**
 * The front end of a block device, itself a back end for whoever is above it in its domain.
 *
 *     submit ──▶ pages granted ──▶ request on the ring ──▶ event, if one was asked for … event ──▶ response ──▶ grants ended ──▶ done
 *
 * With persistent grants the pages are the driver's own, granted once, and it copies. What was not answered is sent again to a new back end.
 */
import { type BlockBackend, type BlockRequest, type IoLedger, lines } from "../../backend.ts";
import { DOMID_SELF, PAGE } from "../abi/numbers.ts";
import { type GrantedPage, PagePool } from "../granted-pages.ts";
import type { Kernel } from "../kernel.ts";
import { FrontRing } from "../ring.ts";
import type { FrontEnd } from "./blkback.ts";
import {
  BLKIF_OP,
  BLKIF_RSP,
  decodeResponse,
  encodeDiscard,
  encodeRequest,
  REQUEST_BYTES,
  SEGMENTS,
} from "./blkif.ts";
import { encodeIndirect, encodeSegments } from "./indirect.ts";
import type { BlkFeatures } from "./medium.ts";
import { bytesOf, isCarried, type Pending, segmentsOf, split } from "./pending.ts";

interface Sent extends Pending {
  readonly operation: number;
  /** Those of the data, and those of the segments. */
  readonly pages: readonly GrantedPage[];
  readonly segmentPages: readonly GrantedPage[];
}

interface Connection {
  readonly backEnd: number;
  readonly ring: FrontRing;
  readonly ringPage: GrantedPage;
  readonly port: number;
}

export interface BlkFrontParts {
  readonly kernel: Kernel;
  readonly ledger: IoLedger;
  readonly persistent: boolean;
  /** Segments of a request that it asks for, if the back end can: xen_blkif_max_segments. */
  readonly segments?: number;
  /** After how many answers it wants an event, of those that are outstanding: each when nothing is said. */
  readonly holdOff?: (outstanding: number) => number;
}

/** A disk as a back end tells of it. Without a word of features it flushes. */
export interface BlkDisk {
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly features?: Partial<BlkFeatures>;
}

const MOST_SEGMENTS = 32;
const PLAIN: BlkFeatures = { flush: true, barrier: false, discard: false, indirect: 0 };

export class BlkFront implements BlockBackend {
  readonly #parts: BlkFrontParts;
  sectors = 0;
  readOnly = false;
  #connection: Connection | undefined;
  /** In the order in which they were asked for. */
  #waiting: Pending[] = [];
  readonly #sent = new Map<bigint, Sent>();
  readonly #pool: PagePool;
  #features = PLAIN;
  #nextId = 0n;
  #flushing = false;
  /** The back end answered what it was not asked. */
  broken = false;

  constructor(parts: BlkFrontParts) {
    this.#parts = parts;
    this.#pool = new PagePool(parts.kernel, parts.persistent);
  }

  /** A ring and a port for the domain `backEnd`. Undefined: no page or port is free for them. */
  offer(backEnd: number): FrontEnd | undefined {
    const { kernel } = this.#parts;
    this.#pool.takeBack();
    const ringPage = this.#pool.granted(backEnd, false);
    if (ringPage === undefined) return undefined;
    const port = kernel.calls.allocUnbound(DOMID_SELF, backEnd);
    if (port < 0) {
      this.#pool.end(ringPage);
      return undefined;
    }
    const ring = new FrontRing(kernel.memory, ringPage.gfn * PAGE, REQUEST_BYTES);
    ring.init();
    this.#connection = { backEnd, ring, ringPage, port };
    kernel.listen(port, () => this.#work());
    return { domain: kernel.id, ringReference: ringPage.reference, port };
  }

  /** The back end is ready, and has this disk. */
  connect(disk: BlkDisk): void {
    this.#features = { ...PLAIN, ...disk.features };
    this.sectors = disk.sectors;
    this.readOnly = disk.readOnly;
    this.broken = false;
    this.#flushLater();
  }

  /** The back end is gone: what it owes waits for the next one, in the order in which it was asked for. */
  disconnect(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.sectors = 0;
    this.#parts.kernel.close(connection.port);
    const owed = [...this.#sent.values()];
    this.#sent.clear();
    for (const { pages, segmentPages } of owed)
      for (const page of [...pages, ...segmentPages]) this.#pool.end(page);
    this.#pool.empty();
    this.#pool.end(connection.ringPage);
    this.#waiting = [...owed, ...this.#waiting];
  }

  submit(request: BlockRequest, done: (ok: boolean) => void): void {
    if (!isCarried(request)) {
      done(false);
      return;
    }
    this.#waiting.push({ request, done });
    this.#flushLater();
  }

  get outstanding(): number {
    return this.#sent.size + this.#waiting.length;
  }

  /** Requests of the same turn are one batch: one look at whether the back end wants an event. */
  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#parts.kernel.later(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const connection = this.#connection;
    if (connection === undefined || this.sectors === 0 || this.broken) return;
    while (this.#waiting.length > 0 && connection.ring.free > 0) {
      const [first, ...others] = split(this.#waiting[0] as Pending, this.#most * PAGE);
      this.#waiting.splice(0, 1, first as Pending, ...others);
      if (!this.#send(connection, first as Pending)) break;
      this.#waiting.shift();
    }
    if (this.#parts.holdOff) connection.ring.finalCheck(this.#eventAfter(connection.ring));
    if (connection.ring.pushRequests()) this.#parts.kernel.calls.send(connection.port);
  }

  /** Segments of a request. */
  get #most(): number {
    const asked = Math.min(this.#parts.segments ?? MOST_SEGMENTS, this.#features.indirect);
    return Math.max(SEGMENTS, asked);
  }

  /** False: no page or no grant is free; an answer will free some. */
  #send(connection: Connection, pending: Pending): boolean {
    const { request } = pending;
    if (request.kind === "discard") return this.#sendDiscard(connection, pending, request);
    if (request.kind === "flush") return this.#sendFlush(connection, pending);
    const { backEnd, ring } = connection;
    const { sector } = request;
    const bytes = bytesOf(request);
    const pages = this.#pool.take(Math.ceil(bytes.length / PAGE), backEnd, request.kind === "write");
    if (pages === undefined) return false;
    const segments = segmentsOf(bytes.length, pages);
    const operation = BLKIF_OP[request.kind];
    const id = this.#nextId++;
    const table = segments.length <= SEGMENTS ? new Uint8Array(0) : encodeSegments(segments);
    const segmentPages = this.#pool.take(table.length / PAGE, backEnd, true);
    if (segmentPages === undefined) {
      this.#pool.give(pages);
      return false;
    }
    if (segmentPages.length === 0) ring.put(encodeRequest({ operation, id, sector, segments }));
    else {
      this.#copy(table, segmentPages, true);
      const references = segmentPages.map(({ reference }) => reference);
      ring.put(encodeIndirect({ operation, id, sector, count: segments.length, pages: references }));
    }
    if (request.kind === "write") this.#copyData(bytes, pages, true);
    this.#sent.set(id, { ...pending, operation, pages, segmentPages });
    return true;
  }

  /** A back end without flushes may have barriers; one without either keeps nothing to itself. */
  #sendFlush({ ring }: Connection, pending: Pending): boolean {
    const { flush, barrier } = this.#features;
    if (!flush && !barrier) {
      this.#parts.kernel.later(() => pending.done(true));
      return true;
    }
    const operation = flush ? BLKIF_OP.flush : BLKIF_OP.barrier;
    const id = this.#nextId++;
    ring.put(encodeRequest({ operation, id, sector: 0, segments: [] }));
    this.#sent.set(id, { ...pending, operation, pages: [], segmentPages: [] });
    return true;
  }

  #sendDiscard(
    { ring }: Connection,
    pending: Pending,
    { sector, sectors }: { readonly sector: number; readonly sectors: number },
  ): boolean {
    if (!this.#features.discard) {
      this.#parts.kernel.later(() => pending.done(false));
      return true;
    }
    const id = this.#nextId++;
    ring.put(encodeDiscard({ id, sector, sectors, secure: false }));
    this.#sent.set(id, { ...pending, operation: BLKIF_OP.discard, pages: [], segmentPages: [] });
    return true;
  }

  #work(): void {
    const connection = this.#connection;
    if (connection === undefined || this.broken) return;
    do {
      const taken = connection.ring.take();
      if (taken === "broken" || !taken.every((bytes) => this.#complete(bytes))) {
        this.broken = true;
        return;
      }
    } while (connection.ring.finalCheck(this.#eventAfter(connection.ring)));
    if (this.#waiting.length > 0) this.#flushLater();
  }

  /** Never after more than are outstanding: that event would not come. */
  #eventAfter({ outstanding }: FrontRing): number {
    const after = this.#parts.holdOff?.(outstanding) ?? 1;
    return Math.max(1, Math.min(after, outstanding));
  }

  /** False: this was not asked for. */
  #complete(bytes: Uint8Array): boolean {
    const { id, operation, status } = decodeResponse(bytes);
    const sent = this.#sent.get(id);
    if (sent === undefined || sent.operation !== operation) return false;
    this.#sent.delete(id);
    const okay = status === BLKIF_RSP.okay;
    if (okay && sent.request.kind === "read") this.#copyData(sent.request.into, sent.pages, false);
    this.#pool.give(sent.pages);
    this.#pool.give(sent.segmentPages);
    sent.done(okay);
    return true;
  }

  /** Without persistent grants the pages are the caller's own in a real kernel: there is no copy to pay for. */
  #copyData(bytes: Uint8Array, pages: readonly GrantedPage[], out: boolean): void {
    this.#copy(bytes, pages, out);
    if (this.#parts.persistent) this.#parts.ledger.pay("copyLine", 0, lines(bytes.length));
  }

  #copy(bytes: Uint8Array, pages: readonly GrantedPage[], out: boolean): void {
    const { memory } = this.#parts.kernel;
    for (const [n, { gfn }] of pages.entries()) {
      const part = bytes.subarray(n * PAGE, (n + 1) * PAGE);
      if (out) memory.write(gfn * PAGE, part);
      else memory.read(gfn * PAGE, part.length, part);
    }
  }
}
