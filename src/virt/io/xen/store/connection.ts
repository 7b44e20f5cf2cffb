/**
 * xenstored's end of one domain's connection: what comes in the store page is asked of the store in the domain's name, and nothing else.
 *
 *     event ──▶ bytes off the ring ──▶ message ──▶ XenStore ──▶ answer, or watch events ──▶ ring ──▶ event
 *
 * A domain that does not read its answers is not listened to until it does.
 */
import { PAGE } from "../abi/numbers.ts";
import type { Kernel, MappedPage } from "../kernel.ts";
import { LONGEST_PATH, type Permission, parent } from "./tree.ts";
import { Decoder, encode, LONGEST, type Message, receive, STORE_PAGE, send, XS } from "./wire.ts";
import type { Result, StoreError, XenStore } from "./xenstore.ts";

type WireError = StoreError | "E2BIG" | "ENOSYS";
type Answer = { readonly payload: string } | { readonly error: WireError };

const OK: Answer = { payload: "OK\0" };
const fails = (error: WireError): Answer => ({ error });
/** Watch events that wait for room; a domain that lets more of them gather loses the newest. */
const MOST_EVENTS = 512;
/** A watch event has room for it behind any path. */
const LONGEST_TOKEN = LONGEST - LONGEST_PATH - 2;

export interface ConnectionParts {
  readonly store: XenStore;
  /** Of the domain that xenstored runs in. */
  readonly kernel: Kernel;
}

export class StoreConnection {
  readonly #parts: ConnectionParts;
  readonly #domain: number;
  readonly #page: MappedPage;
  readonly #port: number;
  readonly #decoder = new Decoder();
  /** Answers, of which the first may be half-way out. */
  #output: Uint8Array[] = [];
  /** By path and token: what waits is told once. */
  readonly #events = new Map<string, Message>();
  /** The page made no sense: nothing more is done for the domain. */
  broken = false;

  /** By the domain's grant of its page, and its port. Undefined: one of them is none. */
  static introduce(
    parts: ConnectionParts,
    domain: number,
    reference: number,
    port: number,
  ): StoreConnection | undefined {
    const { kernel } = parts;
    const page = kernel.map(domain, [reference], false)?.[0];
    if (page === undefined) return undefined;
    const own = kernel.calls.bindInterdomain(domain, port);
    if (own > 0) return new StoreConnection(parts, domain, page, own);
    kernel.unmap([page]);
    return undefined;
  }

