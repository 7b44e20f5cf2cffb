/** A host with one interface: ARP, ICMP echo and errors, UDP, TCP, and DHCP if it has no address: who is reached answers by himself. */
import { BROADCAST_IP, broadcastOf, type Ip, isMulticast } from "../address.ts";
import type { Alarm, Alarms } from "../alarms.ts";
import { get16, Malformed } from "../bytes.ts";
import { type Configuration, DhcpClient } from "../dhcp/client.ts";
import { parseDhcp } from "../dhcp/message.ts";
import { CLIENT_PORT, SERVER_PORT } from "../dhcp/server.ts";
import { buildIcmp, echoReply, ICMP, isIcmpError, parseIcmp } from "../icmp.ts";
import { icmpError, UNREACHABLE } from "../icmp-error.ts";
import { Interface, type InterfaceOptions } from "../interface.ts";
import { buildIpv4, type Ipv4, PROTOCOL, parseIpv4 } from "../ipv4.ts";
import { buildTcp, parseTcp } from "../tcp.ts";
import { buildUdp, parseUdp } from "../udp.ts";
import { TcpPorts } from "./tcp-ports.ts";

export interface Datagram {
  readonly from: Ip;
  readonly port: number;
  readonly data: Uint8Array;
}

/** What came of an echo: the answer's time in seconds, or an error and who has sent it. */
export type EchoResult =
  | { readonly from: Ip; readonly seconds: number }
  | { readonly from: Ip; readonly error: string }
  | { readonly error: "no answer" };

interface Echo {
  readonly sent: number;
  readonly alarm: Alarm;
  readonly done: (result: EchoResult) => void;
}

export class Host {
  readonly nic: Interface;
  readonly tcp: TcpPorts;
  /** Echoes that it has answered. */
  echoed = 0;
  /** Errors that were told to it, by their text. */
  readonly errors: string[] = [];
  readonly #alarms: Alarms;
  readonly #sockets = new Map<number, (datagram: Datagram) => void>();
  readonly #echoes = new Map<number, Echo>();
  #dhcp: DhcpClient | undefined;
  #identifier = 1;

  /** `nic`: made of the options unless given. */
  constructor(options: InterfaceOptions, nic = new Interface(options)) {
    const { alarms } = options;
    this.#alarms = alarms;
    this.nic = nic;
    this.nic.onPacket = (bytes) => this.#receive(bytes);
    this.nic.onUnreachable = (bytes) =>
      this.#hear(bytes, "host unreachable: no answer to ARP", this.nic.address);
    this.tcp = new TcpPorts(alarms, options.mac, (destination, segment) => {
      const ends = { source: this.nic.address, destination };
      this.#send(destination, PROTOCOL.tcp, buildTcp(segment, ends));
    });
  }

