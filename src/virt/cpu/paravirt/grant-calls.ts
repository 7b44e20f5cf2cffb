/**
 * The hypercall grant_table_op (grant_table.h), the side that maps: the only way by which an entry of the guest's tables comes to hold
 * another domain's frame.
 *
 *     map_grant_ref     0 host_addr  8 flags  12 ref  16 dom  18 status ▲  20 handle ▲  24 dev_bus_addr ▲
 *     unmap_grant_ref   0 host_addr  8 dev_bus_addr  16 handle  20 status ▲
 */
import type { Gva } from "../../../machine/address.ts";
import { A, D, P, RW } from "../../../machine/mmu/formats/bits.ts";
import type { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import type { Host } from "../host.ts";
import type { GuestMemory } from "./guest-memory.ts";
import { EINVAL, ENOSYS, HYPERVISOR_START } from "./interface.ts";
import type { Arguments } from "./memory-calls.ts";
import { GNTST, type Neighbours } from "./neighbours.ts";

const PAGE = 4096;
const GNTTABOP = { MAP: 0, UNMAP: 1 } as const;
const MAP_SIZE = 32;
const UNMAP_SIZE = 24;
/** Operands that one call does: a guest cannot keep the processor. */
const MOST = 512;
/** GNTMAP_…: mappings for devices, for ring 3 and by the address of an entry are not made here. */
const HOST_MAP = 2;
const READ_ONLY = 4;

export interface GrantCallsParts {
  readonly host: Host;
  readonly frames: TypedFrames;
  readonly memory: GuestMemory;
  readonly neighbours: Neighbours;
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
    if (operation !== GNTTABOP.MAP && operation !== GNTTABOP.UNMAP) return ENOSYS;
    if (count > MOST) return EINVAL;
    try {
      for (let n = 0; n < count; n++)
        if (operation === GNTTABOP.MAP) this.#map(list + MAP_SIZE * n);
        else this.#unmap(list + UNMAP_SIZE * n);
    } finally {
      // One flush for all, and also when an operand was unreadable half-way.
      this.#release();
    }
    return 0;
  }

  #map(operand: number): void {
    const { memory, host } = this.#parts;
    const domain = memory.read16(operand + 16);
    // Nothing is mapped for a guest that cannot be told of it.
    for (const at of [20, 24, 28]) memory.write32(operand + at, 0);
    host.ledger.pay("grantMap");
    const status = this.#mapGrant(operand, domain);
    memory.write32(operand + 16, domain | (status << 16));
  }

  #mapGrant(operand: number, domain: number): number {
    const { memory, host, frames, neighbours } = this.#parts;
    const at = memory.read32(operand) >>> 0;
    const high = memory.read32(operand + 4);
    const flags = memory.read32(operand + 8);
    const reference = memory.read32(operand + 12) >>> 0;
    if ((flags & ~READ_ONLY) !== HOST_MAP) return GNTST.GENERAL;
    const entry = high === 0 ? this.#entryOf(at) : undefined;
    if (entry === undefined) return GNTST.BAD_ADDRESS;
    const readOnly = (flags & READ_ONLY) !== 0;
    const grant = neighbours.mapGrant(domain, reference, readOnly);
    if (typeof grant === "number") return grant;
    if (!frames.writeForeign(entry, grant.frame, P | A | (readOnly ? 0 : RW | D))) {
      neighbours.unmapGrant(grant.handle);
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
    const { memory, host, frames } = this.#parts;
    const at = memory.read32(operand) >>> 0;
    const handle = memory.read32(operand + 16) >>> 0;
    const mapping = this.#mapped.get(handle);
    memory.write32(operand + 20, 0);
    host.ledger.pay("grantUnmap");
    const known = mapping !== undefined && mapping.at === at;
    if (known) {
      // A table that went out of use meanwhile has lost the entry already.
      frames.dropForeign(mapping.entry);
      this.#mapped.delete(handle);
      this.#gone.push(handle);
    }
    memory.write32(operand + 20, (known ? GNTST.OKAY : GNTST.BAD_HANDLE) & 0xffff);
  }

  /** Only when the processor has forgotten the translations is the owner told. */
  #release(): void {
    if (this.#gone.length === 0) return;
    this.#parts.flush();
    for (const handle of this.#gone.splice(0)) this.#parts.neighbours.unmapGrant(handle);
  }

  /** Machine address of the entry that maps a page, in the tables of now. */
  #entryOf(at: number): number | undefined {
    if (at % PAGE !== 0 || at >= HYPERVISOR_START) return undefined;
    const { cpu, bus } = this.#parts.host;
    const table = bus.view.getInt32((cpu.cr3 & -PAGE) + 4 * (at >>> 22), true);
    return (table & P) === 0 ? undefined : ((table & -PAGE) >>> 0) + 4 * ((at >>> 12) & 0x3ff);
  }
}
