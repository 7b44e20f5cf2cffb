/**
 * The hooks of a packet's way through a Linux machine, and what the rules and the tracked connections do there:
 *
 *     in ─▶ PREROUTING: destination ─▶ route ─┬─▶ FORWARD: may it pass? ─┬─▶ POSTROUTING: source ─▶ out
 *                                             └─▶ INPUT ─▶ the machine   │
 *                    the machine ─▶ OUTPUT: destination ─▶ route ────────┘
 *
 * Packets are bytes; translated ones are copies with their checksums adjusted. Fragments and protocols without ports pass untranslated.
 */
import type { Ip } from "../address.ts";
import { get16, get32, Malformed, put16, put32 } from "../bytes.ts";
import { adjust32, checksum } from "../checksum.ts";
import { type Complaint, type Flow, flowOf } from "../flow.ts";
import { ICMP } from "../icmp.ts";
import { type Ipv4, PROTOCOL, parseIpv4 } from "../ipv4.ts";
import { rewrite } from "../rewrite.ts";
import type { Endpoint } from "../translation.ts";
import { type Connection, Conntrack, reversed, type Tuple } from "./conntrack.ts";
import { type Match, matches, NO_RULES, type Rules, type Seen } from "./rules.ts";

/** A packet between its hooks. */
export interface Passage {
  readonly bytes: Uint8Array;
  readonly in?: string;
  /** Of none: what is not tracked. */
  readonly connection?: Connection;
  readonly reply: boolean;
  /** An error about the connection's packets: where the packet begins that it carries. */
  readonly about?: number;
}

export interface Machine {
  isLocal(address: Ip): boolean;
  /** Seconds. */
  now(): number;
}

export class Netfilter {
  rules: Rules = NO_RULES;
  readonly connections = new Conntrack();
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** A packet has come in by that device. */
  prerouting(bytes: Uint8Array, device: string): Passage {
    return this.#arrive(bytes, this.rules.prerouting, device);
  }

  /** A packet of the machine's own. */
  output(bytes: Uint8Array): Passage {
    return this.#arrive(bytes, this.rules.output);
  }

  forward(passage: Passage, out: string): boolean {
    const seen = this.#seen(passage, out);
    const verdict = this.rules.forward.find((rule) => matches(rule, seen))?.verdict ?? this.rules.policy;
    return verdict === "accept";
  }

  /** As it goes out by that device, which has that address; undefined: it is dropped. */
  postrouting(passage: Passage, out: string, address: Ip): Uint8Array | undefined {
    const { connection, bytes, reply } = passage;
    if (!connection) return bytes;
    if (!reply && !this.connections.find(connection.original)) {
      const seen = this.#seen(passage, out);
      if (this.rules.masquerade.some((rule: Match) => matches(rule, seen)))
        if (!this.connections.hide(connection, address)) return undefined;
    }
    return this.#confirm(passage);
  }

  /** INPUT: as it reaches the machine itself; undefined: it is dropped. */
  input(passage: Passage): Uint8Array | undefined {
    return passage.connection ? this.#confirm(passage) : passage.bytes;
  }

