/**
 * A machine with two bridges, three containers and a neighbour outside; and what everybody hears when he asks somebody.
 *
 *     web  172.17.0.2 ─┬─ docker0 172.17.0.1 ─┐
 *     db   172.17.0.3 ─┘                      ├─ host 198.51.100.1 ── outside 198.51.100.9
 *     other 172.18.0.2 ── br1 172.18.0.1 ─────┘
 */
import { Clock } from "../../../src/machine/clock.ts";
import { cable } from "../../../src/machine/devices/network.ts";
import { type Bridge, type Container, ContainerHost } from "../../../src/systems/os/index.ts";
import { formatIp, ip } from "../../../src/virt/io/net/address.ts";
import { Alarms } from "../../../src/virt/io/net/alarms.ts";
import { Stack } from "../../../src/virt/io/net/stack.ts";
import { NetDevice } from "../../../src/virt/os/namespaces/net.ts";

const HERTZ = 1e9;
export const HOST = "198.51.100.1";
export const OUTSIDE = "198.51.100.9";

export interface Question {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

export class Lan {
  readonly clock = new Clock();
  readonly host: ContainerHost;
  readonly outside: Stack;
  readonly bridges: readonly [Bridge, Bridge];
  readonly web: Container;
  readonly db: Container;
  readonly other: Container;
  readonly frames: { readonly device: string; readonly frame: Uint8Array }[] = [];

  constructor() {
    const alarms = () => new Alarms(this.clock, HERTZ);
    const [near, far] = cable();
    this.host = new ContainerHost({
      ...{ alarms: alarms(), cable: near, address: ip(HOST), prefix: 24 },
      watch: (device, frame) => this.frames.push({ device, frame }),
    });
    this.outside = new Stack(alarms());
    const lo = new NetDevice("loopback", "lo");
    lo.up = true;
    this.outside.loopback(lo);
    this.outside.add("eth0", { port: far, mac: 0x0200_0000_0009, address: ip(OUTSIDE), prefix: 24 });
    this.bridges = [
      this.host.createBridge("docker0", ip("172.17.0.1"), 16),
      this.host.createBridge("br1", ip("172.18.0.1"), 16),
    ];
    this.web = this.host.run("web", this.bridges[0]);
    this.db = this.host.run("db", this.bridges[0]);
    this.other = this.host.run("other", this.bridges[1]);
  }

  stack(name: string): Stack {
    if (name === "outside") return this.outside;
    if (name === "host") return this.host.stack;
    return [this.web, this.db, this.other].find((one) => one.name === name)!.stack;
  }

  /** Says its own name and the address that it sees, to everybody who connects. */
  serve(name: string, port: number): void {
    const stack = this.stack(name);
    for (const address of stack.addresses)
      stack.at(address).tcp.listen(port, (connection) => {
        connection.onOpen = () => {
          connection.write(new TextEncoder().encode(`${name} sees ${formatIp(connection.remote.address)}`));
          connection.finish();
        };
      });
  }

  /** What it hears, or "refused", "unreachable", "silence". */
  ask({ from, to, port }: Question): string {
    const stack = this.stack(from);
    const source = stack.sourceFor(ip(to));
    if (source === undefined) return "unreachable";
    const connection = stack.at(source).tcp.connect(ip(to), port);
    let heard = "";
    let ended: string | undefined;
    connection.onData = (data) => {
      heard += new TextDecoder().decode(data);
    };
    connection.onFinish = () => connection.finish();
    connection.onClose = (reason) => {
      ended ??= reason;
    };
    this.wait(1);
    const answer = heard || nameOf(ended);
    if (answer === "silence") connection.abort();
    return answer;
  }

  wait(seconds: number): void {
    this.clock.pass(seconds * HERTZ);
  }
}

function nameOf(reason: string | undefined): string {
  if (reason === undefined) return "silence";
  return reason.includes("reset") ? "refused" : "unreachable";
}
