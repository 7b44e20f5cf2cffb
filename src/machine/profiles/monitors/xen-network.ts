/** Xen's network of two times: drivers and a router in the hypervisor, and a Linux in a domain of its own that bridges. */
import type { MonitorPrices } from "../../cost.ts";
import { XEN } from "./xen.ts";

const PINNED =
  "assumption: no mapping, since the hypervisor has all of memory mapped: a page is checked and counted, or counted back";

export const XEN_1_NETWORK: MonitorPrices = {
  ...XEN,
  id: "xen-1-network",
  name: "Xen 1.2, 2003: network drivers and router in the hypervisor",
  work: { ...XEN.work, packet: 214, grantMap: 40, grantUnmap: 40 },
  sources: {
    ...XEN.sources,
    packet:
      "fitted: Barham et al. 2003, Table 6, X: 516 Mb/s out at an MTU of 500, eight frames at once. What the router's rules and the card's driver take beside a " +
      "request's own price, less what the guest's own driver of a card would take",
    grantMap: PINNED,
    grantUnmap: PINNED,
  },
};

export const XEN_3_NETWORK: MonitorPrices = {
  ...XEN,
  id: "xen-3-network",
  name: "Xen 3.0, 2006: network through a bridge in the driver domain",
  work: { ...XEN.work, packet: 11_861 },
  sources: {
    ...XEN.sources,
    packet:
      "fitted: Menon et al. 2006, Figure 3: 750 Mb/s out of a guest, eight frames at once, on the processor of Barham et al. It stands for bridge, packet filter, netback's and the card's driver, and for what caches " +
      "and TLBs lose with each change of domain, which the model has not",
  },
};