  /** It has got through, and its connection is known from now on; its source is what the other side may know. */
  #confirm({ bytes, connection, reply, about }: Passage): Uint8Array | undefined {
    if (!connection || about !== undefined) return bytes;
    connection.used = this.#machine.now();
    if (reply) connection.answered = true;
    else if (!this.connections.confirm(connection, connection.used)) return undefined;
    const source = reply ? connection.original.destination : connection.reply.destination;
    return translated(bytes, connection, "source", source);
  }

  #arrive(bytes: Uint8Array, rules: Rules["prerouting"], device?: string): Passage {
    const plain = { bytes, reply: false, ...(device === undefined ? {} : { in: device }) };
    const packet = parseIpv4(bytes);
    if (packet instanceof Malformed || packet.fragment) return plain;
    const isEcho = packet.protocol === PROTOCOL.icmp && packet.payload[0] === ICMP.echo;
    const flow = flowOf(packet, isEcho ? "outbound" : "inbound");
    if (flow instanceof Malformed) return plain;
    if ("at" in flow) return { ...plain, ...this.#related(bytes, flow) };
    const tuple = tupleOf(packet, flow);
    const known = this.connections.find(tuple);
    const connection = known ?? this.connections.begin(tuple, this.#machine.now());
    const reply = known !== undefined && this.connections.isReply(tuple, known);
    if (!known) {
      const seen = this.#seen({ ...plain, connection });
      const rule = rules.find((one) => matches(one, seen));
      if (rule?.to) connection.reply = { ...connection.reply, source: rule.to };
    }
    const destination = reply ? connection.original.source : connection.reply.source;
    return { ...plain, bytes: translated(bytes, connection, "destination", destination), connection, reply };
  }

  /** An error belongs to the connection of the packet that it carries, and goes the other way: that packet is put back into what its sender sent. */
  #related(bytes: Uint8Array, { packet, flow, at }: Complaint): Partial<Passage> {
    const inner = tupleOf(packet, flow);
    const connection = this.connections.find(reversed(inner));
    if (!connection) return {};
    const reply = this.connections.isReply(reversed(inner), connection);
    const was = reply ? connection.original : connection.reply;
    const out = new Uint8Array(bytes);
    for (const which of ["source", "destination"] as const) {
      if (same(inner[which], was[which])) continue;
      rewrite(out, at, { protocol: inner.protocol, which, ...was[which] });
      // Its own addresses as if the other side had sent it.
      const outer = which === "source" ? 16 : 12;
      const before = get32(out, outer);
      put32(out, outer, was[which].address);
      put16(out, 10, adjust32(get16(out, 10), before, was[which].address));
    }
    const body = at - 8;
    put16(out, body + 2, 0);
    put16(out, body + 2, checksum(out, body));
    return { bytes: out, connection, reply, about: at };
  }

  #seen({ bytes, in: device, connection, reply, about }: Passage, out?: string): Seen {
    const destination = get32(bytes, 16);
    const known = connection && this.connections.find(connection.original) !== undefined;
    const tcpOrUdp = connection && connection.original.protocol !== "icmp" && about === undefined;
    return {
      ...(device === undefined ? {} : { in: device }),
      ...(out === undefined ? {} : { out }),
      ...{ source: get32(bytes, 12), destination, toLocal: this.#machine.isLocal(destination) },
      protocol: tcpOrUdp ? connection.original.protocol : "",
      port: tcpOrUdp ? get16(bytes, (bytes[0]! & 15) * 4 + 2) : 0,
      established: known === true && (reply || connection!.answered || about !== undefined),
    };
  }
}

const same = (one: Endpoint, other: Endpoint): boolean =>
  one.address === other.address && one.port === other.port;

function tupleOf({ source, destination }: Ipv4, { protocol, sourcePort, destinationPort }: Flow): Tuple {
  const identifier = Math.max(sourcePort, destinationPort);
  const [from, to] = protocol === "icmp" ? [identifier, identifier] : [sourcePort, destinationPort];
  return {
    protocol,
    source: { address: source, port: from },
    destination: { address: destination, port: to },
  };
}

/** With another endpoint on one side; the same bytes if it is what it was. */
function translated(
  bytes: Uint8Array,
  { original: { protocol } }: Connection,
  which: "source" | "destination",
  { address, port }: Endpoint,
): Uint8Array {
  const body = (bytes[0]! & 15) * 4;
  const portAt = body + (protocol === "icmp" ? 4 : which === "source" ? 0 : 2);
  if (get32(bytes, which === "source" ? 12 : 16) === address && get16(bytes, portAt) === port) return bytes;
  const out = new Uint8Array(bytes.subarray(0, get16(bytes, 2)));
  rewrite(out, 0, { protocol, which, address, port });
  return out;
}
