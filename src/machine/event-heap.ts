/** Slots of an event queue by time, and by order of arrival where times are the same: a heap of four children a node. */
export class EventHeap {
  size = 0;
  readonly #times: Float64Array;
  readonly #orders: Float64Array;
  readonly #slots: Int32Array;
  readonly #places: Int32Array;

  /** Of each slot: its time, its order of arrival. */
  constructor(times: Float64Array, orders: Float64Array) {
    this.#times = times;
    this.#orders = orders;
    this.#slots = new Int32Array(times.length);
    this.#places = new Int32Array(times.length).fill(-1);
  }

  /** The earliest slot, of one at least. */
  get top(): number {
    return this.#slots[0] as number;
  }

  before(slot: number, other: number): boolean {
    const time = this.#times[slot] as number;
    const otherTime = this.#times[other] as number;
    return (
      time < otherTime ||
      (time === otherTime && (this.#orders[slot] as number) < (this.#orders[other] as number))
    );
  }

  has(slot: number): boolean {
    return (this.#places[slot] as number) >= 0;
  }

  add(slot: number): void {
    this.#rise(this.size++, slot);
  }

  remove(slot: number): void {
    const place = this.#places[slot] as number;
    const last = this.#slots[--this.size] as number;
    this.#places[slot] = -1;
    if (last === slot) return;
    if (place > 0 && this.before(last, this.#slots[(place - 1) >> 2] as number)) this.#rise(place, last);
    else this.#sink(place, last);
  }

  #put(place: number, slot: number): void {
    this.#slots[place] = slot;
    this.#places[slot] = place;
  }

  #rise(place: number, slot: number): void {
    let at = place;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = this.#slots[parent] as number;
      if (this.before(other, slot)) break;
      this.#put(at, other);
      at = parent;
    }
    this.#put(at, slot);
  }

  #sink(place: number, slot: number): void {
    const slots = this.#slots;
    let at = place;
    for (let child = 4 * at + 1; child < this.size; child = 4 * at + 1) {
      let least = slots[child] as number;
      let to = child;
      const end = Math.min(child + 4, this.size);
      for (let next = child + 1; next < end; next++) {
        const other = slots[next] as number;
        if (this.before(other, least)) {
          least = other;
          to = next;
        }
      }
      if (this.before(slot, least)) break;
      this.#put(at, least);
      at = to;
    }
    this.#put(at, slot);
  }
}
