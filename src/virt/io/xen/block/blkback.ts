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
  decodeRequest,
  encodeResponse,
  REQUEST_BYTES,
  type Request,
  SECTORS_PER_PAGE,
  SEGMENTS,
} from "./blkif.ts";
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
  /** Somebody else's way around the ring. */
  readonly ring?: RingPolicy;
}

export class BlkBack {
  readonly #parts: BlkBackParts;
  readonly #ringPage: MappedPage;
  readonly #port: number;
  readonly #ring: BackRing;
  readonly #pages: PageSource;
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
    for (const bytes of taken) this.#start(decodeRequest(bytes));
    if (this.#ring.finalCheck()) this.#parts.kernel.later(() => this.#work());
  }

  #start(request: Request): void {
    this.#parts.ledger.pay("request");
    const { operation, segments, sector } = request;
    const { disk, kernel } = this.#parts;
    if (operation === BLKIF_OP.flush && request.count === 0) {
      disk.submit({ kind: "flush" }, (ok) => this.#answer(request, ok));
      return;
    }
    const write = operation === BLKIF_OP.write;
    if (!write && operation !== BLKIF_OP.read) {
      this.#respond(request, BLKIF_RSP.notSupported);
      return;
    }
    const pages = isSound(request, disk) ? this.#pages.open(segments, write) : undefined;
    if (pages === undefined) {
      this.#answer(request, false);
      return;
    }
    const end = (ok: boolean) => {
      // The medium finishes for whom is no longer there.
      if (kernel.crashed) return;
      pages.release();
      this.#answer(request, ok);
    };
    if (write) disk.submit({ kind: "write", sector, bytes: pages.bytes() }, end);
    else {
      const into = new Uint8Array(sectorsOf(request) * SECTOR);
      disk.submit({ kind: "read", sector, into }, (ok) => {
        if (!kernel.crashed) end(ok && !this.#closed && pages.fill(into));
      });
    }
  }

  #answer(request: Request, ok: boolean): void {
    this.#respond(request, ok ? BLKIF_RSP.okay : BLKIF_RSP.error);
  }

  /** Answers of the same turn share one look at whether the front end wants an event. */
  #respond({ id, operation }: Request, status: number): void {
    const { kernel } = this.#parts;
    if (this.#closed || kernel.crashed) return;
    this.#ring.put(encodeResponse({ id, operation, status }));
    if (this.#flushing) return;
    this.#flushing = true;
    kernel.later(() => {
      this.#flushing = false;
      if (!this.#closed && this.#ring.pushResponses()) kernel.calls.send(this.#port);
    });
  }
}

const sectorsOf = ({ segments }: Request) =>
  segments.reduce((sectors, { first, last }) => sectors + last - first + 1, 0);

function isSound(request: Request, disk: BlockBackend): boolean {
  const { count, segments, sector, operation } = request;
  if (count === 0 || count > SEGMENTS) return false;
  if (operation === BLKIF_OP.write && disk.readOnly) return false;
  if (!segments.every(({ first, last }) => first <= last && last < SECTORS_PER_PAGE)) return false;
  return sector + sectorsOf(request) <= disk.sectors;
}
