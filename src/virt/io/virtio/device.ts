/**
 * What every virtio device is, whatever it does and whatever bus it is on (2.1 to 2.6, 3.1):
 *
 *     0 ──ACKNOWLEDGE──▶ ──DRIVER──▶ ──FEATURES_OK──▶ ──DRIVER_OK──▶ live ──a broken queue──▶ DEVICE_NEEDS_RESET
 *     ▲ features may change            they may not                                                   │
 *     └──────────────────────────────────── a write of 0: reset ──────────────────────────────────────┘
 */
import type { Dma } from "../../../machine/dma.ts";
import { SnapshotError, type Stateful, type StateReader, type StateWriter } from "../../../machine/state.ts";
import { FREE, type IoLedger } from "../backend.ts";
import { Transfer } from "./buffer.ts";
import { EVENT_IDX, INDIRECT_DESC, RING_PACKED, STATUS, VERSION_1 } from "./features.ts";
import { packedQueue } from "./packed.ts";
import type { Chain, Virtqueue, VirtqueueFactory } from "./queue.ts";
import { splitQueue } from "./split.ts";

/** A queue as a transport's registers show it, and what happened on it. */
export interface QueueState {
  readonly most: number;
  size: number;
  enabled: boolean;
  /** The driver has done with it: it comes back with a reset only. */
  stopped: boolean;
  descriptors: number;
  driver: number;
  device: number;
  live: Virtqueue | undefined;
  kicks: number;
  requests: number;
  interrupts: number;
  suppressed: number;
  /** Taken, and not given back. */
  readonly inFlight: Set<Chain>;
}

export interface DeviceParts {
  readonly dma: Dma;
  readonly ledger?: IoLedger;
  /** The device side of its split queues; the reference unless a student's, and with that there are no packed ones. */
  readonly queue?: VirtqueueFactory;
}

export abstract class VirtioDevice implements Stateful {
  /** Device ID (5). */
  abstract readonly id: number;
  /** Device configuration space: little-endian, read by the driver as it is now. */
  abstract readonly config: Uint8Array;
  /** Features that it offers. */
  readonly offered: bigint;
  readonly queues: readonly QueueState[];
  /** Set by the transport: a used-buffer notification of a queue, or a configuration change. */
  onUsed: (queue: number) => void = () => {};
  onConfigChange: () => void = () => {};
  status = 0;
  accepted = 0n;
  /** Changes when the driver reads a configuration that the device has changed since it was last read (4.1.4.3.1). */
  generation = 0;
  #changed = false;
  protected readonly transfer: Transfer;
  protected readonly ledger: IoLedger;
  /** Counts resets: what was asked of a back end before the last one is nobody's. */
  protected life = 0;
  readonly #dma: Dma;
  readonly #split: VirtqueueFactory;

  constructor(features: bigint, queueSizes: readonly number[], { dma, ledger = FREE, queue }: DeviceParts) {
    this.offered =
      features | VERSION_1 | INDIRECT_DESC | EVENT_IDX | (queue === undefined ? RING_PACKED : 0n);
    this.queues = queueSizes.map((most) => ({
      ...{ most, size: most, enabled: false, stopped: false, descriptors: 0, driver: 0, device: 0 },
      ...{ live: undefined, kicks: 0, requests: 0, interrupts: 0, suppressed: 0, inFlight: new Set<Chain>() },
    }));
    this.#dma = dma;
    this.#split = queue ?? splitQueue;
    this.ledger = ledger;
    this.transfer = new Transfer(dma, ledger);
  }

  /** What its back end stores: a snapshot of the board takes it along, a reset leaves it alone. */
  get media(): readonly Stateful[] {
    return [];
  }

