/**
 * grant_table_op for every domain. Operations are the structures of grant_table.h with their names spelt out; `status` is filled in.
 *
 *     map      entry checked ──▶ pinned, reading/writing set ──▶ frame in the mapper's address space, handle
 *     unmap    handle ──▶ translation gone ──▶ unpinned, reading/writing cleared: only now can the entry be taken back
 *     copy     both sides pinned ──▶ bytes ──▶ both unpinned
 *     transfer grant-transfer.ts
 */
import type { Gpa } from "../../../machine/address.ts";
import { type IoLedger, lines } from "../backend.ts";
import { DOMID_SELF, EINVAL, EPERM, GNTCOPY, GNTMAP, GNTST, type GrantStatus, PAGE } from "./abi/numbers.ts";
import type { Domain } from "./domain.ts";
import type { MachineFrames } from "./frames.ts";
import type { GrantEntry, GrantPolicy } from "./grant-policy.ts";
import { GrantTable } from "./grant-table.ts";
import { type GrantTransfer, transfer } from "./grant-transfer.ts";

export interface MapGrantRef {
  hostAddress: number;
  flags: number;
  reference: number;
  domain: number;
  status?: GrantStatus;
  handle?: number;
}

export interface UnmapGrantRef {
  hostAddress: number;
  handle: number;
  status?: GrantStatus;
}

/** `place` is a grant reference of `domain`'s where the flag says so, a frame number of the caller's otherwise. */
export interface CopyEnd {
  place: number;
  domain: number;
  offset: number;
}

export interface GrantCopy {
  source: CopyEnd;
  destination: CopyEnd;
  length: number;
  flags: number;
  status?: GrantStatus;
}

interface Mapping {
  readonly granter: number;
  readonly reference: number;
  readonly frame: number;
  readonly address: number;
  readonly readonly: boolean;
}

interface Reached {
  readonly frame: number;
  release(): void;
}

/** Pages of grant entries, and mappings, that a domain may have at most. */
const MOST_PAGES = 32;
const MOST_MAPPINGS = 8192;
const OTHER_MAPS = GNTMAP.deviceMap | GNTMAP.applicationMap | GNTMAP.containsPte;

export interface GrantsParts {
  readonly frames: MachineFrames;
  readonly ledger: IoLedger;
  readonly policy: GrantPolicy;
  domain(id: number): Domain | undefined;
}

export class Grants {
  readonly #parts: GrantsParts;
  /** Tables outlive their domain for as long as somebody has one of its pages mapped. */
  readonly #tables = new Map<number, { readonly table: GrantTable; readonly owner: Domain }>();
  readonly #mappings = new Map<number, Map<number, Mapping>>();
  #nextHandle = 0;

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  create(owner: Domain): void {
    this.#tables.set(owner.id, { table: new GrantTable(this.#parts.frames, MOST_PAGES), owner });
    this.#mappings.set(owner.id, new Map());
  }

  /** The domain's end: its mappings of others go, and its table with the last mapping of its own pages. */
  destroy(domain: Domain): void {
    for (const [handle, mapping] of this.#mappings.get(domain.id) ?? []) this.#unmap(domain, handle, mapping);
    this.#mappings.delete(domain.id);
    this.#reap(domain.id);
  }

  /** A number of a new domain's may be an old one's only when nobody holds anything of the old one's. */
  isKnown(id: number): boolean {
    return this.#tables.has(id);
  }

  map(caller: Domain, operations: readonly MapGrantRef[]): number {
    for (const operation of operations) operation.status = this.#map(caller, operation);
    return 0;
  }

  unmap(caller: Domain, operations: readonly UnmapGrantRef[]): number {
    for (const operation of operations) {
      const { hostAddress, handle } = operation;
      const mapping = this.#mappings.get(caller.id)?.get(handle);
      if (mapping === undefined) operation.status = GNTST.badHandle;
      else if (mapping.address !== hostAddress) operation.status = GNTST.badVirtualAddress;
      else operation.status = this.#unmap(caller, handle, mapping);
    }
    return 0;
  }

  copy(caller: Domain, operations: readonly GrantCopy[]): number {
    for (const operation of operations) operation.status = this.#copy(caller, operation);
    return 0;
  }

  transfer(caller: Domain, operations: readonly GrantTransfer[]): number {
    for (const operation of operations) {
      this.#parts.ledger.pay("grantTransfer");
      const domain = this.#parts.domain(operation.domain);
      const taker = domain && { domain, table: this.#known(domain.id).table };
      operation.status = transfer(this.#parts.frames, caller, operation, taker);
    }
    return 0;
  }

  /** The machine frames of the domain's table, grown to `pages`; or an error number. */
  setupTable(caller: Domain, domain: number, pages: number): readonly number[] | number {
    const id = domain === DOMID_SELF ? caller.id : domain;
    if (id !== caller.id && !caller.privileged) return EPERM;
    const table = this.#parts.domain(id) && this.#tables.get(id)?.table;
    if (table === undefined || !table.grow(pages)) return EINVAL;
    return table.pages.slice(0, pages);
  }

  querySize(caller: Domain): { readonly pages: number; readonly most: number } {
    const { table } = this.#known(caller.id);
    return { pages: table.pages.length, most: table.most };
  }

  #map(caller: Domain, operation: MapGrantRef): GrantStatus {
    const { hostAddress, flags, reference, domain } = operation;
    this.#parts.ledger.pay("grantMap");
    if ((flags & GNTMAP.hostMap) === 0 || (flags & OTHER_MAPS) !== 0) return GNTST.generalError;
    const mappings = this.#mappings.get(caller.id) as Map<number, Mapping>;
    if (mappings.size >= MOST_MAPPINGS) return GNTST.noDeviceSpace;
    const readonly = (flags & GNTMAP.readonly) !== 0;
    const pinned = this.#pin(caller, domain, reference, readonly);
    if (typeof pinned === "number") return pinned;
    const status = caller.memory.map(hostAddress, pinned.frame, readonly);
    if (status !== GNTST.okay) {
      pinned.release();
      return status;
    }
    operation.handle = this.#nextHandle++;
    const { frame } = pinned;
    mappings.set(operation.handle, { granter: domain, reference, frame, address: hostAddress, readonly });
    return GNTST.okay;
  }

  #unmap(caller: Domain, handle: number, mapping: Mapping): GrantStatus {
    this.#parts.ledger.pay("grantUnmap");
    const status = caller.memory.unmap(mapping.address, mapping.frame);
    if (status !== GNTST.okay) return status;
    this.#mappings.get(caller.id)?.delete(handle);
    this.#unpin(mapping.granter, mapping.reference, mapping.readonly);
    return GNTST.okay;
  }

  #copy(caller: Domain, { source, destination, length, flags }: GrantCopy): GrantStatus {
    const { ledger, frames } = this.#parts;
    ledger.pay("grantCopy");
    if (!inPage(source, length) || !inPage(destination, length)) return GNTST.badCopyArgument;
    const from = this.#reach(caller, source, (flags & GNTCOPY.sourceGrant) !== 0, true);
    if (typeof from === "number") return from;
    const to = this.#reach(caller, destination, (flags & GNTCOPY.destinationGrant) !== 0, false);
    if (typeof to === "number") {
      from.release();
      return to;
    }
    const bytes = frames.bus.dmaRead((from.frame * PAGE + source.offset) as Gpa, length);
    frames.bus.dmaWrite((to.frame * PAGE + destination.offset) as Gpa, bytes);
    ledger.pay("copyLine", 0, lines(length));
    to.release();
    from.release();
    return GNTST.okay;
  }

