/**
 * The hypercall grant_table_op (grant_table.h): the only way by which an entry of the guest's tables comes to hold another domain's frame,
 * and how the guest learns of its own table, which it maps as any page.
 *
 *     map_grant_ref     0 host_addr  8 flags  12 ref  16 dom  18 status ▲  20 handle ▲  24 dev_bus_addr ▲
 *     unmap_grant_ref   0 host_addr  8 dev_bus_addr  16 handle  20 status ▲
 *     setup_table       0 dom  4 nr_frames  8 status ▲  12 frame_list, where the frames are written ▲
 *     copy              0 source  8 destination: each 0 ref or frame, 4 domid, 6 offset  16 len  18 flags  20 status ▲
 *     query_size        0 dom  4 nr_frames ▲  8 max_nr_frames ▲  12 status ▲
 *     get_version       0 dom  4 version ▲
 */
import type { Gva } from "../../../machine/address.ts";
import { A, D, P, RW } from "../../../machine/mmu/formats/bits.ts";
import type { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import type { Host } from "../host.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { DOMID_SELF, EINVAL, ENOSYS, EPERM, HYPERVISOR_START } from "./interface.ts";
import type { Arguments } from "./memory-calls.ts";
import { type CopySide, GNTST, type Grants } from "./neighbours.ts";

const PAGE = 4096;
const GNTTABOP = { MAP: 0, UNMAP: 1, SETUP_TABLE: 2, COPY: 5, QUERY_SIZE: 6, GET_VERSION: 10 } as const;
/** Bytes of an operand. */
const SIZES: Readonly<Record<number, number>> = {
  [GNTTABOP.MAP]: 32,
  [GNTTABOP.UNMAP]: 24,
  [GNTTABOP.SETUP_TABLE]: 16,
  [GNTTABOP.COPY]: 24,
  [GNTTABOP.QUERY_SIZE]: 16,
  [GNTTABOP.GET_VERSION]: 8,
};
/** Operands that one call does: a guest cannot keep the processor. */
const MOST = 512;
/** GNTMAP_…: mappings for devices, for ring 3 and by the address of an entry are not made here. */
const HOST_MAP = 2;
const READ_ONLY = 4;

export interface GrantCallsParts {
  readonly host: Host;
  readonly frames: TypedFrames;
  readonly memory: GuestMemory;
  readonly grants: Grants;
  /** Forgets every translation but the monitor's. */
  flush(): void;
}

export class GrantCalls {
  readonly #parts: GrantCallsParts;
  /** Handle → linear address and the machine address of the entry there. */
  readonly #mapped = new Map<number, { readonly at: number; readonly entry: number }>();
  /** Unmapped in this call: the TLB may know them yet. */
  readonly #gone: number[] = [];

  constructor(parts: GrantCallsParts) {
    this.#parts = parts;
  }

  /** (operation, operands, count). Each operand has its own status. */
  grantTableOp([operation, list, count]: Arguments): number {
    const size = SIZES[operation];
    if (size === undefined) return ENOSYS;
    if (count > MOST) return EINVAL;
    try {
      for (let n = 0; n < count; n++) {
        const result = this.#one(operation, list + size * n);
        if (result !== 0) return result;
      }
    } finally {
      // One flush for all, and also when an operand was unreadable half-way.
      this.#release();
    }
    return 0;
  }

  /** An error number where the whole call ends. */
  #one(operation: number, operand: number): number {
    switch (operation) {
      case GNTTABOP.MAP:
        this.#map(operand);
        return 0;
      case GNTTABOP.UNMAP:
        this.#unmap(operand);
        return 0;
      case GNTTABOP.COPY:
        this.#copy(operand);
        return 0;
      case GNTTABOP.SETUP_TABLE:
        return this.#setupTable(operand);
      case GNTTABOP.QUERY_SIZE:
        return this.#querySize(operand);
      default:
        this.#parts.memory.write32(operand + 4, 1);
        return 0;
    }
  }

  #map(operand: number): void {
    const { memory } = this.#parts;
    const domain = memory.read16(operand + 16);
    // Nothing is mapped for a guest that cannot be told of it.
    for (const at of [20, 24, 28]) memory.write32(operand + at, 0);
    const status = this.#mapGrant(operand, domain);
    memory.write32(operand + 16, domain | (status << 16));
  }

  #mapGrant(operand: number, domain: number): number {
    const { memory, host, frames, grants } = this.#parts;
    const at = memory.read32(operand) >>> 0;
    const high = memory.read32(operand + 4);
    const flags = memory.read32(operand + 8);
    const reference = memory.read32(operand + 12) >>> 0;
    if ((flags & ~READ_ONLY) !== HOST_MAP) return GNTST.GENERAL;
    const entry = high === 0 ? this.#entryOf(at) : undefined;
    if (entry === undefined) return GNTST.BAD_ADDRESS;
    const readOnly = (flags & READ_ONLY) !== 0;
    const grant = grants.mapGrant(domain, reference, readOnly);
    if (typeof grant === "number") return grant;
    if (!frames.writeForeign(entry, grant.frame, P | A | (readOnly ? 0 : RW | D))) {
      grants.unmapGrant(grant.handle);
      return GNTST.BAD_ADDRESS;
    }
    this.#mapped.set(grant.handle, { at, entry });
    memory.write32(operand + 20, grant.handle);
    memory.write32(operand + 24, grant.frame * PAGE);
    // Only now: the operand may lie in the page whose place the grant takes.
    host.cpu.memory.invalidate((at | 0) as Gva);
    return GNTST.OKAY;
  }

  #unmap(operand: number): void {
    const { memory, frames } = this.#parts;
    const at = memory.read32(operand) >>> 0;
    const handle = memory.read32(operand + 16) >>> 0;
    const mapping = this.#mapped.get(handle);
    memory.write32(operand + 20, 0);
    const known = mapping !== undefined && mapping.at === at;
    if (known) {
      // A table that went out of use meanwhile has lost the entry already.
      frames.dropForeign(mapping.entry);
      this.#mapped.delete(handle);
      this.#gone.push(handle);
    }
    memory.write32(operand + 20, (known ? GNTST.OKAY : GNTST.BAD_HANDLE) & 0xffff);
  }

  #copy(operand: number): void {
    const { memory, grants } = this.#parts;
    const side = (at: number): CopySide => {
      const place = memory.read32(at) >>> 0;
      return { place, domain: memory.read16(at + 4), offset: memory.read16(at + 6) };
    };
    const [source, destination] = [side(operand), side(operand + 8)];
    const length = memory.read16(operand + 16);
    const flags = memory.read16(operand + 18);
    memory.write32(operand + 20, 0);
    memory.write32(operand + 20, grants.copyGrant(source, destination, length, flags) & 0xffff);
  }

  /** A guest's own table only: others' are Domain 0's business. */
  #setupTable(operand: number): number {
    const { memory, grants, frames } = this.#parts;
    if (memory.read16(operand) !== DOMID_SELF) return EPERM;
    const pages = memory.read32(operand + 4) >>> 0;
    const list = memory.read32(operand + 12);
    const table = grants.setupTable(pages);
    memory.write32(operand + 8, (typeof table === "number" ? table : GNTST.OKAY) & 0xffff);
    if (typeof table === "number") return 0;
    for (const [n, frame] of table.entries()) {
      frames.share(frame);
      memory.write32(list + 4 * n, frame);
    }
    return 0;
  }

  #querySize(operand: number): number {
    const { memory, grants } = this.#parts;
    if (memory.read16(operand) !== DOMID_SELF) return EPERM;
    const { pages, most } = grants.querySize();
    for (const [n, value] of [pages, most, GNTST.OKAY].entries()) memory.write32(operand + 4 + 4 * n, value);
    return 0;
  }

  /** Only when the processor has forgotten the translations is the owner told. */
  #release(): void {
    if (this.#gone.length === 0) return;
    this.#parts.flush();
    for (const handle of this.#gone.splice(0)) this.#parts.grants.unmapGrant(handle);
  }

  /** Machine address of the entry that maps a page, in the tables of now. */
  #entryOf(at: number): number | undefined {
    if (at % PAGE !== 0 || at >= HYPERVISOR_START) return undefined;
    const { cpu, bus } = this.#parts.host;
    const table = bus.view.getInt32((cpu.cr3 & -PAGE) + 4 * (at >>> 22), true);
    return (table & P) === 0 ? undefined : ((table & -PAGE) >>> 0) + 4 * ((at >>> 12) & 0x3ff);
  }
}