  /** The driver has put something into a queue. */
  protected abstract kicked(queue: number): void;
  /** Asks a back end once more for what a snapshot says was asked; memory and clock are there already. */
  protected resume?(queue: number, chain: Chain): void;
  /** Back to how it was made, beyond what this class does. */
  protected resetOwn(): void {}
  /** The driver reads 1, 2 or 4 bytes of the configuration space, at any time (2.5.2); beyond its end they are 0. */
  readConfig(offset: number, size: number): number {
    // Counting the changes themselves could come round to the same number between two looks.
    if (this.#changed) this.generation = (this.generation + 1) & 0xff;
    this.#changed = false;
    let value = 0;
    for (let i = 0; i < size; i++) value += (this.config[offset + i] ?? 0) * 2 ** (8 * i);
    return value;
  }

  /** The driver writes 1, 2 or 4 bytes of the configuration space; most devices have nothing there that it may write. */
  writeConfig(_offset: number, _value: number, _size: number): void {}

  get live(): boolean {
    return (this.status & STATUS.driverOk) !== 0 && (this.status & STATUS.needsReset) === 0;
  }

  /** 3.1.1, step 5: after FEATURES_OK what was accepted stays. */
  accept(features: bigint): void {
    if (!(this.status & STATUS.featuresOk)) this.accepted = features;
  }

  setStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    // 2.1.1: a driver clears no bit; 2.1.2: DEVICE_NEEDS_RESET is the device's own.
    let next = this.status | (value & ~STATUS.needsReset & 0xff);
    // 2.2.2: a set of features that was not offered, or is a legacy driver's, is not taken.
    const fits = (this.accepted & ~this.offered) === 0n && (this.accepted & VERSION_1) !== 0n;
    if (!(this.status & STATUS.featuresOk) && !fits) next &= ~STATUS.featuresOk;
    // 3.1.1: nothing is live whose features were not agreed on.
    if (!(next & STATUS.featuresOk)) next &= ~STATUS.driverOk;
    const starts = (next & ~this.status & STATUS.driverOk) !== 0;
    this.status = next;
    if (starts) for (const queue of this.queues) if (queue.enabled) this.#start(queue);
  }

  /** Whether a queue may have so many descriptors: a power of 2 in a split one (2.7), any number in a packed one (2.8.10.1). */
  takesSize(queue: QueueState, size: number): boolean {
    const packed = (this.accepted & RING_PACKED) !== 0n;
    return size > 0 && size <= queue.most && (packed || (size & (size - 1)) === 0);
  }

