/**
 * Where shadows map the guest's frames writable, so that a frame which becomes a table, or is watched, can be taken back:
 *
 *     frame 0x20 ──▶ slot, slot            leaves of 4 KiB
 *     large page 1 ──▶ slot                leaves of 2 or 4 MiB, which are found by each of the frames inside
 */
export class ReverseMap {
  readonly #small = new Map<number, Set<number>>();
  readonly #large = new Map<number, Set<number>>();
  /** Frames of a large page. */
  readonly #frames: number;

  /** `frames`: how many a large page has. */
  constructor(frames: number) {
    this.#frames = frames;
  }

  /** The leaf in a slot maps the frame, or the large page that begins with it, writable. */
  add(frame: number, slot: number, large: boolean): void {
    const map = large ? this.#large : this.#small;
    const key = this.#key(frame, large);
    const slots = map.get(key);
    if (slots === undefined) map.set(key, new Set([slot]));
    else slots.add(slot);
  }

  delete(frame: number, slot: number, large: boolean): void {
    const map = large ? this.#large : this.#small;
    const key = this.#key(frame, large);
    const slots = map.get(key);
    if (slots?.delete(slot) && slots.size === 0) map.delete(key);
  }

  /** All slots through which the frame is written. A copy: they may be deleted on the way. */
  of(frame: number): number[] {
    const slots = (map: Map<number, Set<number>>, large: boolean) => map.get(this.#key(frame, large)) ?? [];
    return [...slots(this.#small, false), ...slots(this.#large, true)];
  }

  /** All slots there are; a copy as well. */
  all(): number[] {
    return [...this.#small.values(), ...this.#large.values()].flatMap((slots) => [...slots]);
  }

  #key(frame: number, large: boolean): number {
    return large ? Math.floor(frame / this.#frames) : frame;
  }
}
