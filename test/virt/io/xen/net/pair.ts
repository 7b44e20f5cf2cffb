/** Guests with a network interface each, on a bridge in Domain 0 or in a domain of its drivers. */
import { cable, type NetworkPort } from "../../../../../src/machine/devices/network.ts";
import { buildFrame, ETHERTYPE } from "../../../../../src/virt/io/net/frame.ts";
import { buildIpv4, PROTOCOL } from "../../../../../src/virt/io/net/ipv4.ts";
import { VirtualSwitch } from "../../../../../src/virt/io/net/switch.ts";
import { buildTcp, TCP } from "../../../../../src/virt/io/net/tcp.ts";
import type { Kernel } from "../../../../../src/virt/io/xen/kernel.ts";
import type { NetBackParts } from "../../../../../src/virt/io/xen/net/halves.ts";
import { NetBack } from "../../../../../src/virt/io/xen/net/netback.ts";
import { NetFront, type NetFrontOptions } from "../../../../../src/virt/io/xen/net/netfront.ts";
import type { OffloadPort } from "../../../../../src/virt/io/xen/net/offload.ts";
import { hosts } from "../block/split.ts";

export interface PairOptions {
  readonly front?: NetFrontOptions;
  readonly back?: Partial<NetBackParts>;
  /** A cable between the back ends that takes offloads, in place of the bridge. */
  readonly offloads?: boolean;
}

/** A cable whose ends take what is not finished. */
export function offloadCable(): [OffloadPort, OffloadPort] {
  const make = (other: () => OffloadPort): OffloadPort => ({
    offloads: true,
    transmit: (frame, offload) => other().onFrame(frame, offload),
    onFrame: () => {},
  });
  const left = make(() => right);
  const right = make(() => left);
  return [left, right];
}

export function pair({ front: options = {}, back: more = {}, offloads = false }: PairOptions = {}) {
  const made = hosts();
  const { ledger, scheduler } = made;
  const dom0 = made.kernel(0, true);
  const bridge = new VirtualSwitch();
  const wires = offloads ? offloadCable() : undefined;
  const steps: string[] = [];
  const guest = (id: 1 | 2) => {
    const kernel: Kernel = made.kernel(id);
    const [end, network] = cable();
    bridge.plug(end);
    const front = new NetFront(kernel, 0, { ledger, ...options });
    if (Object.keys(options).length > 0 || offloads) front.features = { checksum: true, sg: true, gso: true };
    const onStep = (way: string, step: string) => steps.push(`${id} ${way} ${step}`);
    const port: NetworkPort | OffloadPort = wires?.[id - 1] ?? network;
    const back = NetBack.connect({ kernel: dom0, network: port, ledger, onStep, ...more }, front.offer);
    const got: Uint8Array[] = [];
    const offered: unknown[] = [];
    front.onFrame = (frame, offload) => {
      got.push(frame);
      offered.push(offload);
    };
    return { kernel, front, back: back as NetBack, got, offered };
  };
  const guests = [guest(1), guest(2)] as const;
  scheduler.run();
  for (const event of Object.keys(made.paid)) delete made.paid[event];
  return { ...made, dom0, guests, steps };
}

export const frame = (n: number, length = 60) => {
  const bytes = new Uint8Array(length).fill(n);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0]);
  return bytes;
};

const ENDS = { source: 0x0a000001, destination: 0x0a000002 };
export const DESTINATION = ENDS;

/** A TCP segment of so many bytes of data, whole and right. */
export function segment(length: number, sequence = 1000): Uint8Array {
  const data = Uint8Array.from({ length }, (_, n) => (n * 13 + (n >>> 8)) & 0xff);
  const head = { sourcePort: 5001, destinationPort: 80, sequence, acknowledgment: 7, window: 8192 };
  const flags = TCP.ack | TCP.psh;
  const payload = buildTcp({ ...head, flags, options: new Uint8Array(0), data }, ENDS);
  const packet = buildIpv4({ ...ENDS, protocol: PROTOCOL.tcp, payload });
  const [destination, source] = [0x0200_0000_0002, 0x0200_0000_0001];
  return buildFrame({ destination, source, type: ETHERTYPE.ipv4, payload: packet });
}