  #reach(caller: Domain, end: CopyEnd, granted: boolean, readonly: boolean): Reached | GrantStatus {
    if (granted) return this.#pin(caller, end.domain, end.place, readonly);
    if (end.domain !== DOMID_SELF) return GNTST.permissionDenied;
    const frame = caller.memory.frame(end.place);
    if (frame === undefined || !caller.memory.take(frame, !readonly)) return GNTST.badPage;
    return { frame, release: () => caller.memory.drop(frame, !readonly) };
  }

  /** Checks an entry and marks it as in use. */
  #pin(caller: Domain, granter: number, reference: number, readonly: boolean): Reached | GrantStatus {
    const { frames, policy } = this.#parts;
    const owner = this.#parts.domain(granter);
    if (owner === undefined) return GNTST.badDomain;
    const { table } = this.#known(granter);
    if (!table.has(reference)) return GNTST.badGrantReference;
    const used = table.pinned.get(reference);
    // An entry that is rewritten while it is in use gives nobody else what it gave before.
    if (used !== undefined && used.domain !== caller.id) return GNTST.generalError;
    let reached: number | undefined;
    const entry = this.#entry(table, reference, (gfn) => {
      const frame = used && used.use.frame === gfn ? used.frame : owner.memory.frame(gfn);
      if (reached !== undefined || frame === undefined) return false;
      if (owner.memory.take(frame, !readonly)) reached = frame;
      return reached !== undefined;
    });
    const use = policy.pin({ domain: caller.id, readonly }, used?.use ?? null, entry);
    if (typeof use === "string" || reached === undefined) {
      if (reached !== undefined) owner.memory.drop(reached, !readonly);
      return use === "denied" ? GNTST.generalError : GNTST.badPage;
    }
    const frame = reached;
    frames.take(frame);
    table.pinned.set(reference, { use, frame, domain: caller.id });
    return { frame, release: () => this.#unpin(granter, reference, readonly) };
  }

  #unpin(granter: number, reference: number, readonly: boolean): void {
    const { policy } = this.#parts;
    const { table, owner } = this.#known(granter);
    const pinned = table.pinned.get(reference);
    if (pinned === undefined)
      throw new Error(`invariant: grant ${reference} of domain ${granter} is not in use`);
    const { frame } = pinned;
    const use = policy.unpin(
      readonly,
      pinned.use,
      this.#entry(table, reference, () => false),
    );
    if (use === null) table.pinned.delete(reference);
    else table.pinned.set(reference, { ...pinned, use });
    owner.memory.drop(frame, !readonly);
    this.#parts.frames.drop(frame);
    this.#reap(granter);
  }

  #entry(table: GrantTable, reference: number, reach: GrantEntry["reach"]): GrantEntry {
    return {
      flags: () => table.flags(reference),
      setFlags: (flags) => table.setFlags(reference, flags),
      domain: () => table.domain(reference),
      frame: () => table.frame(reference),
      reach,
    };
  }

  #reap(id: number): void {
    const known = this.#tables.get(id);
    if (known === undefined || this.#parts.domain(id) !== undefined || known.table.pinned.size > 0) return;
    known.table.release();
    this.#tables.delete(id);
  }

  #known(id: number): { readonly table: GrantTable; readonly owner: Domain } {
    const known = this.#tables.get(id);
    if (known === undefined) throw new Error(`invariant: domain ${id} has no grant table`);
    return known;
  }
}

const inPage = ({ offset }: CopyEnd, length: number): boolean =>
  Number.isInteger(offset) &&
  Number.isInteger(length) &&
  offset >= 0 &&
  length >= 0 &&
  offset + length <= PAGE;
