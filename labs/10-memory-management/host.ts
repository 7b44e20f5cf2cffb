/** A host small enough for a pencil: pages of two letters, and a hash that sees only the first. */
import type { Parting, Sharing } from "./component.ts";

/** Plain data from which a host is made. */
export interface Start {
  /** Page → content, such as "A1". Each page has a frame of its own, … */
  readonly pages: { readonly [page: string]: string };
  /** … except for these: pages of equal content that share a frame; one of them may be the last that is left. */
  readonly shared: readonly (readonly number[])[];
  /** Pages whose frames are remembered, and with which content they were. */
  readonly remembered: readonly { readonly page: number; readonly as: string }[];
}

export type Step =
  | { readonly kind: "scan"; readonly page: number }
  | { readonly kind: "write"; readonly page: number; readonly content: string };

/** The hash of a content is its letter's number. */
export const hashOf = (content: string): number => content.charCodeAt(0);

interface Frame {
  content: string;
  users: number;
  shared: boolean;
}

/** Frames are numbered from here, so that nobody takes them for pages. */
const FIRST = 100;

export class SmallHost implements Sharing, Parting {
  /** What was done, in its order. */
  readonly events: string[] = [];
  hashed = 0;
  compared = 0;
  readonly #frames = new Map<number, Frame>();
  readonly #places = new Map<number, number>();
  readonly #found = new Map<number, number>();
  /** What each page's machine wrote there last. */
  readonly #wrote = new Map<number, string>();
  #next = FIRST;

  constructor({ pages, shared, remembered }: Start) {
    for (const [page, content] of Object.entries(pages)) {
      this.#wrote.set(Number(page), content);
      if (!shared.some((group) => group.includes(Number(page))))
        this.#places.set(Number(page), this.make(content, false, 1));
    }
    for (const group of shared) {
      const frame = this.make(pages[String(group[0])] ?? "", true, group.length);
      for (const page of group) this.#places.set(page, frame);
    }
    for (const { page, as } of remembered) this.#found.set(hashOf(as), this.frame(page));
  }

  frame(page: number): number {
    return this.#places.get(page) ?? -1;
  }

  hash(frame: number): number {
    this.hashed++;
    return hashOf(this.#frames.get(frame)?.content ?? "?");
  }

  equal(frame: number, other: number): boolean {
    this.compared++;
    const [a, b] = [this.#frames.get(frame), this.#frames.get(other)];
    return a !== undefined && b !== undefined && a.content === b.content;
  }

  users(frame: number): number {
    return this.#frames.get(frame)?.users ?? 0;
  }

  isShared(frame: number): boolean {
    return this.#frames.get(frame)?.shared ?? false;
  }

  find(hash: number): number | null {
    return this.#found.get(hash) ?? null;
  }

  remember(hash: number, frame: number): void {
    this.events.push(`remember frame ${frame} under ${String.fromCharCode(hash & 0xffff)}`);
    this.#found.set(hash, frame);
  }

  share(page: number, frame: number): void {
    this.events.push(`page ${page} shares frame ${frame}`);
    const [old, target] = [this.frame(page), this.#frames.get(frame)];
    if (target === undefined || !this.#places.has(page)) return;
    target.shared = true;
    target.users++;
    this.#places.set(page, frame);
    this.drop(old);
  }

  copy(page: number): void {
    const old = this.frame(page);
    const content = this.#frames.get(old)?.content;
    this.events.push(`page ${page} gets a copy of frame ${old}`);
    if (content === undefined) return;
    this.#places.set(page, this.make(content, false, 1));
    this.drop(old);
  }

  own(page: number): void {
    const frame = this.#frames.get(this.frame(page));
    this.events.push(`page ${page} owns frame ${this.frame(page)}`);
    if (frame !== undefined) frame.shared = false;
  }

  /** The machine's write itself, once the page is ready for it. */
  store(page: number, content: string): void {
    const frame = this.#frames.get(this.frame(page));
    if (frame === undefined) return;
    if (frame.shared) {
      this.events.push(`page ${page} still cannot be written`);
      return;
    }
    frame.content = content;
    this.#wrote.set(page, content);
  }

  /** Pages that do not hold what their machines wrote: what must never be. */
  broken(): string[] {
    return [...this.#wrote].flatMap(([page, wrote]) => {
      const reads = this.#frames.get(this.frame(page))?.content;
      return reads === wrote
        ? []
        : [`page ${page} reads ${reads ?? "nothing"}, and its machine wrote ${wrote}`];
    });
  }

  /** What it cost, and what is left. */
  totals(): string {
    return `${this.hashed} × hash, ${this.compared} × equal, ${this.#frames.size} frames in use`;
  }

  private make(content: string, shared: boolean, users: number): number {
    this.#frames.set(this.#next, { content, users, shared });
    return this.#next++;
  }

  private drop(frame: number): void {
    const one = this.#frames.get(frame);
    if (one === undefined || --one.users > 0) return;
    this.#frames.delete(frame);
    for (const [hash, found] of this.#found) if (found === frame) this.#found.delete(hash);
  }
}
