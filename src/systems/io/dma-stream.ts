/**
 * A device that receives packets into buffers which are mapped for it one by one: what its protection costs.
 *
 *     driver   unmap, flush (by the policy) ◀── packet is there      map the next buffer ──▶ descriptor
 *     device   descriptor read ─▶ packet in transactions of 256 bytes ─▶ descriptor written back          each through the remapping unit
 */
import type { Iova } from "../../machine/address.ts";
import { Bus } from "../../machine/bus.ts";
import { Clock } from "../../machine/clock.ts";
import type { CostProfile, MonitorPrices } from "../../machine/cost.ts";
import { type Dma, directDma } from "../../machine/dma.ts";
import { Iommu } from "../../machine/iommu/index.ts";
import { Ledger } from "../../machine/ledger.ts";
import { KVM } from "../../machine/profiles/monitors/kvm.ts";
import { Trace } from "../../machine/trace.ts";
import type { IoLedger } from "../../virt/io/backend.ts";
import type { DomainParts } from "../../virt/io/iommu/domain.ts";
import { IommuDriver } from "../../virt/io/iommu/driver.ts";
import { type DmaDomain, dmaDomain, type Protection } from "../../virt/io/iommu/protection.ts";

const PAGE = 4096;
/** Bus 0, device 3. */
const DEVICE = 0x18;
const DOMAIN = 1;
/** The largest payload of a transaction that a root port takes, as a rule. */
const TRANSACTION = 256;
const DESCRIPTOR = 16;
/** Pages for the unit's tables; after them the ring, after it the buffers. */
const TABLES = 1024;

export interface DmaPlan {
  readonly policy: Protection;
  /** That the device may fill at any time, each a page. */
  readonly buffers: number;
  /** Bytes of a packet, at most a page. */
  readonly bytes: number;
  /** Entries of the IOTLB, of 4 ways. */
  readonly iotlb: number;
  /** Cycles from one packet to the next, besides what they cost. */
  readonly gap: number;
  readonly profile: CostProfile;
  /** KVM's unless said. */
  readonly prices?: MonitorPrices;
  /** Somebody else's tables and flushes in place of the library's. */
  readonly domain?: (
    parts: Omit<DomainParts, "policy"> & { readonly bus: Bus; readonly ledger: IoLedger },
  ) => DmaDomain;
}

export interface DmaCost {
  /** Cycles that the processor spends on tables and flushes. */
  processor: number;
  /** Entries of tables that the unit reads, and the cycles that its device waits for them. */
  references: number;
  device: number;
  translations: number;
  /** … that were in the IOTLB. */
  hits: number;
  flushes: number;
  /** Packets whose buffer the device could still write to when the driver had taken it back. */
  late: number;
  /** Packets that did not get to memory: a mapping was wrong. */
  lost: number;
}

export class DmaStream {
  readonly #plan: DmaPlan;
  readonly #clock = new Clock();
  readonly #iommu: Iommu;
  readonly #device: Dma;
  readonly #domain: DmaDomain;
  readonly #ring: readonly Iova[];
  /** Buffers that the device may fill, the oldest first. */
  readonly #posted: { iova: Iova; host: number }[] = [];
  #processor = 0;
  #flushes = 0;
  #lost = 0;
  #slot = 0;

  constructor(plan: DmaPlan) {
    this.#plan = plan;
    const ringPages = Math.ceil((plan.buffers * DESCRIPTOR) / PAGE);
    const bus = new Bus((TABLES + ringPages + plan.buffers) * PAGE);
    this.#iommu = new Iommu(bus, () => {}, { iotlb: { entries: plan.iotlb, ways: 4 } });
    let next = 0;
    const ledger = this.#ledger();
    const driver = new IommuDriver({
      bus,
      registers: this.#iommu.registers,
      page: () => {
        next += PAGE;
        if (next >= TABLES * PAGE) throw new Error("invariant: the unit's tables outgrow their pages");
        return next;
      },
      ledger,
    });
    const parts = { driver, number: DOMAIN, clock: this.#clock, bus, ledger };
    this.#domain = plan.domain?.(parts) ?? dmaDomain(plan.policy, parts);
    this.#domain.attach(DEVICE);
    this.#device = plan.policy.kind === "none" ? directDma(bus) : this.#iommu.dma(DEVICE);
    const place = (page: number) => (TABLES + page) * PAGE;
    this.#ring = Array.from({ length: ringPages }, (_, page) => this.#domain.map(place(page)));
    for (let n = 0; n < plan.buffers; n++) {
      const host = place(ringPages + n);
      this.#posted.push({ iova: this.#domain.map(host), host });
    }
  }

  /** So many packets. `late`: the device also tries every buffer again that was taken back, which leaves its traces in the IOTLB. */
  run(packets: number, late = false): DmaCost {
    const { translator } = this.#iommu;
    const references = () => translator.references + translator.contextReferences;
    const before = { references: references(), requests: translator.requests, hits: translator.hits };
    this.#processor = 0;
    this.#flushes = 0;
    this.#lost = 0;
    let reached = 0;
    for (let n = 0; n < packets; n++) if (this.#packet(late)) reached++;
    return {
      processor: this.#processor,
      references: references() - before.references,
      device: (references() - before.references) * this.#plan.profile.walkReference,
      translations: translator.requests - before.requests,
      hits: translator.hits - before.hits,
      flushes: this.#flushes,
      late: reached,
      lost: this.#lost,
    };
  }

  /** Whether the device still reaches the buffer afterwards; false when it does not try. */
  #packet(tries: boolean): boolean {
    const { bytes, gap, buffers } = this.#plan;
    const device = this.#device;
    const { iova, host } = this.#posted.shift() as { iova: Iova; host: number };
    const at = this.#slot * DESCRIPTOR;
    const descriptor = ((this.#ring[Math.floor(at / PAGE)] as number) + (at % PAGE)) as Iova;
    this.#slot = (this.#slot + 1) % buffers;
    let arrived = true;
    const reach = (ok: boolean) => {
      arrived = arrived && ok;
    };
    reach(device.read(descriptor, new Uint8Array(DESCRIPTOR)));
    for (let sent = 0; sent < bytes; sent += TRANSACTION)
      reach(device.write((iova + sent) as Iova, new Uint8Array(Math.min(TRANSACTION, bytes - sent))));
    reach(device.write(descriptor, new Uint8Array(DESCRIPTOR)));
    if (!arrived) this.#lost++;
    this.#clock.pass(gap);
    this.#domain.unmap(iova);
    const reached = tries && device.write(iova, Uint8Array.of(1));
    this.#posted.push({ iova: this.#domain.map(host), host });
    return reached;
  }

  #ledger(): IoLedger {
    const clock = this.#clock;
    const { profile, prices = KVM } = this.#plan;
    const ledger = new Ledger({ clock, trace: new Trace(clock), profile, monitor: prices });
    return {
      pay: (event, detail, times) => {
        const before = clock.now;
        ledger.pay(event, detail, times);
        this.#processor += clock.now - before;
        if (event === "iotlbFlush") this.#flushes++;
      },
    };
  }
}
