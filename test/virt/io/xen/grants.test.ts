import { expect, test } from "vitest";
import { DOMID_SELF, GNTCOPY, GNTMAP, GNTST, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { GTF } from "../../../../src/virt/io/xen/grant-table.ts";
import type { GrantTransfer } from "../../../../src/virt/io/xen/grant-transfer.ts";
import type { GrantCopy, MapGrantRef, UnmapGrantRef } from "../../../../src/virt/io/xen/grants.ts";
import type { TranslatedDomain } from "../../../../src/virt/io/xen/hypervisor.ts";
import { PageFault } from "../../../../src/virt/io/xen/physmap.ts";
import { accepting, flagsOf, grant, HOLES, revoke, world } from "./world.ts";

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

const transfer = ({ calls }: TranslatedDomain, gfn: number, domain: number, reference: number) => {
  const operation: GrantTransfer = { gfn, domain, reference };
  calls.transferGrants([operation]);
  return operation.status;
};

test("a page changes its owner once, with what stands in it, and leaves nothing behind", () => {
  const { domains, frames } = world();
  const [dom0, domU] = domains;
  dom0.memory.write32(3 * PAGE, 77);
  const frame = dom0.memory.frame(3) as number;
  accepting(domU, 9, 0, HOLES);
  expect(transfer(dom0, 3, 1, 9)).toBe(GNTST.okay);
  expect(domU.memory.read32(HOLES * PAGE)).toBe(77);
  expect(() => dom0.memory.read32(3 * PAGE)).toThrow(PageFault);
  expect([frames.owner(frame), domU.memory.frame(HOLES)]).toEqual([1, frame]);
  expect(flagsOf(domU, 9)).toBe(GTF.acceptTransfer | GTF.transferCommitted | GTF.transferCompleted);
  expect(transfer(dom0, 4, 1, 9)).toBe(GNTST.generalError);
  expect(domU.memory.frame(HOLES)).toBe(frame);
  domU.calls.decreaseReservation([HOLES]);
  expect(domU.calls.populatePhysmap([HOLES])).toBe(1);
  expect(domU.memory.read32(HOLES * PAGE)).toBe(0);
});

test("a page that somebody has mapped is not given away; one that nobody takes is lost", () => {
  const { domains, frames } = world();
  const [dom0, domU] = domains;
  grant(dom0, 9, 1, 3);
  const mapped = map(domU, 0, 9);
  accepting(domU, 10, 0, HOLES + 1);
  expect(transfer(dom0, 3, 1, 10)).toBe(GNTST.badPage);
  expect(dom0.memory.frame(3)).toBeDefined();
  unmap(domU, mapped.handle as number);
  const free = frames.free;
  expect(transfer(dom0, 3, 1, 11)).toBe(GNTST.generalError);
  expect(transfer(dom0, 4, 7, 10)).toBe(GNTST.badDomain);
  // Only from whom the entry names, and only to a hole.
  accepting(domU, 11, 2, HOLES + 2);
  expect(transfer(dom0, 5, 1, 11)).toBe(GNTST.generalError);
  accepting(domU, 12, 0, 2);
  expect(transfer(dom0, 6, 1, 12)).toBe(GNTST.generalError);
  expect(frames.free).toBe(free + 4);
  for (const gfn of [3, 4, 5, 6]) expect(dom0.memory.frame(gfn)).toBeUndefined();
  // The grant of a page that went leads nowhere.
  expect(map(domU, 0, 9).status).toBe(GNTST.badPage);
});

test("an entry that is rewritten while it is in use gives a third domain nothing", () => {
  const [dom0, domU, other] = world().domains;
  grant(domU, 9, 0, 3);
  map(dom0, 1, 9);
  grant(domU, 9, 2, 3);
  expect(map(other, 1, 9).status).toBe(GNTST.generalError);
});
