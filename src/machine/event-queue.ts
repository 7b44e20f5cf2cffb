/**
 * Many events that wait for their time, for what has more of them than a board has timers (clock.ts): a network of links.
 * What happens at the same time happens in the order in which it was put in.
 *
 *     run         the nearest events, in order                       pop takes its head
 *     heap        what the run would have to be searched for
 *     buckets     later ones, as a wheel of equal spans of time      the next is sorted into the run when run and heap are empty
 *     far         beyond the last bucket, in any order               spread over the buckets when all of them are empty
 *
 * So an event costs the same however many wait, as in Brown's calendar queue (CACM 31(10), 1988), as long as times do not crowd in
 * few buckets; where they do, the heap keeps it logarithmic. All but the heap are rings in `#next` and `#previous`.
 */
import { EventHeap } from "./event-heap.ts";
import { SnapshotError, type Stateful, type StateReader, type StateWriter } from "./state.ts";

const CAPACITY = 64;
const SLOTS = 2 ** 22;
/** The rings' ends come before the slots, the buckets' after them. */
const RUN = 0;
const FAR = 1;
const FIRST = 2;
/** So far back an event goes in the run, then it goes to the heap. */
const BACK = 8;

export class EventQueue implements Stateful {
  /** The time of the event that `pop` gave last. */
  time = Number.NEGATIVE_INFINITY;
  #size = 0;
  #arrivals = 0;
  #capacity = 0;
  /** Of a slot: its event's time, order of arrival and value, and how often it was used. */
  #times = new Float64Array(0);
  #orders = new Float64Array(0);
  #values = new Int32Array(0);
  #uses = new Int32Array(0);
  /** Neighbours in a ring; free slots are a chain by `#next`. */
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #free = 0;
  #heap = new EventHeap(this.#times, this.#orders);
  /** Bucket i has the times whose (time − #start) · #perTime is in i … i + 1. Those up to #opened are empty. */
  #buckets = 0;
  #start = Number.NEGATIVE_INFINITY;
  #perTime = 1;
  #opened = 0;
  readonly #sample = new Float64Array(64);

  constructor() {
    const slots = Int32Array.from({ length: CAPACITY - FIRST }, (_, at) => at + FIRST);
    this.#begin(CAPACITY, new Int32Array(0), slots);
  }

  /** Events that wait. */
  get size(): number {
    return this.#size;
  }

