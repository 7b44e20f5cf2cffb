/**
 * How the halves of a split driver find each other: each has a directory, writes its own state, and watches the other's (io/xenbus.h).
 *
 *     front end                                       back end
 *     1 Initialising  (toolstack)                     1 Initialising  (toolstack)
 *                                                     2 InitWait      what it can do is written
 *     3 Initialised   ring-ref, event-channel
 *                                                     4 Connected     ring mapped, port bound; sectors, info
 *     4 Connected     requests begin
 *    *     6 Closed, or gone                               6 Closed        ring unmapped
 *
 * A back end that is gone is told to the front end by the toolstack, who plugs the device in again: another directory in `backend`.
 */
import type { XenStore } from "./xenstore.ts";

export const XENBUS = {
  unknown: 0,
  initialising: 1,
  initWait: 2,
  initialised: 3,
  connected: 4,
  closing: 5,
  closed: 6,
} as const;

export interface Half {
  readonly domain: number;
  readonly directory: string;
}

export const halves = (kind: string, front: number, back: number, device: number) => ({
  front: { domain: front, directory: `/local/domain/${front}/device/${kind}/${device}` },
  back: { domain: back, directory: `/local/domain/${back}/backend/${kind}/${front}/${device}` },
});

/** What the toolstack in Domain 0 writes: a device of `front` that `back` stands behind. Again after a crash, with another back end. */
export function plug(store: XenStore, { front, back }: { front: Half; back: Half }): void {
  const started = store.start(0);
  if ("error" in started) throw new Error(`invariant: Domain 0 got no transaction: ${started.error}`);
  const transaction = started.value;
  const make = (own: Half, other: Half, otherSide: string) => {
    store.remove(0, own.directory, transaction);
    store.write(0, own.directory, "", transaction);
    const owner = { domain: own.domain, read: false, write: false };
    const reader = { domain: other.domain, read: true, write: false };
    // What is written below has them too.
    store.setPermissions(0, own.directory, [owner, reader], transaction);
    store.write(0, `${own.directory}/${otherSide}-id`, String(other.domain), transaction);
    store.write(0, `${own.directory}/${otherSide}`, other.directory, transaction);
    store.write(0, `${own.directory}/state`, String(XENBUS.initialising), transaction);
  };
  make(back, front, "frontend");
  make(front, back, "backend");
  const ended = store.end(0, transaction, true);
  if ("error" in ended) throw new Error(`invariant: nobody came between, but ${ended.error}`);
}

/** One half's view of its device. */
export class XenbusDevice {
  readonly store: XenStore;
  readonly own: Half;

  constructor(store: XenStore, own: Half) {
    this.store = store;
    this.own = own;
  }

  get state(): number {
    return this.number(this.own.directory, "state") ?? XENBUS.unknown;
  }

  set state(state: number) {
    this.write("state", String(state));
  }

  write(name: string, value: string): void {
    this.store.write(this.own.domain, `${this.own.directory}/${name}`, value);
  }

  read(directory: string, name: string): string | undefined {
    const found = this.store.read(this.own.domain, `${directory}/${name}`);
    return "error" in found ? undefined : found.value;
  }

  /** A whole number that somebody else has written; undefined: it is none. */
  number(directory: string, name: string): number | undefined {
    const text = this.read(directory, name);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }
  /**
   * A front end's: follows whatever back end the toolstack names, one after the other. `gone`: the one before is no more; `changed`: the
   * state of this one, each time.
   */
  followBackEnd(gone: () => void, changed: (backEnd: string, state: number) => void): void {
    const { store, own } = this;
    let followed: string | undefined;
    store.watch(own.domain, `${own.directory}/backend`, "device", () => {
      const backEnd = this.read(own.directory, "backend");
      if (backEnd === followed) return;
      gone();
      if (followed !== undefined) store.unwatch(own.domain, `${followed}/state`, "back");
      followed = backEnd;
      if (backEnd === undefined) return;
      store.watch(own.domain, `${backEnd}/state`, "back", () =>
        changed(backEnd, this.number(backEnd, "state") ?? XENBUS.unknown),
      );
    });
  }
}