  private constructor(parts: ConnectionParts, domain: number, page: MappedPage, port: number) {
    this.#parts = parts;
    this.#domain = domain;
    this.#page = page;
    this.#port = port;
    parts.kernel.listen(port, () => this.#work());
  }

  /** The domain is gone, or is to be. */
  release(): void {
    const { kernel, store } = this.#parts;
    this.broken = true;
    store.forget(this.#domain);
    kernel.close(this.#port);
    kernel.unmap([this.#page]);
  }

  #work(): void {
    if (this.broken) return;
    let moved = this.#flush();
    while (!this.broken && this.#output.length === 0) {
      const message = this.#decoder.next();
      if (message === "broken") this.broken = true;
      else if (message !== undefined) this.#answer(message);
      else if (!this.#fetch()) break;
      moved = true;
      this.#flush();
    }
    if (moved) this.#parts.kernel.calls.send(this.#port);
  }

  /** False: nothing has come. */
  #fetch(): boolean {
    const bytes = receive(this.#parts.kernel.memory, this.#at, STORE_PAGE.requests);
    if (bytes === "broken") this.broken = true;
    else this.#decoder.push(bytes);
    return this.broken || bytes.length > 0;
  }

  get #at(): number {
    return this.#page.gfn * PAGE;
  }

  /** Puts out what there is room for; true: something. */
  #flush(): boolean {
    let moved = false;
    while (!this.broken) {
      const next = this.#output[0] ?? this.#event();
      if (next === undefined) break;
      const sent = send(this.#parts.kernel.memory, this.#at, STORE_PAGE.responses, next);
      if (sent === "broken") {
        this.broken = true;
        break;
      }
      moved ||= sent > 0;
      this.#output[0] = next.subarray(sent);
      if (sent < next.length) break;
      this.#output.shift();
    }
    return moved;
  }

  #event(): Uint8Array | undefined {
    for (const [key, message] of this.#events) {
      this.#events.delete(key);
      return encode(message);
    }
    return undefined;
  }

  #wake(path: string, token: string): void {
    const payload = `${path}\0${token}\0`;
    if (this.broken || this.#events.size >= MOST_EVENTS) return;
    this.#events.set(payload, { type: XS.watchEvent, request: 0, transaction: 0, payload });
    if (this.#output.length === 0 && this.#flush()) this.#parts.kernel.calls.send(this.#port);
  }

  #answer({ type, request, transaction, payload }: Message): void {
    let answer = this.#ask(type, transaction, payload);
    if ("payload" in answer && answer.payload.length > LONGEST) answer = fails("E2BIG");
    const told =
      "error" in answer
        ? { type: XS.error, payload: `${answer.error}\0` }
        : { type, payload: answer.payload };
    this.#output.push(encode({ request, transaction, ...told }));
  }

  #ask(type: number, transaction: number, payload: string): Answer {
    const { store } = this.#parts;
    const domain = this.#domain;
    // What has no end is no string.
    const [first, ...others] = payload.split("\0").slice(0, -1);
    if (first === undefined) return fails("EINVAL");
    switch (type) {
      case XS.read:
        return told(store.read(domain, first, transaction), (value) => value);
      case XS.directory:
        return told(store.directory(domain, first, transaction), terminated);
      case XS.getPermissions:
        return told(store.permissions(domain, first, transaction), (list) =>
          terminated(list.map(permissionText)),
        );
      case XS.write:
        return done(store.write(domain, first, payload.slice(first.length + 1), transaction));
      case XS.mkdir:
        return this.#mkdir(first, transaction);
      case XS.remove:
        return this.#remove(first, transaction);
      case XS.setPermissions:
        return this.#setPermissions(first, others, transaction);
      case XS.watch:
        return this.#watch(first, others[0]);
      case XS.unwatch:
        return others[0] === undefined ? fails("EINVAL") : done(store.unwatch(domain, first, others[0]));
      case XS.transactionStart:
        return transaction === 0 ? told(store.start(domain), (id) => `${id}\0`) : fails("EBUSY");
      case XS.transactionEnd:
        if (first !== "T" && first !== "F") return fails("EINVAL");
        return done(store.end(domain, transaction, first === "T"));
      case XS.getDomainPath:
        return /^\d{1,5}$/.test(first) ? { payload: `/local/domain/${first}\0` } : fails("EINVAL");
      default:
        return fails("ENOSYS");
    }
  }

  /** What is there already stays as it is. */
  #mkdir(path: string, transaction: number): Answer {
    const { store } = this.#parts;
    const found = store.read(this.#domain, path, transaction);
    if (!("error" in found)) return OK;
    return found.error === "ENOENT"
      ? done(store.write(this.#domain, path, "", transaction))
      : fails(found.error);
  }

  /** What is not there needs no removing, if it could be there. */
  #remove(path: string, transaction: number): Answer {
    const { store } = this.#parts;
    const result = store.remove(this.#domain, path, transaction);
    if (!("error" in result) || result.error !== "ENOENT") return done(result);
    return told(store.read(this.#domain, parent(path), transaction), () => "OK\0");
  }

  #setPermissions(path: string, texts: readonly string[], transaction: number): Answer {
    const permissions = texts.map(permissionOf);
    const [owner, ...others] = permissions;
    if (owner === undefined || permissions.includes(undefined)) return fails("EINVAL");
    const all: [Permission, ...Permission[]] = [owner, ...(others as Permission[])];
    return done(this.#parts.store.setPermissions(this.#domain, path, all, transaction));
  }

  /** A watch by a relative path is told of relative paths. */
  #watch(path: string, token: string | undefined): Answer {
    if (token === undefined || token.length > LONGEST_TOKEN) return fails("EINVAL");
    const own = `/local/domain/${this.#domain}/`;
    const shorter = (full: string) => (path.startsWith("/") ? full : full.slice(own.length));
    return done(
      this.#parts.store.watch(this.#domain, path, token, (full, name) => this.#wake(shorter(full), name)),
    );
  }
}

function told<T>(result: Result<T>, text: (value: T) => string): Answer {
  return "error" in result ? result : { payload: text(result.value) };
}
const done = (result: Result<undefined>): Answer => told(result, () => "OK\0");
const terminated = (texts: readonly string[]): string => texts.map((text) => `${text}\0`).join("");

/** n none, r read, w write, b both, and whose. */
const permissionText = ({ domain, read, write }: Permission): string =>
  `${read ? (write ? "b" : "r") : write ? "w" : "n"}${domain}`;

function permissionOf(text: string): Permission | undefined {
  if (!/^[nrwb]\d{1,5}$/.test(text)) return undefined;
  const [letter] = text;
  return {
    domain: Number(text.slice(1)),
    read: letter === "r" || letter === "b",
    write: letter === "w" || letter === "b",
  };
}
