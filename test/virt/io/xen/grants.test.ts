import { expect, test } from "vitest";
import { DOMID_SELF, GNTCOPY, GNTMAP, GNTST, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { GTF } from "../../../../src/virt/io/xen/grant-table.ts";
import type { GrantCopy, MapGrantRef, UnmapGrantRef } from "../../../../src/virt/io/xen/grants.ts";
import type { TranslatedDomain } from "../../../../src/virt/io/xen/hypervisor.ts";
import { PageFault } from "../../../../src/virt/io/xen/physmap.ts";
import { flagsOf, grant, HOLES, revoke, world } from "./world.ts";

const AT = HOLES * PAGE;

function map(by: TranslatedDomain, domain: number, reference: number, flags: number = GNTMAP.hostMap) {
  const operation: MapGrantRef = { hostAddress: AT, flags, reference, domain };
  by.calls.mapGrants([operation]);
  return operation;
}

function unmap(by: TranslatedDomain, handle: number, hostAddress = AT) {
  const operation: UnmapGrantRef = { hostAddress, handle };
  by.calls.unmapGrants([operation]);
  return operation.status;
}

test("a page is reached by mapping its grant, and no longer than that", () => {
  const [dom0, domU] = world().domains;
  grant(domU, 9, 0, 3);
  domU.memory.write32(3 * PAGE, 0x12345678);
  expect(() => dom0.memory.read32(AT)).toThrow(PageFault);
  const { status, handle } = map(dom0, 1, 9);
  expect(status).toBe(GNTST.okay);
  expect(dom0.memory.read32(AT)).toBe(0x12345678);
  expect(flagsOf(domU, 9)).toBe(GTF.permitAccess | GTF.reading | GTF.writing);
  expect(revoke(domU, 9)).toBe(false);
  expect(unmap(dom0, handle as number)).toBe(GNTST.okay);
  expect(flagsOf(domU, 9)).toBe(GTF.permitAccess);
  expect(revoke(domU, 9)).toBe(true);
  expect(() => dom0.memory.read32(AT)).toThrow(PageFault);
  expect(map(dom0, 1, 9).status).toBe(GNTST.generalError);
});

test("what a grant does not say is refused", () => {
  const { domains, hypervisor } = world();
  const [dom0, domU, other] = domains;
  grant(domU, 9, 0, 3, true);
  expect(map(other, 1, 9).status).toBe(GNTST.generalError);
  expect(map(dom0, 1, 9).status).toBe(GNTST.generalError);
  expect(map(dom0, 7, 9).status).toBe(GNTST.badDomain);
  expect(map(dom0, 1, 512).status).toBe(GNTST.badGrantReference);
  expect(map(dom0, 1, 9, GNTMAP.hostMap | GNTMAP.deviceMap).status).toBe(GNTST.generalError);
  grant(domU, 10, 0, 0xfffff);
  expect(map(dom0, 1, 10).status).toBe(GNTST.badPage);
  expect(unmap(dom0, 5)).toBe(GNTST.badHandle);
  const { status, handle } = map(dom0, 1, 9, GNTMAP.hostMap | GNTMAP.readonly);
  expect(status).toBe(GNTST.okay);
  expect(() => dom0.memory.write32(AT, 1)).toThrow(PageFault);
  expect(unmap(dom0, handle as number, AT + PAGE)).toBe(GNTST.badVirtualAddress);
  expect(unmap(other, handle as number)).toBe(GNTST.badHandle);
  expect(map(dom0, 1, 9, GNTMAP.hostMap | GNTMAP.readonly).status).toBe(GNTST.badVirtualAddress);
  expect(hypervisor.grants.querySize(domU.domain)).toEqual({ pages: 1, most: 32 });
});

test("a mapped entry that is rewritten leads nowhere else", () => {
  const [dom0, domU] = world().domains;
  grant(domU, 9, 0, 3);
  domU.memory.write32(3 * PAGE, 33);
  domU.memory.write32(4 * PAGE, 44);
  const { handle } = map(dom0, 1, 9);
  grant(domU, 9, 0, 4);
  expect(dom0.memory.read32(AT)).toBe(33);
  expect(unmap(dom0, handle as number)).toBe(GNTST.okay);
  map(dom0, 1, 9);
  expect(dom0.memory.read32(AT)).toBe(44);
});

test("copying reaches both pages for as long as it takes, within them", () => {
  const [dom0, domU] = world().domains;
  grant(domU, 9, 0, 3);
  domU.memory.write(3 * PAGE + 100, Uint8Array.of(1, 2, 3));
  const copy = (change: Partial<GrantCopy> = {}) => {
    const source = { place: 9, domain: 1, offset: 100 };
    const destination = { place: 2, domain: DOMID_SELF, offset: 8 };
    const operation: GrantCopy = { source, destination, length: 3, flags: GNTCOPY.sourceGrant, ...change };
    dom0.calls.copyGrants([operation]);
    return operation.status;
  };
  expect(copy()).toBe(GNTST.okay);
  expect([...dom0.memory.read(2 * PAGE + 8, 3)]).toEqual([1, 2, 3]);
  expect(flagsOf(domU, 9)).toBe(GTF.permitAccess);
  expect(copy({ length: PAGE })).toBe(GNTST.badCopyArgument);
  expect(copy({ flags: 0 })).toBe(GNTST.permissionDenied);
  expect(copy({ destination: { place: 77, domain: DOMID_SELF, offset: 0 } })).toBe(GNTST.badPage);
  expect(flagsOf(domU, 9)).toBe(GTF.permitAccess);
});

test("pages of a domain that is gone stay what they were until nobody has them mapped", () => {
  const { domains, hypervisor, frames } = world();
  const [dom0, domU] = domains;
  grant(domU, 9, 0, 3);
  domU.memory.write32(3 * PAGE, 99);
  const { handle } = map(dom0, 1, 9);
  const before = frames.free;
  hypervisor.destroy(domU.domain);
  expect(dom0.memory.read32(AT)).toBe(99);
  expect(() => hypervisor.createTranslated(1, 1, 1)).toThrow(RangeError);
  expect(unmap(dom0, handle as number)).toBe(GNTST.okay);
  // Its pages, the shared one, and the table.
  expect(frames.free).toBe(before + 8 + 1 + 1);
  hypervisor.createTranslated(1, 1, 1);
});
