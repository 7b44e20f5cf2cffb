import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { formatIp, ip, isPrivate } from "../../../../src/virt/io/net/address.ts";
import { get32, Malformed } from "../../../../src/virt/io/net/bytes.ts";
import { buildIcmp, ICMP, parseIcmp } from "../../../../src/virt/io/net/icmp.ts";
import { buildIpv4, PROTOCOL, parseIpv4 } from "../../../../src/virt/io/net/ipv4.ts";
import { Nat } from "../../../../src/virt/io/net/nat.ts";
import { buildTcp, parseTcp, TCP } from "../../../../src/virt/io/net/tcp.ts";
import { IDLE } from "../../../../src/virt/io/net/translation.ts";
import { buildUdp, parseUdp } from "../../../../src/virt/io/net/udp.ts";

const OUTSIDE = ip("192.0.2.1");
const [A, B] = [ip("10.0.2.15"), ip("10.0.2.16")];
const [SERVER, STRANGER] = [ip("198.51.100.7"), ip("203.0.113.9")];
const data = new Uint8Array([1, 2, 3]);

function udp(source: number, sourcePort: number, destination: number, destinationPort: number) {
  const payload = buildUdp({ sourcePort, destinationPort, data }, { source, destination });
  return buildIpv4({ source, destination, protocol: PROTOCOL.udp, payload });
}

function tcp(
  source: number,
  sourcePort: number,
  destination: number,
  destinationPort: number,
  flags: number,
) {
  const numbers = { sequence: 1, acknowledgment: 2, flags, window: 1000, options: new Uint8Array(), data };
  const payload = buildTcp({ sourcePort, destinationPort, ...numbers }, { source, destination });
  return buildIpv4({ source, destination, protocol: PROTOCOL.tcp, payload });
}

function echo(source: number, destination: number, identifier: number, type: number = ICMP.echo) {
  const payload = buildIcmp({ type, code: 0, identifier, sequence: 1, data });
  return buildIpv4({ source, destination, protocol: PROTOCOL.icmp, payload });
}

/** "address:port > address:port", with every checksum looked at. */
function read(bytes: Uint8Array | undefined): string {
  if (!bytes) return "dropped";
  const packet = parseIpv4(bytes);
  if (packet instanceof Malformed) return packet.reason;
  const { source, destination, payload, protocol } = packet;
  const ends = [formatIp(source), formatIp(destination)];
  if (protocol === PROTOCOL.icmp) {
    const icmp = parseIcmp(payload);
    return icmp instanceof Malformed ? icmp.reason : `${ends.join(" > ")} id ${icmp.identifier}`;
  }
  const inner = protocol === PROTOCOL.udp ? parseUdp(payload, packet) : parseTcp(payload, packet);
  if (inner instanceof Malformed) return inner.reason;
  return `${ends[0]}:${inner.sourcePort} > ${ends[1]}:${inner.destinationPort}`;
}

test("answers come back to who has asked; two with the same port are told apart", () => {
  const nat = new Nat({ outside: OUTSIDE });
  expect(read(nat.outbound(udp(A, 5000, SERVER, 53), 0))).toBe("192.0.2.1:5000 > 198.51.100.7:53");
  expect(read(nat.outbound(udp(B, 5000, SERVER, 53), 0))).toBe("192.0.2.1:5001 > 198.51.100.7:53");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5001), 1))).toBe("198.51.100.7:53 > 10.0.2.16:5000");
  expect(read(nat.outbound(udp(A, 5000, STRANGER, 53), 1))).toBe("192.0.2.1:5000 > 203.0.113.9:53");
  expect(nat.mappings).toBe(2);
});

test("a stranger is filtered, an expired mapping is gone, answers alone keep nothing open", () => {
  const nat = new Nat({ outside: OUTSIDE });
  nat.outbound(udp(A, 5000, SERVER, 53), 0);
  expect(read(nat.inbound(udp(STRANGER, 53, OUTSIDE, 5000), 1))).toBe("dropped");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5000), IDLE.udp))).not.toBe("dropped");
  expect(read(nat.inbound(udp(SERVER, 53, OUTSIDE, 5000), IDLE.udp + 1))).toBe("dropped");
});

test("echoes by their identifiers, and only the answers come in", () => {
  const nat = new Nat({ outside: OUTSIDE });
  expect(read(nat.outbound(echo(A, SERVER, 2000), 0))).toBe("192.0.2.1 > 198.51.100.7 id 2000");
  expect(read(nat.outbound(echo(B, SERVER, 2000), 0))).toBe("192.0.2.1 > 198.51.100.7 id 2001");
  const answer = echo(SERVER, OUTSIDE, 2001, ICMP.echoReply);
  expect(read(nat.inbound(answer, 1))).toBe("198.51.100.7 > 10.0.2.16 id 2000");
  expect(read(nat.inbound(echo(SERVER, OUTSIDE, 2001), 1))).toBe("dropped");
});

test("a connection lives two hours when it is open, four minutes before and after", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const out = (flags: number, now: number) => nat.outbound(tcp(A, 4000, SERVER, 80, flags), now);
  const into = (flags: number, now: number) => read(nat.inbound(tcp(SERVER, 80, OUTSIDE, 4000, flags), now));
  out(TCP.syn, 0);
  expect(into(TCP.syn | TCP.ack, IDLE.tcpTransitory + 1)).toBe("dropped");
  out(TCP.syn, 1000);
  into(TCP.syn | TCP.ack, 1000);
  expect(into(TCP.ack, 1000 + IDLE.tcp)).toBe("198.51.100.7:80 > 10.0.2.15:4000");
  out(TCP.fin | TCP.ack, 1000 + IDLE.tcp);
  into(TCP.fin | TCP.ack, 1000 + IDLE.tcp);
  expect(into(TCP.ack, 1001 + IDLE.tcp + IDLE.tcpTransitory)).toBe("dropped");
});

test("noise from both sides never throws, and no private address leaves", () => {
  const nat = new Nat({ outside: OUTSIDE });
  const generator = xoroshiro128plus(5);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  let left = 0;
  for (let round = 0; round < 3000; round++) {
    const from = A + draw(3);
    const kinds = [
      udp(from, draw(65_536), SERVER, draw(65_536)),
      tcp(from, draw(65_536), SERVER, 80, draw(64)),
      echo(from, draw(3) ? SERVER : B, draw(65_536), draw(13)),
    ];
    const bytes = kinds[draw(3)]!.slice();
    if (draw(2)) bytes[draw(bytes.length)] = draw(256);
    const out = nat.outbound(bytes.subarray(0, draw(4) ? bytes.length : draw(bytes.length)), round / 10);
    nat.inbound(bytes, round / 10);
    if (!out) continue;
    left++;
    expect(get32(out, 12)).toBe(OUTSIDE);
    expect(isPrivate(get32(out, 16))).toBe(false);
    expect(read(out)).toContain(" > ");
  }
  expect(left).toBeGreaterThan(500);
});
