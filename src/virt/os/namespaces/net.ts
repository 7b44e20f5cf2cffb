/**
 * Network namespaces: network_namespaces(7). Each begins with a loopback device that is down; a device is in one namespace at a time. A
 * veth pair is a cable with an end in each of two: veth(4).
 */
import { cable, type NetworkPort } from "../../../machine/devices/network.ts";
import { refuse } from "../errno.ts";
import type { UserNamespace } from "./user.ts";

/** IFNAMSIZ without the zero at its end. */
const LONGEST_NAME = 15;

export class NetDevice {
  readonly kind: "loopback" | "veth" | "port";
  name: string;
  /** Of its namespace: interfaces are numbered from 1, loopback's. */
  index = 0;
  up = false;
  namespace: NetNamespace | undefined;
  /** The other end of a veth pair. */
  peer: NetDevice | undefined;
  /** What comes in while the device is up. */
  onFrame: (frame: Uint8Array) => void = () => {};
  /** It goes from its namespace: whoever uses it there lets go of it. */
  onLeave: () => void = () => {};
  private readonly port: NetworkPort | undefined;

  constructor(kind: NetDevice["kind"], name: string, port?: NetworkPort) {
    this.kind = kind;
    this.name = name;
    this.port = port;
    if (port)
      port.onFrame = (frame) => {
        if (this.up) this.onFrame(frame);
      };
  }

  /** Frames that a device cannot send are lost: it is down. */
  transmit(frame: Uint8Array): void {
    if (!this.up) return;
    if (this.port) this.port.transmit(frame);
    else this.onFrame(frame);
  }
}

/** A process, for as long as it runs. */
export interface Listener {
  readonly state: { readonly kind: string };
}

export class NetNamespace {
  readonly kind = "net";
  readonly userNamespace: UserNamespace;
  private readonly byIndex = new Map<number, NetDevice>();
  private last = 0;
  private users = 0;
  /** Abstract names of UNIX sockets, unix(7), and who listens there. */
  readonly listeners = new Map<string, Listener>();

  constructor(userNamespace: UserNamespace) {
    this.userNamespace = userNamespace;
    this.add(new NetDevice("loopback", "lo"));
  }

  /** A process lives here from now on. */
  hold(): void {
    this.users++;
  }
  /** It does not any more. With the last one the namespace goes, and the veth pairs that have an end in it. */
  release(): void {
    if (--this.users > 0) return;
    for (const device of this.devices)
      if (device.peer) for (const end of [device, device.peer]) end.namespace?.remove(end);
  }
  get devices(): readonly NetDevice[] {
    return [...this.byIndex.values()].sort((a, b) => a.index - b.index);
  }
  find(name: string): NetDevice | undefined {
    return this.devices.find((device) => device.name === name);
  }
  /** The number that it had elsewhere, if that is free here. */
  add(device: NetDevice): void {
    if (this.find(device.name)) refuse("EEXIST");
    if (device.index === 0 || this.byIndex.has(device.index)) {
      do this.last++;
      while (this.byIndex.has(this.last));
      device.index = this.last;
    }
    this.byIndex.set(device.index, device);
    device.namespace = this;
  }
  remove(device: NetDevice): void {
    this.byIndex.delete(device.index);
    device.namespace = undefined;
    device.onLeave();
    [device.onFrame, device.onLeave] = [() => {}, () => {}];
  }
}

export function mustBeShort(name: string): void {
  if (name.length > LONGEST_NAME) refuse("ERANGE");
}
export function mustBeName(name: string): void {
  if (/^\.{0,2}$|[/:\s]/.test(name)) refuse("EINVAL");
}

/** The two ends of a new veth pair, in no namespace yet. */
export function vethPair(names: readonly [string, string]): [NetDevice, NetDevice] {
  const [left, right] = cable();
  const a = new NetDevice("veth", names[0], left);
  const b = new NetDevice("veth", names[1], right);
  [a.peer, b.peer] = [b, a];
  return [a, b];
}
