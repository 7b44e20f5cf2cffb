/** The TCP of a host: who listens, which connections there are, and a reset for everybody else (RFC 9293, section 3.10.7.1). */
import type { Ip } from "../address.ts";
import type { Alarms } from "../alarms.ts";
import { TCP, type Tcp } from "../tcp.ts";
import { Connection } from "./connection.ts";

const FIRST_LOCAL = 49_152;
const CONNECTIONS = 1024;

type Send = (to: Ip, segment: Tcp) => void;

export class TcpPorts {
  readonly #alarms: Alarms;
  readonly #send: Send;
  readonly #listeners = new Map<number, (connection: Connection) => void>();
  readonly #connections = new Map<string, Connection>();
  /** Connections that somebody else has begun. */
  accepted = 0;
  #local = FIRST_LOCAL;
  #initial: number;

  /** `seed`: where sequence numbers begin. */
  constructor(alarms: Alarms, seed: number, send: Send) {
    this.#alarms = alarms;
    this.#send = send;
    this.#initial = seed % 2 ** 32;
  }

  get connections(): number {
    return this.#connections.size;
  }

  listen(port: number, onConnection: (connection: Connection) => void): void {
    this.#listeners.set(port, onConnection);
  }

  listens(port: number): boolean {
    return this.#listeners.has(port);
  }

  /** Nobody listens there any more; connections that there are go on. */
  close(port: number): void {
    this.#listeners.delete(port);
  }

  connect(address: Ip, port: number, local = this.#local++): Connection {
    const connection = this.#make(address, port, local);
    connection.connect();
    return connection;
  }

  receive(from: Ip, segment: Tcp): void {
    const { sourcePort, destinationPort, flags } = segment;
    const known = this.#connections.get(key(from, sourcePort, destinationPort));
    if (known) {
      known.receive(segment);
      return;
    }
    const listener = this.#listeners.get(destinationPort);
    if (listener && (flags & (TCP.syn | TCP.ack | TCP.rst)) === TCP.syn) {
      if (this.#connections.size >= CONNECTIONS) return;
      const connection = this.#make(from, sourcePort, destinationPort);
      this.accepted++;
      listener(connection);
      connection.accept(segment);
      return;
    }
    if (!(flags & TCP.rst)) this.#reset(from, segment);
  }

  /** An ICMP error about a segment to there. */
  unreachable(address: Ip, port: number, local: number, reason: string): void {
    this.#connections.get(key(address, port, local))?.fail(reason);
  }

  #make(address: Ip, port: number, local: number): Connection {
    const name = key(address, port, local);
    this.#initial = (this.#initial + 64_000) % 2 ** 32;
    const connection = new Connection({
      ...{ alarms: this.#alarms, local, remote: { address, port }, initial: this.#initial },
      send: (segment) => this.#send(address, segment),
      onEnd: () => this.#connections.delete(name),
    });
    this.#connections.set(name, connection);
    return connection;
  }

  #reset(to: Ip, { sourcePort, destinationPort, flags, sequence, acknowledgment, data }: Tcp): void {
    const length = data.length + (flags & TCP.syn ? 1 : 0) + (flags & TCP.fin ? 1 : 0);
    const answer =
      flags & TCP.ack
        ? { sequence: acknowledgment, acknowledgment: 0, flags: TCP.rst }
        : { sequence: 0, acknowledgment: (sequence + length) % 2 ** 32, flags: TCP.rst | TCP.ack };
    const none = { window: 0, options: new Uint8Array(), data: new Uint8Array() };
    this.#send(to, { sourcePort: destinationPort, destinationPort: sourcePort, ...answer, ...none });
  }
}

const key = (address: Ip, port: number, local: number) => `${address} ${port} ${local}`;
