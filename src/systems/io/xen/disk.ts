/** A guest's disk behind Xen's split drivers: in Domain 0, or in a driver domain that may die and be followed by another. */
import type { IoGuest } from "../../../guests/index.ts";
import type { CostProfile } from "../../../machine/cost.ts";
import { Disk } from "../../../machine/devices/disk.ts";
import type { BlockBackend } from "../../../virt/io/backend.ts";
import { diskBackend } from "../../../virt/io/block/disk.ts";
import type { PageAccess } from "../../../virt/io/xen/block/pages.ts";
import { BlkBackDriver } from "../../../virt/io/xen/block/xenbus-drivers.ts";
import type { Kernel } from "../../../virt/io/xen/kernel.ts";
import { halves, plug } from "../../../virt/io/xen/store/xenbus.ts";
import { GUEST, XenDom0 } from "../../xen-dom0.ts";

/** xvda: major number 202, minor 0. */
const DEVICE = 202 << 8;
/** The controller's interrupt. */
const LINE = 14;
const MEMORY = 16 << 20;

export interface XenDiskOptions {
  readonly guest: IoGuest;
  /** What is on the medium at first. */
  readonly data: Uint8Array;
  readonly profile?: CostProfile;
  /** Cycles that the disk takes for a request, one after the other. */
  readonly latency: number;
  /** How the back end gets at the guest's pages: "map" unless given. */
  readonly access?: PageAccess;
  /** Whose the disk is: Domain 0's unless given. */
  readonly owner?: number;
}

export class XenDisk {
  readonly xen: XenDom0;
  /** The medium, as it is now. */
  readonly disk: Disk;
  readonly #options: XenDiskOptions;
  #kernel!: Kernel;
  #driver!: BlkBackDriver;

  constructor(options: XenDiskOptions) {
    const { guest, data, profile, owner = 0 } = options;
    this.#options = options;
    this.xen = new XenDom0({ memory: MEMORY, disks: [guest.image], ...(profile && { profile }) });
    this.disk = new Disk(data);
    this.#serve(owner);
  }

  /** The back end, once it is connected. */
  get back(): BlkBackDriver["back"] {
    return this.#driver.back;
  }

  /** The driver domain dies where it stands; what the disk was doing is nobody's. Domain 0 cannot: the toolstack is in it. */
  crash(): void {
    if (this.#kernel === this.xen.domain0)
      throw new RangeError("Domain 0 dies with the machine: give the disk another owner");
    this.#kernel.crash();
    this.xen.store.forget(this.#kernel.id);
  }

  /** Another driver domain takes the disk over. `owner`: a number that no domain has had. */
  replace(owner: number): void {
    this.#serve(owner);
    // The guest may sleep, and hear of it by XenStore only.
    this.xen.vm.engine.alert();
  }

  #serve(owner: number): void {
    const { xen, disk } = this;
    const { latency, access = "map" } = this.#options;
    const kernel = owner === 0 ? xen.domain0 : xen.kernel(owner, { lines: [LINE] });
    const medium = diskBackend(disk, { latency: { clock: xen.vm.host.clock, cycles: latency } });
    const pair = halves("vbd", GUEST, owner, DEVICE);
    plug(xen.store, pair);
    const interrupt = xen.interrupts(kernel, LINE);
    const told: BlockBackend = {
      ...medium,
      submit: (request, done) => medium.submit(request, (ok) => interrupt(() => done(ok))),
    };
    const parts = { kernel, disk: told, ledger: xen.ledger, access };
    this.#kernel = kernel;
    this.#driver = new BlkBackDriver(xen.store, pair, parts);
  }
}
