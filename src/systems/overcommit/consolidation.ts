/** Several machines on one host that has less memory than they believe: a host as ESX is one, with its techniques one by one. */
import {
  BalloonDriver,
  GuestDisk,
  GuestOs,
  Host,
  type MemoryPrices,
  RandomScanner,
  REFERENCE,
  Reclaimer,
  Sampler,
  type Sharer,
  type Targets,
  type Vm,
} from "../../virt/memory/index.ts";
import { Timeline } from "./timeline.ts";
import { Workload, type WorkloadPlan } from "./workload.ts";

export interface GuestPlan {
  readonly name: string;
  /** Pages. */
  readonly memory: number;
  readonly kernel: number;
  /** Equal numbers, equal kernels and files. */
  readonly image: number;
  readonly shares?: number;
  readonly min?: number;
  readonly workload: WorkloadPlan;
  /** It touched all of its memory once, as a guest does that zeroes it at boot. */
  readonly touched?: boolean;
}

export interface HostPlan {
  /** Frames. */
  readonly memory: number;
  readonly balloon: boolean;
  /** Pages that are looked at in a second, to be shared; 0: none. */
  readonly scan: number;
  /** τ, 0 ≤ τ < 1, with which memory that a guest does not use is taxed. */
  readonly tax?: number;
  readonly policy?: Targets & Sharer;
  readonly prices?: MemoryPrices;
  readonly seed?: number;
}

/** Pages sampled in a period of that length (Waldspurger 2002, section 5.3). */
const SAMPLED = 100;
const PERIOD = 30e9;
const SECOND = 1e9;
const RESERVE = 0.02;

interface Guest {
  readonly vm: Vm;
  readonly os: GuestOs;
  readonly disk: GuestDisk;
  readonly driver: BalloonDriver;
  readonly sampler: Sampler;
  readonly workload: Workload;
  /** When its request is done. */
  time: number;
  requests: number;
}

/** What one guest did, and what was done to it. */
export interface Account {
  readonly name: string;
  readonly requests: number;
  /** Requests a second. */
  readonly throughput: number;
  readonly faults: number;
  readonly swapIns: number;
  readonly doublePaged: number;
  /** Pages in memory, and in the balloon. */
  readonly resident: number;
  readonly ballooned: number;
  readonly active: number;
  readonly parted: number;
}

export class Consolidation {
  readonly host: Host;
  readonly guests: readonly Guest[];
  readonly #timeline = new Timeline();
  readonly #reclaimer: Reclaimer;
  readonly #scanner: RandomScanner;
  readonly #scan: number;
  readonly #reserve: number;
  #time = 0;
  #sampled = 0;
  /** The beginning of what is measured. */
  #from = 0;
  #before = new Map<Guest, ReturnType<typeof countsOf>>();

  constructor(plan: HostPlan, guests: readonly GuestPlan[]) {
    const { memory, balloon, scan, tax = 0, policy = REFERENCE, prices, seed = 1 } = plan;
    this.host = new Host({
      ...{ frames: memory, seed, sharer: policy },
      ...(prices ? { prices } : {}),
    });
    const drivers = new Map<Vm, BalloonDriver>();
    this.#reclaimer = new Reclaimer(this.host, {
      ...{ policy, tax },
      balloon: (vm) => (balloon ? drivers.get(vm) : undefined),
    });
    this.#scanner = new RandomScanner(this.host);
    this.#scan = scan;
    this.#reserve = Math.ceil(RESERVE * memory);
    this.guests = guests.map((guest, at) => {
      const one = this.boot(guest, 1 + at + 1000 * seed);
      drivers.set(one.vm, one.driver);
      this.relieve();
      return one;
    });
    this.host.ledger.drain();
  }

  /** Lets so much time pass, in seconds. */
  run(seconds: number): void {
    const end = this.#time + seconds * SECOND;
    while (this.#time < end) {
      const until = Math.min(end, this.#time + SECOND);
      for (let next = this.earliest(); next.time < until; next = this.earliest()) this.request(next);
      this.#time = until;
      this.background();
    }
  }

  /** What is counted begins now. */
  measure(): void {
    this.#from = this.#time;
    this.#before = new Map(this.guests.map((guest) => [guest, countsOf(guest)]));
  }

  accounts(): Account[] {
    const seconds = (this.#time - this.#from) / SECOND;
    return this.guests.map((guest) => {
      const [now, before] = [countsOf(guest), this.#before.get(guest)];
      const since = (key: keyof typeof now) => now[key] - (before?.[key] ?? 0);
      const { name, resident, ballooned, active } = guest.vm;
      return {
        ...{ name, resident, ballooned, active },
        requests: since("requests"),
        throughput: since("requests") / seconds,
        faults: since("faults"),
        swapIns: since("swapIns"),
        doublePaged: since("doublePaged"),
        parted: since("parted"),
      };
    });
  }

  private boot(plan: GuestPlan, seed: number): Guest {
    const { name, memory, kernel, image, shares = 1000, min = 0, workload, touched = false } = plan;
    const { host } = this;
    const vm = host.create({ name, pages: memory, shares, min });
    const disk = new GuestDisk(image, host.ledger);
    const os = new GuestOs(vm, disk, host.ledger, { image, kernel, identity: seed });
    if (touched)
      for (let gpn = kernel; gpn < memory; gpn++) {
        vm.read32(gpn * 4096);
        if (gpn % 64 === 0) this.relieve();
      }
    return {
      ...{ vm, os, disk, time: 0, requests: 0 },
      driver: new BalloonDriver(os, host.channel(vm)),
      sampler: new Sampler(host, vm, SAMPLED),
      workload: new Workload(os, workload, seed),
    };
  }

  private earliest(): Guest {
    return this.guests.reduce((first, guest) => (guest.time < first.time ? guest : first));
  }

  private request(guest: Guest): void {
    const { ledger } = this.host;
    guest.workload.step();
    ledger.pay("operation");
    guest.time = this.#timeline.serve(guest.time, ledger.drain()) + guest.workload.think;
    guest.requests++;
    if (this.host.frames.free < this.#reserve) {
      this.relieve();
      this.#timeline.serve(guest.time, ledger.drain());
    }
  }

  private relieve(): void {
    if (this.host.frames.free < this.#reserve) this.#reclaimer.tick();
  }

  /** What the host does once a second, beside the guests. */
  private background(): void {
    if (this.#time - this.#sampled >= PERIOD) {
      this.#sampled = this.#time;
      for (const { sampler } of this.guests) sampler.nextPeriod();
    }
    for (const { sampler } of this.guests) sampler.update();
    if (this.#scan > 0) this.#scanner.scan(this.#scan);
    this.#reclaimer.tick();
    this.#timeline.serve(this.#time, this.host.ledger.drain());
  }
}

function countsOf({ requests, os, vm }: Guest) {
  const { swapIns, doublePaged, parted } = vm.counts;
  return { requests, faults: os.counts.faults, swapIns, doublePaged, parted };
}
