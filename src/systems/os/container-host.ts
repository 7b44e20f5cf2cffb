/**
 * A machine with containers on bridges, as Docker makes it by default (Docker Engine, "Packet filtering and firewalls", "Bridge network driver"):
 * each container a network namespace with one end of a veth pair, its other end a port of a bridge; the kernel routes, filters and translates.
 *
 *     container ─ eth0 ═ veth ─┐
 *                              ├─ docker0 ─ 172.17.0.1 ─┐
 *     container ─ eth0 ═ veth ─┘                        ├─ routes, filter, translation ─ eth0 ── the world
 *     container ─ eth0 ═ veth ─── br1 ───── 172.18.0.1 ─┘
 *
 * Namespaces and devices are the kernel's (virt/os), frames and packets the network room's (virt/io/net). Nothing looks into a container from outside:
 * whoever is reached answers by himself.
 */
import type { NetworkPort } from "../../machine/devices/network.ts";
import { cable } from "../../machine/devices/network.ts";
import { FREE, type IoLedger } from "../../virt/io/backend.ts";
import { formatIp, type Ip, type Mac } from "../../virt/io/net/address.ts";
import type { Alarms } from "../../virt/io/net/alarms.ts";
import { tap } from "../../virt/io/net/pcap.ts";
import { Stack } from "../../virt/io/net/stack.ts";
import { VirtualSwitch } from "../../virt/io/net/switch.ts";
import { addVeth, move, rename, setUp } from "../../virt/os/calls/network.ts";
import { clone, end, wait } from "../../virt/os/calls/processes.ts";
import { boot } from "../../virt/os/kernel.ts";
import { NetDevice } from "../../virt/os/namespaces/net.ts";
import type { Task } from "../../virt/os/task.ts";
import { bridgeRules, type Publication } from "./bridge-rules.ts";
import { UserlandProxy } from "./userland-proxy.ts";

export interface Bridge {
  readonly name: string;
  /** The bridge's own, where its containers' packets for elsewhere go. */
  readonly address: Ip;
  readonly prefix: number;
}

export interface Container {
  readonly name: string;
  readonly task: Task;
  readonly stack: Stack;
  readonly bridge: Bridge;
  readonly address: Ip;
}

export interface ContainerHostOptions {
  readonly alarms: Alarms;
  /** The cable of the machine's own card. */
  readonly cable: NetworkPort;
  readonly address: Ip;
  readonly prefix: number;
  /** 0: none. */
  readonly router?: Ip;
  readonly ledger?: IoLedger;
  /** Sees every frame at every device, sent and received: as tcpdump there would. Devices of containers are "NAME/eth0". */
  readonly watch?: (device: string, frame: Uint8Array) => void;
}

/** 02:42, then the address: Docker's way, so that nobody must ask who has which. */
const macOf = (address: Ip): Mac => 0x0242 * 2 ** 32 + address;

export class ContainerHost {
  readonly init: Task;
  readonly stack: Stack;
  readonly #options: ContainerHostOptions;
  readonly #bridges = new Map<string, { readonly bridge: Bridge; readonly ports: VirtualSwitch }>();
  readonly #containers = new Map<string, Container>();
  readonly #published: Publication[] = [];
  readonly #proxy: UserlandProxy;
  #veths = 0;

  constructor(options: ContainerHostOptions) {
    const { cable: port, address, prefix, router = 0 } = options;
    this.#options = options;
    this.init = boot();
    this.stack = this.#stackOf(this.init, "");
    this.stack.forwarding = true;
    this.#proxy = new UserlandProxy(this.stack);
    const card = new NetDevice("port", "eth0", port);
    this.init.namespaces.net.add(card);
    this.#configure(this.init, this.stack, card, { address, prefix, router });
  }

  /** A bridge with a network of its own. Containers of others are not reached from there, nor their containers from here. */
  createBridge(name: string, address: Ip, prefix: number): Bridge {
    const bridge = { name, address, prefix };
    const { alarms, ledger = FREE } = this.#options;
    const ports = new VirtualSwitch({ ledger, now: () => alarms.now });
    const [own, port] = cable();
    ports.plug(port);
    const device = new NetDevice("port", name, own);
    this.init.namespaces.net.add(device);
    this.#configure(this.init, this.stack, device, { address, prefix });
    this.#bridges.set(name, { bridge, ports });
    this.#apply();
    return bridge;
  }

