/** Somebody else's decisions in place of the library's: what goes wrong stays with those who decided. */
import { expect, test } from "vitest";
import { Bus } from "../../../../src/machine/bus.ts";
import { FREE } from "../../../../src/virt/io/backend.ts";
import { GNTMAP, GNTST, MAPSPACE, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { DELIVERY } from "../../../../src/virt/io/xen/event-policy.ts";
import { MachineFrames } from "../../../../src/virt/io/xen/frames.ts";
import { type GrantPolicy, PINNING } from "../../../../src/virt/io/xen/grant-policy.ts";
import { Hypervisor } from "../../../../src/virt/io/xen/hypervisor.ts";
import { BackRing, FrontRing, type RingMemory } from "../../../../src/virt/io/xen/ring.ts";
import { BACK_END } from "../../../../src/virt/io/xen/ring-policy.ts";
import { grant, HOLES, OWN, SHARED_GFN, TABLE_GFN } from "./world.ts";

/** Domain 0 maps page 3 of domain 1's, granted for reading. */
function map(policy: Partial<GrantPolicy>, flags: number) {
  const all = { ...PINNING, ...DELIVERY, ...policy };
  const hypervisor = new Hypervisor(new MachineFrames(new Bus(1 << 20)), FREE, all);
  const [dom0, domU] = [0, 1].map((id) => {
    const made = hypervisor.createTranslated(id, OWN, 4, { privileged: id === 0 });
    made.calls.addToPhysmap(MAPSPACE.sharedInfo, 0, SHARED_GFN);
    made.calls.addToPhysmap(MAPSPACE.grantTable, 0, TABLE_GFN);
    return made;
  }) as [ReturnType<Hypervisor["createTranslated"]>, ReturnType<Hypervisor["createTranslated"]>];
  grant(domU, 9, 0, 3, true);
  const operation = { hostAddress: HOLES * PAGE, flags, reference: 9, domain: 1 };
  dom0.calls.mapGrants([operation]);
  const { status } = operation as { status?: number };
  return { status, references: hypervisor.frames.references(domU.memory.frame(3) as number), dom0 };
}

const writable = GNTMAP.hostMap;

test("the policy says who may: one that lets everybody write is believed", () => {
  expect(map({}, writable).status).toBe(GNTST.generalError);
  const pin: GrantPolicy["pin"] = (_asked, _use, entry) => {
    const frame = entry.frame();
    entry.reach(frame, true);
    return { frame, readers: 0, writers: 1 };
  };
  const { status, references, dom0 } = map({ pin }, writable);
  expect([status, references]).toEqual([GNTST.okay, 1]);
  dom0.memory.write8(HOLES * PAGE, 1);
});

test("a page that nobody holds is not mapped, and one that is held for nothing is let go", () => {
  const granted = { frame: 3, readers: 1, writers: 0 };
  expect(map({ pin: () => granted }, writable)).toMatchObject({ status: GNTST.badPage, references: 0 });
  const pin: GrantPolicy["pin"] = (_asked, _use, entry) => (entry.reach(3, true) ? "denied" : "no page");
  expect(map({ pin }, writable)).toMatchObject({ status: GNTST.generalError, references: 0 });
});

test("slots and answers that are none stay on the ring's page", () => {
  const bytes = new Uint8Array(3 * PAGE);
  const view = new DataView(bytes.buffer);
  const memory: RingMemory = {
    read32: (at) => view.getUint32(at, true),
    write32: (at, value) => view.setUint32(at, value, true),
    read: (at, length) => bytes.slice(at, at + length),
    write: (at, from) => bytes.set(from, at),
  };
  const front = new FrontRing(memory, PAGE, 112);
  front.init();
  const back = new BackRing(memory, PAGE, 112, {
    ...BACK_END,
    take: (_position, _most, page) => {
      for (const slot of [-1, 5000, 2 ** 40]) page.copy(slot);
      return true;
    },
    push: (_position, _answers, page) => {
      for (const slot of [-7, 99, 3]) page.answer(slot);
      return false;
    },
  });
  expect(back.take()).toHaveLength(3);
  back.put(new Uint8Array(112).fill(7));
  back.pushResponses();
  expect(bytes.subarray(0, PAGE).some(Boolean) || bytes.subarray(2 * PAGE).some(Boolean)).toBe(false);
  expect(bytes.filter((byte) => byte === 7)).toHaveLength(112);
});
