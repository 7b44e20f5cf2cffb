/** Hosts on a switch, each on a link of its own, and what makes time go by. */
import { Clock } from "../../../../src/machine/clock.ts";
import type { NetworkPort } from "../../../../src/machine/devices/network.ts";
import { ip, type Mac } from "../../../../src/virt/io/net/address.ts";
import { Alarms } from "../../../../src/virt/io/net/alarms.ts";
import { Host } from "../../../../src/virt/io/net/host/host.ts";
import { type LinkOptions, link } from "../../../../src/virt/io/net/link.ts";
import { VirtualSwitch } from "../../../../src/virt/io/net/switch.ts";

export const HERTZ = 1e9;

export function network(options: Omit<LinkOptions, "clock" | "hertz"> = {}) {
  const clock = new Clock();
  const alarms = () => new Alarms(clock, HERTZ);
  let macs = 0x0200_0000_0000;
  let seed = options.seed ?? 1;
  const segment = () => new VirtualSwitch({ now: () => clock.now / HERTZ });
  /** The far end of a new link to the switch. */
  const plug = (bridge: VirtualSwitch): NetworkPort => {
    const { ends } = link({ clock, hertz: HERTZ, ...options, seed: seed++ });
    bridge.plug(ends[0]);
    return ends[1];
  };
  const mac = (): Mac => ++macs;
  const host = (bridge: VirtualSwitch, address?: string, router?: string): Host =>
    new Host({
      ...{ port: plug(bridge), mac: mac(), alarms: alarms() },
      ...(address === undefined ? {} : { address: ip(address) }),
      ...(router === undefined ? {} : { router: ip(router) }),
    });
  const pass = (seconds: number) => clock.pass(seconds * HERTZ);
  return { clock, alarms, segment, plug, mac, host, pass };
}