  /** A queue that is enabled keeps its place and size until the reset (4.1.4.3.2). */
  enable(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || queue.enabled || queue.stopped || !(this.status & STATUS.featuresOk)) return;
    // A size from before the features were agreed on may be none of theirs.
    if (!this.takesSize(queue, queue.size)) return;
    queue.enabled = true;
    if (this.live) this.#start(queue);
  }

  /** From now on the queue is not touched (4.2.2.1, QueueReady 0); answers to what was asked on it are nobody's. */
  stop(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || !queue.enabled) return;
    queue.enabled = false;
    queue.stopped = true;
    queue.live = undefined;
    queue.inFlight.clear();
  }

  #start(queue: QueueState, position?: readonly number[]): void {
    const { size, descriptors, driver, device } = queue;
    const indirect = (this.accepted & INDIRECT_DESC) !== 0n;
    const eventIndex = (this.accepted & EVENT_IDX) !== 0n;
    const layout = { size, descriptors, driver, device, indirect, eventIndex };
    const make = this.accepted & RING_PACKED ? packedQueue : this.#split;
    queue.live = make(layout, this.#dma, position);
  }

  /** An available-buffer notification. 2.1.2: before DRIVER_OK nothing is taken; 2.7.10.2: one too many does no harm. */
  kick(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined) return;
    queue.kicks++;
    if (queue.live !== undefined && this.live) this.kicked(index);
  }

  /** 2.4.1: status 0, nothing accepted, no queue. */
  reset(): void {
    this.status = 0;
    this.accepted = 0n;
    this.life++;
    for (const queue of this.queues) {
      queue.live = undefined;
      queue.inFlight.clear();
      queue.enabled = false;
      queue.stopped = false;
      queue.size = queue.most;
      queue.descriptors = queue.driver = queue.device = 0;
    }
    this.resetOwn();
  }

  protected needsReset(): void {
    if (this.status & STATUS.needsReset) return;
    const wasLive = this.live;
    this.status |= STATUS.needsReset;
    // 2.1.2: a driver that is at work is told.
    if (wasLive) this.onConfigChange();
  }

  protected configChanged(): void {
    this.#changed = true;
    if (this.live) this.onConfigChange();
  }

  protected pop(index: number): Chain | undefined {
    const queue = this.queues[index] as QueueState;
    if (queue.live === undefined || !this.live) return undefined;
    const chain = queue.live.pop();
    if (chain === undefined) return undefined;
    if ("fault" in chain) {
      this.needsReset();
      return undefined;
    }
    queue.requests++;
    queue.inFlight.add(chain);
    this.ledger.pay("request");
    return chain;
  }

  protected push(index: number, chain: Chain, written: number): void {
    const queue = this.queues[index] as QueueState;
    if (queue.live === undefined || !this.live) return;
    queue.inFlight.delete(chain);
    if (!queue.live.push(chain, written)) this.needsReset();
  }

  /** A buffer that the device itself keeps is no request that a back end has: a snapshot need not wait for it. */
  protected park(index: number, chain: Chain): void {
    (this.queues[index] as QueueState).inFlight.delete(chain);
  }

  /** Tells the driver of what was pushed, if it wants to be told. */
  protected tell(index: number): void {
    const queue = this.queues[index] as QueueState;
    if (queue.live === undefined || !this.live) return;
    if (queue.live.notify()) {
      queue.interrupts++;
      this.onUsed(index);
    } else queue.suppressed++;
  }

  /**
   * Requests that a back end has not answered are saved as what the driver asked, and asked again by load(): their latency starts anew. A
   * device that cannot ask again throws a SnapshotError while it has any.
   */
  save(out: StateWriter): void {
    out.section("virtio");
    for (const value of [this.status, this.generation]) out.int(value);
    for (const shift of [0n, 32n]) out.int(Number(BigInt.asIntN(32, this.accepted >> shift)));
    out.flag(this.#changed);
    out.bytes(this.config);
    for (const queue of this.queues) {
      for (const value of [queue.size, queue.descriptors, queue.driver, queue.device]) out.double(value);
      out.flag(queue.enabled);
      out.flag(queue.stopped);
      const position = queue.live?.position();
      out.flag(position !== undefined);
      out.int(position?.length ?? 0);
      for (const value of position ?? []) out.int(value);
      this.#saveChains(out, this.live ? [...queue.inFlight] : []);
    }
  }

  load(from: StateReader): void {
    from.section("virtio");
    this.life++;
    this.status = from.int();
    this.generation = from.int();
    const [low, high] = [from.int(), from.int()];
    this.accepted = BigInt.asUintN(32, BigInt(low)) | (BigInt.asUintN(32, BigInt(high)) << 32n);
    this.#changed = from.flag();
    from.array(this.config);
    for (const queue of this.queues) {
      queue.size = from.double();
      queue.descriptors = from.double();
      queue.driver = from.double();
      queue.device = from.double();
      queue.enabled = from.flag();
      queue.stopped = from.flag();
      const live = from.flag();
      const position = Array.from({ length: from.int() }, () => from.int());
      queue.live = undefined;
      queue.inFlight.clear();
      if (live) this.#start(queue, position);
      for (const chain of this.#loadChains(from)) queue.inFlight.add(chain);
    }
    for (const [index, { inFlight }] of this.queues.entries())
      for (const chain of [...inFlight]) this.resume?.(index, chain);
  }

  #saveChains(out: StateWriter, chains: readonly Chain[]): void {
    if (chains.length > 0 && this.resume === undefined)
      throw new SnapshotError(
        `${chains.length} requests of a virtio device are with its back end: let the machine run on until they are answered`,
      );
    out.int(chains.length);
    for (const { id, slots, readable, writable } of chains) {
      for (const value of [id, slots, readable.length, writable.length]) out.int(value);
      for (const { address, length } of [...readable, ...writable]) {
        out.double(address);
        out.double(length);
      }
    }
  }

  #loadChains(from: StateReader): Chain[] {
    const segments = (count: number) =>
      Array.from({ length: count }, () => ({ address: from.double(), length: from.double() }));
    return Array.from({ length: from.int() }, () => {
      const [id, slots, reads, writes] = [from.int(), from.int(), from.int(), from.int()];
      return { id, slots, readable: segments(reads), writable: segments(writes) };
    });
  }
}
