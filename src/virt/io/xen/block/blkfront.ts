/**
 * The front end of a block device, itself a back end for whoever is above it in its domain.
 *
 *     submit ──▶ pages granted ──▶ request on the ring ──▶ event, if one was asked for … event ──▶ response ──▶ grants ended ──▶ done
 *
 * With persistent grants the pages are the driver's own, granted once, and it copies. What was not answered is sent again to a new back end.
 */
import { type BlockBackend, type BlockRequest, type IoLedger, lines, SECTOR } from "../../backend.ts";
import { DOMID_SELF, PAGE } from "../abi/numbers.ts";
import type { Kernel } from "../kernel.ts";
import { FrontRing } from "../ring.ts";
import type { FrontEnd } from "./blkback.ts";
import { BLKIF_OP, BLKIF_RSP, decodeResponse, encodeRequest, REQUEST_BYTES, SEGMENTS } from "./blkif.ts";

type Asked = Extract<BlockRequest, { readonly kind: "read" | "write" | "flush" }>;

interface Pending {
  readonly request: Asked;
  readonly done: (ok: boolean) => void;
}

interface GrantedPage {
  readonly gfn: number;
  readonly reference: number;
}

interface Sent extends Pending {
  readonly operation: number;
  readonly pages: readonly GrantedPage[];
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
  /** After how many answers it wants an event, of those that are outstanding: each when nothing is said. */
  readonly holdOff?: (outstanding: number) => number;
}

/** Neither half has feature-discard. */
const isCarried = (request: BlockRequest): request is Asked =>
  request.kind !== "discard" && request.kind !== "writeZeroes";

const bytesOf = (request: Asked): Uint8Array | undefined =>
  request.kind === "read" ? request.into : request.kind === "write" ? request.bytes : undefined;

export class BlkFront implements BlockBackend {
  readonly #parts: BlkFrontParts;
  sectors = 0;
  readOnly = false;
  #connection: Connection | undefined;
  /** In the order in which they were asked for. */
  #waiting: Pending[] = [];
  readonly #sent = new Map<bigint, Sent>();
  #pool: GrantedPage[] = [];
  /** Pages that a back end still has mapped although it has answered, or is gone: nobody else may have them. */
  #held: GrantedPage[] = [];
  #nextId = 0n;
  #flushing = false;
  /** The back end answered what it was not asked. */
  broken = false;

  constructor(parts: BlkFrontParts) {
    this.#parts = parts;
  }

  /** A ring and a port for the domain `backEnd`. Undefined: no page or port is free for them. */
  offer(backEnd: number): FrontEnd | undefined {
    const { kernel } = this.#parts;
    this.#takeBack();
    const ringPage = this.#granted(backEnd, false);
    if (ringPage === undefined) return undefined;
    const port = kernel.calls.allocUnbound(DOMID_SELF, backEnd);
    if (port < 0) {
      this.#end(ringPage);
      return undefined;
    }
    const ring = new FrontRing(kernel.memory, ringPage.gfn * PAGE, REQUEST_BYTES);
    ring.init();
    this.#connection = { backEnd, ring, ringPage, port };
    kernel.listen(port, () => this.#work());
    return { domain: kernel.id, ringReference: ringPage.reference, port };
  }

  /** The back end is ready, and has this disk. */
  connect(disk: { readonly sectors: number; readonly readOnly: boolean }): void {
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
    for (const { pages } of owed) for (const page of pages) this.#end(page);
    for (const page of this.#pool.splice(0)) this.#end(page);
    this.#end(connection.ringPage);
    this.#waiting = [...owed, ...this.#waiting];
  }

  submit(request: BlockRequest, done: (ok: boolean) => void): void {
    if (!isCarried(request)) {
      done(false);
      return;
    }
    const length = bytesOf(request)?.length;
    if (length !== undefined && (length === 0 || length % SECTOR !== 0 || length > SEGMENTS * PAGE)) {
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
    while (this.#waiting.length > 0 && connection.ring.free > 0 && this.#send(connection))
      this.#waiting.shift();
    if (this.#parts.holdOff) connection.ring.finalCheck(this.#eventAfter(connection.ring));
    if (connection.ring.pushRequests()) this.#parts.kernel.calls.send(connection.port);
  }

  /** False: no page or no grant is free; an answer will free some. */
  #send({ backEnd, ring }: Connection): boolean {
    const { request, done } = this.#waiting[0] as Pending;
    const bytes = bytesOf(request);
    const pages: GrantedPage[] = [];
    for (let n = 0; n < Math.ceil((bytes?.length ?? 0) / PAGE); n++) {
      const page = this.#page(backEnd, request.kind === "write");
      if (page === undefined) {
        for (const one of pages) this.#done(one);
        return false;
      }
      pages.push(page);
    }
    if (request.kind === "write") this.#copy(request.bytes, pages, true);
    const segments = pages.map(({ reference }, n) => {
      const left = (bytes as Uint8Array).length - n * PAGE;
      return { reference, first: 0, last: Math.min(left, PAGE) / SECTOR - 1 };
    });
    const operation = BLKIF_OP[request.kind];
    const id = this.#nextId++;
    const sector = request.kind === "flush" ? 0 : request.sector;
    ring.put(encodeRequest({ operation, id, sector, segments }));
    this.#sent.set(id, { request, done, operation, pages });
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
    if (okay && sent.request.kind === "read") this.#copy(sent.request.into, sent.pages, false);
    for (const page of sent.pages) this.#done(page);
    sent.done(okay);
    return true;
  }

  /** Without persistent grants the pages are the caller's own in a real kernel: there is no copy to pay for. */
  #copy(bytes: Uint8Array, pages: readonly GrantedPage[], out: boolean): void {
    const { kernel, ledger, persistent } = this.#parts;
    for (const [n, { gfn }] of pages.entries()) {
      const part = bytes.subarray(n * PAGE, (n + 1) * PAGE);
      if (out) kernel.memory.write(gfn * PAGE, part);
      else kernel.memory.read(gfn * PAGE, part.length, part);
    }
    if (persistent) ledger.pay("copyLine", 0, lines(bytes.length));
  }

  #page(backEnd: number, readonly: boolean): GrantedPage | undefined {
    const { persistent } = this.#parts;
    const pooled = persistent ? this.#pool.pop() : undefined;
    return pooled ?? this.#granted(backEnd, readonly && !persistent);
  }

  #done(page: GrantedPage): void {
    if (this.#parts.persistent) this.#pool.push(page);
    else this.#end(page);
  }

  #granted(to: number, readonly: boolean): GrantedPage | undefined {
    const { kernel } = this.#parts;
    const gfn = kernel.allocate();
    if (gfn === undefined) return undefined;
    const reference = kernel.grant(to, gfn, readonly);
    if (reference !== undefined) return { gfn, reference };
    kernel.free(gfn);
    return undefined;
  }

  #end(page: GrantedPage): void {
    const { kernel } = this.#parts;
    if (kernel.endGrant(page.reference)) kernel.free(page.gfn);
    else this.#held.push(page);
  }

  #takeBack(): void {
    for (const page of this.#held.splice(0)) this.#end(page);
  }
}
