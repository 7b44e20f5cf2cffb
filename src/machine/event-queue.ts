/**
 * Many events that wait for their time, for what has more of them than a board has timers (clock.ts): a network of links.
 * A heap of four children a node in typed arrays: half as deep as a binary one, and the children lie in a line or two. What happens
 * at the same time happens in the order in which it was put in. What is cancelled stays in the heap as dead until it comes up or
 * half of the heap is dead.
 */

const SLOTS = 2 ** 22;

export class EventQueue {
  /** The time of the event that `pop` gave last. */
  time = Number.NEGATIVE_INFINITY;
  #length = 0;
  #live = 0;
  #order = 0;
  /** The heap: time, order of arrival, and slot of each event. */
  #times = new Float64Array(64);
  #orders = new Float64Array(64);
  #slots = new Int32Array(64);
  /** Of a slot: its value, how often it was used, and whether its event was cancelled. */
  #values = new Int32Array(64);
  #uses = new Int32Array(64);
  #dead = new Uint8Array(64);
  /** A stack of free slots. */
  #free = Int32Array.from({ length: 64 }, (_, slot) => 63 - slot);
  #freed = 64;

  /** Events that wait and are not cancelled. */
  get size(): number {
    return this.#live;
  }

  /** The time of the next event; Infinity when there is none. */
  get next(): number {
    this.#bury();
    return this.#length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /**
   * `value`: int32, whatever it means to the caller. The answer is good for `cancel`.
   * @throws RangeError when the time is not a number, or after four million events that wait
   */
  push(time: number, value: number): number {
    if (Number.isNaN(time)) throw new RangeError("an event's time is not a number");
    if (this.#freed === 0) this.#grow();
    const slot = this.#free[--this.#freed] as number;
    this.#values[slot] = value;
    this.#dead[slot] = 0;
    this.#rise(this.#length++, time, this.#order++, slot);
    this.#live++;
    return (this.#uses[slot] as number) * SLOTS + slot;
  }

  /** The value of the earliest event, whose time is in `time` then; undefined when there is none. */
  pop(): number | undefined {
    this.#bury();
    if (this.#length === 0) return undefined;
    const slot = this.#slots[0] as number;
    this.time = this.#times[0] as number;
    this.#live--;
    this.#behead();
    return this.#values[slot];
  }

  /** False when that event is over, or was cancelled before. */
  cancel(handle: number): boolean {
    const slot = handle % SLOTS;
    if (this.#dead[slot] !== 0 || (this.#uses[slot] as number) * SLOTS + slot !== handle) return false;
    this.#dead[slot] = 1;
    this.#live--;
    if (this.#length > 64 && this.#live < this.#length >> 1) this.#sweep();
    return true;
  }

  /** Whether the slot is in use tells its count of uses, which changes when it is released. */
  #release(slot: number): void {
    this.#uses[slot] = ((this.#uses[slot] as number) + 1) & 0x7fffffff;
    this.#dead[slot] = 0;
    this.#free[this.#freed++] = slot;
  }

  #bury(): void {
    while (this.#length > 0 && this.#dead[this.#slots[0] as number] !== 0) this.#behead();
  }

  /** Takes the root away. The last one sinks from there: the earliest child moves up until it fits. */
  #behead(): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    this.#release(slots[0] as number);
    const length = --this.#length;
    const time = times[length] as number;
    const order = orders[length] as number;
    const slot = slots[length] as number;
    let at = 0;
    for (let child = 1; child < length; child = 4 * at + 1) {
      let least = child;
      let leastTime = times[child] as number;
      const end = child + 4 < length ? child + 4 : length;
      for (let other = child + 1; other < end; other++) {
        const otherTime = times[other] as number;
        if (
          otherTime < leastTime ||
          (otherTime === leastTime && (orders[other] as number) < (orders[least] as number))
        ) {
          least = other;
          leastTime = otherTime;
        }
      }
      if (time < leastTime || (time === leastTime && order < (orders[least] as number))) break;
      times[at] = leastTime;
      orders[at] = orders[least] as number;
      slots[at] = slots[least] as number;
      at = least;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** Puts an event at the place or above it. */
  #rise(place: number, time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    let at = place;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < time || (parentTime === time && (orders[parent] as number) < order)) break;
      times[at] = parentTime;
      orders[at] = orders[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** Throws the dead out. */
  #sweep(): void {
    const length = this.#length;
    let kept = 0;
    for (let at = 0; at < length; at++) {
      const slot = this.#slots[at] as number;
      if (this.#dead[slot] !== 0) this.#release(slot);
      else this.#rise(kept++, this.#times[at] as number, this.#orders[at] as number, slot);
    }
    this.#length = kept;
  }

  #grow(): void {
    const old = this.#values.length;
    if (2 * old > SLOTS) throw new RangeError(`${old} events wait: more than the queue holds`);
    const doubled = <T extends Float64Array | Int32Array | Uint8Array>(from: T): T => {
      const to = new (from.constructor as new (length: number) => T)(2 * old);
      to.set(from);
      return to;
    };
    this.#times = doubled(this.#times);
    this.#orders = doubled(this.#orders);
    this.#slots = doubled(this.#slots);
    this.#values = doubled(this.#values);
    this.#uses = doubled(this.#uses);
    this.#dead = doubled(this.#dead);
    this.#free = doubled(this.#free);
    for (let slot = 2 * old - 1; slot >= old; slot--) this.#free[this.#freed++] = slot;
  }
}