  /** The time of the next event; Infinity when there is none. */
  get next(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[this.#earliest()] as number);
  }

  /**
   * `value`: int32, whatever it means to the caller. The answer is good for `cancel`.
   * @throws RangeError when the time is not a finite number, or after four million events that wait
   */
  push(time: number, value: number): number {
    if (!Number.isFinite(time)) throw new RangeError(`an event's time is ${time}, not a finite number`);
    if (this.#free === 0) this.#grow();
    const slot = this.#free;
    this.#free = this.#next[slot] as number;
    this.#times[slot] = time;
    this.#orders[slot] = this.#arrivals++;
    this.#values[slot] = value;
    this.#size++;
    const bucket = (time - this.#start) * this.#perTime;
    if (!(bucket < this.#buckets)) this.#link(slot, FAR);
    else if (bucket >= this.#opened + 1) this.#link(slot, this.#capacity + (bucket | 0));
    else this.#near(slot);
    return (this.#uses[slot] as number) * SLOTS + slot;
  }

  /** The value of the earliest event, whose time is in `time` then; undefined when there is none. */
  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#earliest();
    this.time = this.#times[slot] as number;
    this.#remove(slot);
    return this.#values[slot];
  }

  /** False when that event is over, or was cancelled before. */
  cancel(handle: number): boolean {
    const slot = handle % SLOTS;
    if ((this.#uses[slot] as number) * SLOTS + slot !== handle) return false;
    this.#remove(slot);
    return true;
  }

  #remove(slot: number): void {
    if (this.#heap.size > 0 && this.#heap.has(slot)) this.#heap.remove(slot);
    else this.#unlink(slot);
    this.#uses[slot] = ((this.#uses[slot] as number) + 1) & 0x7fffffff;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#size--;
  }

  #unlink(slot: number): void {
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  /** Puts a slot before another or, before a ring's end, last. */
  #link(slot: number, before: number): void {
    const previous = this.#previous[before] as number;
    this.#next[previous] = slot;
    this.#previous[slot] = previous;
    this.#next[slot] = before;
    this.#previous[before] = slot;
  }

  /** The slot of the earliest event, of one at least. */
  #earliest(): number {
    while (this.#next[RUN] === RUN && this.#heap.size === 0) this.#open();
    const first = this.#next[RUN] as number;
    if (this.#heap.size === 0) return first;
    const top = this.#heap.top;
    return first === RUN || this.#heap.before(top, first) ? top : first;
  }

  /** Sorts the next bucket into the run. */
  #open(): void {
    if (++this.#opened >= this.#buckets) this.#spread();
    const end = this.#capacity + this.#opened;
    const next = this.#next;
    for (let slot = next[end] as number; slot !== end; ) {
      const after = next[slot] as number;
      this.#near(slot);
      slot = after;
    }
    next[end] = end;
    this.#previous[end] = end;
  }

  /** Puts an event in its place in the run, or into the heap when that is far. */
  #near(slot: number): void {
    const time = this.#times[slot] as number;
    let before = RUN;
    for (let steps = 0; steps < BACK; steps++) {
      const previous = this.#previous[before] as number;
      // Of the run's end, the time is −Infinity.
      if ((this.#times[previous] as number) <= time) {
        this.#link(slot, before);
        return;
      }
      before = previous;
    }
    this.#heap.add(slot);
  }

  /**
   * Spreads what is far over as many buckets as there are events. They reach four times as far as the median of a sample: so half of
   * the events at least leave the far ones each time, and a few that are very far don't make the buckets coarse.
   */
  #spread(): void {
    const next = this.#next;
    const times = this.#times;
    const stride = Math.ceil(this.#size / this.#sample.length);
    let first = Number.POSITIVE_INFINITY;
    let seen = 0;
    for (let slot = next[FAR] as number; slot !== FAR; slot = next[slot] as number) {
      const time = times[slot] as number;
      if (time < first) first = time;
      if (seen % stride === 0) this.#sample[seen / stride] = time;
      seen++;
    }
    const sample = this.#sample.subarray(0, Math.ceil(seen / stride)).sort();
    const median = sample[sample.length >> 1] as number;
    const span = 4 * (median - first) || (sample.at(-1) as number) - first || 1;
    this.#buckets = 2 ** Math.ceil(Math.log2(this.#size));
    this.#start = first;
    this.#perTime = Math.min(this.#buckets / Math.min(span, Number.MAX_VALUE), Number.MAX_VALUE);
    this.#opened = 0;
    for (let slot = next[FAR] as number; slot !== FAR; ) {
      const after = next[slot] as number;
      const bucket = ((times[slot] as number) - first) * this.#perTime;
      if (bucket < this.#buckets) {
        this.#unlink(slot);
        this.#link(slot, this.#capacity + (bucket | 0));
      }
      slot = after;
    }
  }

  /** The slots that are free, in the order of their use to come, and those in use, in their events' order of arrival. */
  #slots(): { free: Int32Array; waiting: Int32Array } {
    const free: number[] = [];
    for (let slot = this.#free; slot !== 0; slot = this.#next[slot] as number) free.push(slot);
    const isFree = new Set(free);
    const waiting: number[] = [];
    for (let slot = FIRST; slot < this.#capacity; slot++) if (!isFree.has(slot)) waiting.push(slot);
    waiting.sort((a, b) => (this.#orders[a] as number) - (this.#orders[b] as number));
    return { free: Int32Array.from(free), waiting: Int32Array.from(waiting) };
  }

  #grow(): void {
    const old = this.#capacity;
    if (2 * old > SLOTS) throw new RangeError(`${this.#size} events wait: more than the queue holds`);
    const { waiting } = this.#slots();
    const [times, orders, values, uses] = [this.#times, this.#orders, this.#values, this.#uses];
    this.#begin(
      2 * old,
      waiting,
      Int32Array.from({ length: old }, (_, at) => old + at),
    );
    this.#times.set(times);
    this.#orders.set(orders);
    this.#values.set(values);
    this.#uses.set(uses);
  }

  /** So many slots, some of which wait: all of them far. */
  #begin(capacity: number, waiting: Int32Array, free: Int32Array): void {
    this.#size = waiting.length;
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY, 0, FIRST);
    this.#orders = new Float64Array(capacity);
    this.#values = new Int32Array(capacity);
    this.#uses = new Int32Array(capacity).fill(-1, 0, FIRST);
    this.#heap = new EventHeap(this.#times, this.#orders);
    this.#buckets = 0;
    this.#opened = 0;
    this.#start = Number.NEGATIVE_INFINITY;
    // The end of an empty ring is its own neighbour.
    this.#previous = Int32Array.from({ length: 2 * capacity }, (_, at) => at);
    this.#next = this.#previous.slice();
    for (const slot of waiting) this.#link(slot, FAR);
    this.#free = 0;
    for (const slot of free.reverse()) {
      this.#next[slot] = this.#free;
      this.#free = slot;
    }
  }

  /** Where an event waits is no state: it decides nothing that can be seen. */
  save(out: StateWriter): void {
    const { free, waiting } = this.#slots();
    out.section("event-queue");
    out.int(this.#capacity);
    out.double(this.time);
    out.int(waiting.length);
    out.array(waiting);
    out.array(Float64Array.from(waiting, (slot) => this.#times[slot] as number));
    out.array(Int32Array.from(waiting, (slot) => this.#values[slot] as number));
    out.array(free);
    out.array(this.#uses);
  }

  load(from: StateReader): void {
    from.section("event-queue");
    const capacity = from.int();
    if (!(capacity >= CAPACITY && capacity <= SLOTS) || (capacity & (capacity - 1)) !== 0)
      throw new SnapshotError(`the snapshot has an event queue of ${capacity} slots`);
    this.time = from.double();
    const length = Math.min(from.int() >>> 0, capacity - FIRST);
    const waiting = new Int32Array(length);
    const times = new Float64Array(length);
    const values = new Int32Array(length);
    const free = new Int32Array(capacity - FIRST - length);
    for (const array of [waiting, times, values, free]) from.array(array);
    const slots = new Int32Array(capacity - FIRST);
    slots.set(waiting);
    slots.set(free, length);
    if (slots.sort().some((slot, at) => slot !== at + FIRST) || !times.every(Number.isFinite))
      throw new SnapshotError("the snapshot's event queue has a slot twice, or a time that is no number");
    this.#begin(capacity, waiting, free);
    from.array(this.#uses);
    this.#uses.fill(-1, 0, FIRST);
    waiting.forEach((slot, at) => {
      this.#times[slot] = times[at] as number;
      this.#values[slot] = values[at] as number;
      this.#orders[slot] = at;
    });
    this.#arrivals = length;
  }
}
