/** Domains 0, 1 and 2 with a page of grant entries each, written in real bytes through their own memory. */
import { Bus } from "../../../../src/machine/bus.ts";
import { MAPSPACE, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { MachineFrames } from "../../../../src/virt/io/xen/frames.ts";
import { GRANT_ENTRY, GTF } from "../../../../src/virt/io/xen/grant-table.ts";
import { Hypervisor, type TranslatedDomain } from "../../../../src/virt/io/xen/hypervisor.ts";

export const OWN = 8;
export const SHARED_GFN = OWN;
export const TABLE_GFN = OWN + 1;
/** Gfns from here to the end are holes, for grants. */
export const HOLES = OWN + 2;
export const HOLE_COUNT = 6;

export function world() {
  const frames = new MachineFrames(new Bus(1 << 20));
  const hypervisor = new Hypervisor(frames);
  const make = (id: number) => {
    const made = hypervisor.createTranslated(id, OWN, 2 + HOLE_COUNT, { privileged: id === 0 });
    made.calls.addToPhysmap(MAPSPACE.sharedInfo, 0, SHARED_GFN);
    made.calls.addToPhysmap(MAPSPACE.grantTable, 0, TABLE_GFN);
    return made;
  };
  return { frames, hypervisor, domains: [make(0), make(1), make(2)] as const };
}

const entry = (reference: number) => TABLE_GFN * PAGE + GRANT_ENTRY * reference;

export function grant(
  { memory }: TranslatedDomain,
  reference: number,
  to: number,
  gfn: number,
  readonly = false,
) {
  memory.write16(entry(reference) + 2, to);
  memory.write32(entry(reference) + 4, gfn);
  memory.write16(entry(reference), GTF.permitAccess | (readonly ? GTF.readonly : 0));
}

/** What a domain writes to take a page: gnttab_grant_foreign_transfer. */
export function accepting({ memory }: TranslatedDomain, reference: number, from: number, gfn: number) {
  memory.write16(entry(reference) + 2, from);
  memory.write32(entry(reference) + 4, gfn);
  memory.write16(entry(reference), GTF.acceptTransfer);
}

/** What gnttab_end_foreign_access does: false while somebody has it mapped. */
export function revoke({ memory }: TranslatedDomain, reference: number): boolean {
  if ((memory.read16(entry(reference)) & (GTF.reading | GTF.writing)) !== 0) return false;
  memory.write16(entry(reference), 0);
  return true;
}

export const flagsOf = ({ memory }: TranslatedDomain, reference: number) => memory.read16(entry(reference));
