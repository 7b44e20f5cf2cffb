/**
 * The host's way between a network of virtual machines and the one outside: NAT between two interfaces, DHCP for those inside, and what a router
 * answers itself (RFC 1812): echoes to its addresses, "time exceeded", "administratively prohibited" when no mapping is left (RFC 5508, REQ-8).
 */
import type { NetworkPort } from "../../../machine/devices/network.ts";
import { BROADCAST_IP, broadcastOf, type Ip, type Mac } from "./address.ts";
import type { Alarms } from "./alarms.ts";
import { Malformed } from "./bytes.ts";
import { parseDhcp } from "./dhcp/message.ts";
import { CLIENT_PORT, type DhcpServer, SERVER_PORT } from "./dhcp/server.ts";
import { echoReply, ICMP } from "./icmp.ts";
import { icmpError, UNREACHABLE } from "./icmp-error.ts";
import { Interface } from "./interface.ts";
import { buildIpv4, type Ipv4, PROTOCOL, parseIpv4 } from "./ipv4.ts";
import type { Nat } from "./nat.ts";
import { buildUdp, parseUdp } from "./udp.ts";

export interface GatewaySide {
  readonly port: NetworkPort;
  readonly mac: Mac;
  readonly address: Ip;
  readonly prefix: number;
  /** The next router, outside. */
  readonly router?: Ip;
}

export interface GatewayOptions {
  readonly inside: GatewaySide;
  readonly outside: GatewaySide;
  readonly nat: Nat;
  readonly alarms: Alarms;
  /** For those inside. */
  readonly dhcp?: DhcpServer;
  /** Whether it answers ARP inside for every address that is not inside, so that machines need no router (RFC 1027). */
  readonly proxyArp?: boolean;
}

export class Gateway {
  readonly inside: Interface;
  readonly outside: Interface;
  readonly #nat: Nat;
  readonly #alarms: Alarms;
  readonly #dhcp: DhcpServer | undefined;

  constructor({ inside, outside, nat, alarms, dhcp, proxyArp = false }: GatewayOptions) {
    this.#nat = nat;
    this.#alarms = alarms;
    this.#dhcp = dhcp;
    this.inside = new Interface({
      ...{ ...inside, alarms },
      proxies: (address) => proxyArp && !this.inside.isNear(address),
    });
    this.outside = new Interface({ ...outside, alarms });
    this.inside.onPacket = (packet) => this.#leave(packet);
    this.outside.onPacket = (packet) => this.#enter(packet);
  }

  #leave(bytes: Uint8Array): void {
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed) return;
    const { destination } = packet;
    const { address, prefix } = this.inside;
    if (destination === BROADCAST_IP || destination === broadcastOf(address, prefix)) {
      this.#configure(packet);
      return;
    }
    if (destination === address) {
      this.#configure(packet);
      this.#echo(this.inside, packet);
      return;
    }
    if (this.inside.isNear(destination)) return;
    if (destination === this.outside.address && isEcho(packet)) {
      this.#echo(this.inside, packet);
      return;
    }
    if (packet.ttl <= 1) {
      this.#refuse(ICMP.timeExceeded, 0, bytes);
      return;
    }
    const { now } = this.#alarms;
    const turned = destination === this.outside.address;
    const out = turned ? this.#nat.hairpin(bytes, now) : this.#nat.outbound(bytes, now);
    if (out) (turned ? this.inside : this.outside).send(out);
    else if (this.#nat.dropped === "NAT: no mapping is left")
      this.#refuse(ICMP.unreachable, UNREACHABLE.prohibited, bytes);
  }

  #enter(bytes: Uint8Array): void {
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed || packet.destination !== this.outside.address) return;
    if (isEcho(packet)) {
      this.#echo(this.outside, packet);
      return;
    }
    const into = this.#nat.inbound(bytes, this.#alarms.now);
    if (into) this.inside.send(into);
  }

  #refuse(type: number, code: number, about: Uint8Array): void {
    const error = icmpError(this.inside.address, type, code, about);
    if (error) this.inside.send(error);
  }

  #echo(from: Interface, packet: Ipv4): void {
    const answer = echoReply(packet);
    if (answer) from.send(answer);
  }

  #configure(packet: Ipv4): void {
    if (!this.#dhcp || packet.protocol !== PROTOCOL.udp) return;
    const udp = parseUdp(packet.payload, packet);
    if (udp instanceof Malformed || udp.destinationPort !== SERVER_PORT) return;
    const message = parseDhcp(udp.data);
    if (message instanceof Malformed) return;
    const answer = this.#dhcp.answer(message, this.#alarms.now);
    if (!answer) return;
    const ends = { source: this.inside.address, destination: answer.to };
    const payload = buildUdp(
      { sourcePort: SERVER_PORT, destinationPort: CLIENT_PORT, data: answer.bytes },
      ends,
    );
    const out = buildIpv4({ ...ends, protocol: PROTOCOL.udp, payload });
    // Who has no address yet answers no ARP: its MAC address is in its message (RFC 2131, section 4.1).
    if (answer.mac === undefined) this.inside.send(out);
    else this.inside.sendTo(answer.mac, out);
  }
}

const isEcho = ({ protocol, payload }: Ipv4): boolean =>
  protocol === PROTOCOL.icmp && payload[0] === ICMP.echo;