  /**
   * A process in namespaces of its own, with an address of the bridge's network.
   * @throws RangeError when the name is taken, or no address is left
   */
  run(name: string, bridge: Bridge): Container {
    if (this.#containers.has(name))
      throw new RangeError(`a container ${name} runs already: stop it, or take another name`);
    const address = this.#freeAddress(bridge);
    const task = clone(this.init, ["uts", "ipc", "net", "pid", "mnt"]);
    const outer = `veth${this.#veths++}`;
    addVeth(this.init, [outer, `${outer}p`]);
    const ends = [outer, `${outer}p`].map((end) => this.init.namespaces.net.find(end)!);
    move(this.init, ends[1]!.name, task);
    rename(task, ends[1]!.name, "eth0");
    setUp(this.init, outer, true);
    this.#enslave(this.#bridges.get(bridge.name)!.ports, ends[0]!);
    const stack = this.#stackOf(task, `${name}/`);
    const { prefix, address: router } = bridge;
    this.#configure(task, stack, ends[1]!, { address, prefix, router }, `${name}/`);
    const container = { name, task, stack, bridge, address };
    this.#containers.set(name, container);
    return container;
  }

  /** Its first process ends: with it go its namespaces, its veth pair and its published ports. */
  stop(container: Container): void {
    const pid = this.init.pidNamespace.pidOf(container.task);
    end(container.task, { exit: 0 });
    wait(this.init, pid);
    this.#containers.delete(container.name);
    for (const one of this.#published.filter(({ to }) => to.address === container.address))
      this.#unpublish(one);
    this.#apply();
  }

  /**
   * A port of the machine becomes a container's: `-p OUTSIDE:PORT`.
   * @throws RangeError when the port is no port, or somebody has it already
   */
  publish(container: Container, protocol: "tcp" | "udp", outside: number, port: number): void {
    for (const one of [outside, port])
      if (!Number.isInteger(one) || one < 1 || one > 65_535)
        throw new RangeError(`${protocol} port ${one} cannot be published: ports are 1 to 65535`);
    const there = this.#published.find((one) => one.protocol === protocol && one.outside === outside);
    const own = protocol === "tcp" && this.#proxy.isTaken(outside);
    if (there || own)
      throw new RangeError(
        `${protocol} port ${outside} is ${there ? `published for ${formatIp(there.to.address)}:${there.to.port}` : "in use by the machine itself"} already: take another port`,
      );
    const publication = {
      ...{ protocol, outside, bridge: container.bridge.name },
      to: { address: container.address, port },
    };
    this.#published.push(publication);
    this.#apply();
  }

  /** Rules of the packet filter, and who listens at published ports, from what there is. */
  #apply(): void {
    const bridges = [...this.#bridges.values()].map(({ bridge }) => bridge);
    this.stack.netfilter.rules = bridgeRules(bridges, this.#published);
    for (const one of this.#published) if (one.protocol === "tcp") this.#proxy.listen(one.outside, one.to);
  }

  #unpublish(one: Publication): void {
    this.#published.splice(this.#published.indexOf(one), 1);
    if (one.protocol === "tcp") this.#proxy.close(one.outside);
  }

  #freeAddress({ name, address, prefix }: Bridge): Ip {
    const used = [...this.#containers.values()].map((one) => one.address);
    const last = address + 2 ** (32 - prefix) - 3;
    for (let free = address + 1; free <= last; free++) if (!used.includes(free)) return free;
    throw new RangeError(
      `no address is left on ${name}: ${used.length} containers have all of ${prefix} bits`,
    );
  }

  #stackOf({ namespaces: { net } }: Task, prefix: string): Stack {
    const stack = new Stack(this.#options.alarms);
    const lo = net.find("lo")!;
    lo.up = true;
    stack.loopback(this.#watched(lo, `${prefix}lo`));
    return stack;
  }

  #configure(
    task: Task,
    stack: Stack,
    device: NetDevice,
    address: { readonly address: Ip; readonly prefix: number; readonly router?: Ip },
    prefix = "",
  ): void {
    const { name } = device;
    stack.add(name, {
      ...address,
      port: this.#watched(device, `${prefix}${name}`),
      mac: macOf(address.address),
    });
    device.onLeave = () => stack.remove(name);
    setUp(task, name, true);
  }

  #enslave(ports: VirtualSwitch, device: NetDevice): void {
    const port = ports.plug(this.#watched(device, device.name));
    device.onLeave = () => ports.unplug(port);
  }

  #watched(device: NetDevice, name: string): NetworkPort {
    const { watch } = this.#options;
    return watch ? tap(device, (frame) => watch(name, frame)) : device;
  }
}