  /** Asks for an address. `onChange` hears of each that it gets or loses. */
  configure(onChange: (configuration: Configuration | null) => void = () => {}): DhcpClient {
    const { nic } = this;
    const client = new DhcpClient({
      ...{ mac: nic.mac, alarms: this.#alarms },
      send: (data, server) => {
        const ends = { source: nic.address, destination: server ?? BROADCAST_IP };
        const udp = { sourcePort: CLIENT_PORT, destinationPort: SERVER_PORT, data };
        nic.send(buildIpv4({ ...ends, protocol: PROTOCOL.udp, payload: buildUdp(udp, ends) }));
      },
      onChange: (configuration) => {
        nic.address = configuration?.address ?? 0;
        nic.router = configuration?.router ?? 0;
        if (configuration) nic.prefix = 32 - Math.log2(2 ** 32 - configuration.mask);
        onChange(configuration);
      },
    });
    this.#dhcp = client;
    client.start();
    return client;
  }

  /** Sends an echo with 56 bytes of data, as `ping` does. */
  ping(to: Ip, done: (result: EchoResult) => void, { seconds = 5, ttl = 64 } = {}): void {
    const identifier = this.#identifier++ & 0xffff;
    const alarm = this.#alarms.set(seconds, () => {
      this.#echoes.delete(identifier);
      done({ error: "no answer" });
    });
    this.#echoes.set(identifier, { sent: this.#alarms.now, alarm, done });
    const icmp = { type: ICMP.echo, code: 0, identifier, sequence: 1, data: new Uint8Array(56) };
    this.#send(to, PROTOCOL.icmp, buildIcmp(icmp), ttl);
  }

  /** Datagrams for that port go to `receive` from now on. */
  bind(port: number, receive: (datagram: Datagram) => void): void {
    this.#sockets.set(port, receive);
  }

  sendTo(to: Ip, destinationPort: number, sourcePort: number, data: Uint8Array): void {
    const ends = { source: this.nic.address, destination: to };
    this.#send(to, PROTOCOL.udp, buildUdp({ sourcePort, destinationPort, data }, ends));
  }

  #send(destination: Ip, protocol: number, payload: Uint8Array, ttl = 64): void {
    this.nic.send(buildIpv4({ source: this.nic.address, destination, protocol, payload, ttl }));
  }

  #receive(bytes: Uint8Array): void {
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed || packet.fragment) return;
    const { address, prefix } = this.nic;
    const all = packet.destination === BROADCAST_IP || packet.destination === broadcastOf(address, prefix);
    const toOwn = packet.destination === address && address !== 0;
    if (packet.protocol === PROTOCOL.udp)
      this.#datagram(packet, bytes, all || isMulticast(packet.destination), toOwn);
    else if (!toOwn) return;
    else if (packet.protocol === PROTOCOL.tcp) {
      const segment = parseTcp(packet.payload, packet);
      if (!(segment instanceof Malformed)) this.tcp.receive(packet.source, segment);
    } else if (packet.protocol === PROTOCOL.icmp) this.#icmp(packet);
  }

  #datagram(packet: Ipv4, bytes: Uint8Array, toAll: boolean, toOwn: boolean): void {
    const udp = parseUdp(packet.payload, packet);
    if (udp instanceof Malformed) return;
    if (udp.destinationPort === CLIENT_PORT && this.#dhcp) {
      const message = parseDhcp(udp.data);
      if (!(message instanceof Malformed)) this.#dhcp.receive(message);
      return;
    }
    if (!toOwn && !toAll) return;
    const socket = this.#sockets.get(udp.destinationPort);
    if (socket) {
      socket({ from: packet.source, port: udp.sourcePort, data: udp.data });
      return;
    }
    const error = icmpError(this.nic.address, ICMP.unreachable, UNREACHABLE.port, bytes);
    if (error && toOwn) this.nic.send(error);
  }

  #icmp(packet: Ipv4): void {
    const icmp = parseIcmp(packet.payload);
    if (icmp instanceof Malformed) return;
    const reply = echoReply(packet);
    if (reply) {
      this.echoed++;
      this.nic.send(reply);
      return;
    }
    if (isIcmpError(icmp.type)) {
      const text = icmp.type === ICMP.unreachable ? "unreachable" : "time exceeded";
      this.#hear(icmp.data, `${text}, code ${icmp.code}`, packet.source);
      return;
    }
    const echo = icmp.type === ICMP.echoReply ? this.#echoes.get(icmp.identifier) : undefined;
    if (!echo) return;
    this.#end(icmp.identifier, echo, { from: packet.source, seconds: this.#alarms.now - echo.sent });
  }

  /** An error about a packet of ours. */
  #hear(about: Uint8Array, error: string, from: Ip): void {
    const packet = parseIpv4(about, true);
    if (packet instanceof Malformed || packet.source !== this.nic.address || packet.payload.length < 8)
      return;
    this.errors.push(error);
    const { payload, destination } = packet;
    if (packet.protocol === PROTOCOL.tcp)
      this.tcp.unreachable(destination, get16(payload, 2), get16(payload, 0), error);
    if (packet.protocol !== PROTOCOL.icmp) return;
    const identifier = get16(payload, 4);
    const echo = this.#echoes.get(identifier);
    if (echo) this.#end(identifier, echo, { from, error });
  }

  #end(identifier: number, { alarm, done }: Echo, result: EchoResult): void {
    this.#echoes.delete(identifier);
    this.#alarms.cancel(alarm);
    done(result);
  }
}
