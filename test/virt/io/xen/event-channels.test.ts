import { expect, test } from "vitest";
import {
  DOMID_SELF,
  EEXIST,
  EINVAL,
  ENOSPC,
  EPERM,
  ESRCH,
  EVTCHNSTAT,
  PAGE,
  VIRQ,
} from "../../../../src/virt/io/xen/abi/numbers.ts";
import { CHANNELS, SHARED } from "../../../../src/virt/io/xen/shared-info.ts";
import { SHARED_GFN, world } from "./world.ts";

const at = (offset: number) => SHARED_GFN * PAGE + offset;

function bound() {
  const made = world();
  const [dom0, domU] = made.domains;
  const front = domU.calls.allocUnbound(DOMID_SELF, 0);
  const back = dom0.calls.bindInterdomain(1, front);
  let upcalls = 0;
  domU.domain.onUpcall = () => upcalls++;
  return { ...made, dom0, domU, front, back, upcalls: () => upcalls };
}

test("an event sets three levels of bits, each once", () => {
  const { dom0, domU, front, back, upcalls } = bound();
  expect(dom0.calls.send(back)).toBe(0);
  expect(domU.memory.read32(at(SHARED.pending))).toBe(1 << front);
  expect(domU.memory.read32(at(SHARED.selector))).toBe(1);
  expect(domU.memory.read8(at(SHARED.upcallPending))).toBe(1);
  dom0.calls.send(back);
  expect(upcalls()).toBe(1);
});

test("a masked event waits for unmask", () => {
  const { dom0, domU, front, back, upcalls } = bound();
  domU.memory.write32(at(SHARED.mask), 1 << front);
  dom0.calls.send(back);
  expect(domU.memory.read32(at(SHARED.selector))).toBe(0);
  expect(upcalls()).toBe(0);
  expect(domU.calls.unmask(front)).toBe(0);
  expect(upcalls()).toBe(1);
  expect(domU.calls.unmask(CHANNELS)).toBe(EINVAL);
});

test("only whom a port waits for may bind it, and a closed end leaves the other unbound", () => {
  const { hypervisor, domains, dom0, domU, front, back } = bound();
  const { events } = hypervisor;
  expect(domains[2].calls.bindInterdomain(1, domU.calls.allocUnbound(DOMID_SELF, 0))).toBe(EINVAL);
  expect(dom0.calls.bindInterdomain(1, front)).toBe(EINVAL);
  expect(dom0.calls.bindInterdomain(9, front)).toBe(ESRCH);
  expect(domU.calls.allocUnbound(0, 1)).toBe(EPERM);
  expect(events.status(domU.domain, DOMID_SELF, front)).toEqual({
    status: EVTCHNSTAT.interdomain,
    domain: 0,
    port: back,
  });
  expect(dom0.calls.close(back)).toBe(0);
  expect(events.status(dom0.domain, 1, front)).toEqual({ status: EVTCHNSTAT.unbound, domain: 0 });
  expect(events.status(domU.domain, 0, back)).toBe(EPERM);
  expect(domU.calls.send(front)).toBe(0);
  expect(dom0.calls.send(back)).toBe(EINVAL);
  expect(dom0.calls.bindInterdomain(1, front)).toBe(back);
});

test("interrupts are for Domain 0, virtual ones for everybody", () => {
  const { hypervisor, dom0, domU, upcalls } = bound();
  expect(domU.calls.bindPirq(5)).toBe(EPERM);
  const line = dom0.calls.bindPirq(5);
  expect(dom0.calls.bindPirq(5)).toBe(EEXIST);
  expect(hypervisor.events.interrupt(dom0.domain, "pirq", 5)).toBe(true);
  expect(dom0.domain.shared.isPending(line)).toBe(true);
  expect(hypervisor.events.interrupt(domU.domain, "virq", VIRQ.timer)).toBe(false);
  domU.calls.bindVirq(VIRQ.timer);
  expect(hypervisor.events.interrupt(domU.domain, "virq", VIRQ.timer)).toBe(true);
  expect(upcalls()).toBe(1);
});

test("a domain has so many ports and no more, and a domain that goes frees its own", () => {
  const { hypervisor, dom0, domU, back } = bound();
  let port = 0;
  while (port >= 0) port = domU.calls.allocUnbound(DOMID_SELF, 0);
  expect(port).toBe(ENOSPC);
  hypervisor.destroy(domU.domain);
  expect(hypervisor.events.status(dom0.domain, DOMID_SELF, back)).toEqual({
    status: EVTCHNSTAT.unbound,
    domain: 1,
  });
});
