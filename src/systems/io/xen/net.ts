/** A guest's network behind Xen's split drivers: the card is Domain 0's, which passes each frame on. */
import type { IoGuest } from "../../../guests/index.ts";
import type { Clock } from "../../../machine/clock.ts";
import type { CostProfile } from "../../../machine/cost.ts";
import type { NetworkPort } from "../../../machine/devices/network.ts";
import type { NetBackParts } from "../../../virt/io/xen/net/halves.ts";
import { NetBackDriver } from "../../../virt/io/xen/net/xenbus-drivers.ts";
import { halves, plug } from "../../../virt/io/xen/store/xenbus.ts";
import { GUEST, XenDom0 } from "../../xen-dom0.ts";

/** The card's interrupt. */
const LINE = 11;
const MEMORY = 16 << 20;

export interface XenNetOptions {
  readonly guest: IoGuest;
  readonly profile?: CostProfile;
  /** How the back end reaches what the guest sends: "copy" unless given. */
  readonly transmit?: NetBackParts["transmit"];
  /** The end of the cable that the card is at. */
  cable(host: { readonly clock: Clock; readonly hertz: number }): NetworkPort;
}

/** The machine, its back end in Domain 0 waiting for the guest's front end. */
export function xenNet({ guest, profile, transmit, cable }: XenNetOptions) {
  const xen = new XenDom0({ memory: MEMORY, disks: [guest.image], ...(profile && { profile }) });
  const { machine, host } = xen.vm;
  const wire = cable({ clock: host.clock, hertz: machine.profile.hertz });
  const interrupt = xen.interrupts(xen.domain0, LINE);
  const network: NetworkPort = { transmit: (frame) => wire.transmit(frame), onFrame: () => {} };
  wire.onFrame = (frame) => interrupt(() => network.onFrame(frame));
  const pair = halves("vif", GUEST, 0, 0);
  plug(xen.store, pair);
  const parts = { kernel: xen.domain0, network, ledger: xen.ledger, ...(transmit && { transmit }) };
  const driver = new NetBackDriver(xen.store, pair, parts);
  return { xen, machine, driver, crossings: xen.vm.engine.crossings };
}
