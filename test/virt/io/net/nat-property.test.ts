/** Hostile packets from both sides against a naive second NAT: the same bytes leave and enter, and three things hold whatever comes. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { formatIp, ip, networkOf } from "../../../../src/virt/io/net/address.ts";
import { get16, get32, put16 } from "../../../../src/virt/io/net/bytes.ts";
import { checksum } from "../../../../src/virt/io/net/checksum.ts";
import { buildIcmp } from "../../../../src/virt/io/net/icmp.ts";
import { buildIpv4 } from "../../../../src/virt/io/net/ipv4.ts";
import { Nat } from "../../../../src/virt/io/net/nat.ts";
import { buildTcp } from "../../../../src/virt/io/net/tcp.ts";
import { DEPENDENCES, type Dependence, translating } from "../../../../src/virt/io/net/translation.ts";
import { TranslationTable } from "../../../../src/virt/io/net/translation-table.ts";
import { buildUdp } from "../../../../src/virt/io/net/udp.ts";
import { NaiveNat } from "./nat-model.ts";

const OUTSIDE = ip("192.0.2.1");
const INSIDE = { address: ip("10.0.2.2"), prefix: 24 };
const HOSTS = ["10.0.2.15", "10.0.2.16", "10.0.2.17"].map(ip);
const PEERS = ["198.51.100.7", "203.0.113.9", "203.0.113.10"].map(ip);
/** Nobody's, private and not inside, loopback, a group, zero. */
const STRANGE = ["8.8.8.8", "192.168.1.9", "127.0.0.1", "224.0.0.5", "0.0.0.0", "10.0.2.15"].map(ip);
const FORWARDS = [
  { protocol: "tcp", outside: 80, address: HOSTS[0]!, port: 8080 },
  { protocol: "udp", outside: 2000, address: HOSTS[1]!, port: 2001 },
] as const;
const SMALL = [80, 2000, 2001, 2002, 8080, 65_535];
const isInside = (address: number) => networkOf(address, 24) === networkOf(INSIDE.address, 24);

function generator(seed: number) {
  const random = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)]!;
  const port = () => (draw(8) ? pick(SMALL) : draw(65_536));
  const data = () => Uint8Array.from({ length: draw(20) }, () => draw(256));

  function packet(source: number, destination: number): Uint8Array {
    const ends = { source, destination };
    const ttl = draw(12) ? 2 + draw(200) : draw(3);
    const ports = { sourcePort: port(), destinationPort: port() };
    const kind = draw(5);
    if (kind < 2) {
      const payload = buildUdp({ ...ports, data: data() }, ends);
      if (!draw(4)) put16(payload, 6, 0);
      return buildIpv4({ ...ends, protocol: 17, ttl, payload });
    }
    if (kind < 4) {
      const numbers = { sequence: draw(99), acknowledgment: draw(99), window: 99, options: new Uint8Array() };
      const flags = pick([2, 16, 18, 17, 4, 20, draw(64)]);
      return buildIpv4({
        ...{ ...ends, protocol: 6, ttl },
        payload: buildTcp({ ...ports, ...numbers, flags, data: data() }, ends),
      });
    }
    const icmp = { type: pick([0, 8, 8, 3, 5, 13]), code: 0, identifier: port(), sequence: 1, data: data() };
    return buildIpv4({ ...ends, protocol: 1, ttl, payload: buildIcmp(icmp) });
  }

  /** An error about a packet, which may be cut and changed. */
  function complaint(about: Uint8Array, source: number, destination: number): Uint8Array {
    const cut = about.slice(0, draw(3) ? 28 : draw(about.length + 1));
    if (!draw(6) && cut.length > 0) cut[draw(cut.length)] = draw(256);
    const type = pick([3, 11, 12]);
    return buildIpv4({
      ...{ source, destination, protocol: 1 },
      payload: buildIcmp({ type, code: draw(4), identifier: 0, sequence: draw(1500), data: cut }),
    });
  }

  /** What somebody may do to a packet: a byte, the length, a fragment, options; with or without the header's checksum made right. */
  function damaged(good: Uint8Array): Uint8Array {
    let bytes = good.slice();
    const way = draw(20);
    if (way === 0) bytes[draw(bytes.length)] = draw(256);
    if (way === 1) bytes = bytes.slice(0, draw(bytes.length + 1));
    if (way === 2) put16(bytes, 6, draw(0x4000));
    if (way === 3) {
      bytes = new Uint8Array([...bytes.subarray(0, 20), 7, 4, 4, 0, ...bytes.subarray(20)]);
      bytes[0] = 0x46;
      put16(bytes, 2, bytes.length);
    }
    if (way > 0 && way < 4 && bytes.length >= 20) {
      put16(bytes, 10, 0);
      put16(bytes, 10, checksum(bytes, 0, (bytes[0]! & 15) * 4));
    }
    return bytes;
  }
  return { draw, pick, packet, complaint, damaged };
}

const show = (bytes: Uint8Array | undefined) => (bytes ? Buffer.from(bytes).toString("hex") : "dropped");

function fight(seed: number, mapping: Dependence, filtering: Dependence, rounds: number) {
  const { draw, pick, packet, complaint, damaged } = generator(seed);
  const table = new TranslationTable();
  const nat = new Nat({
    ...{ outside: OUTSIDE, inside: INSIDE, policy: translating({ mapping, filtering }), table },
    forwards: FORWARDS.map(({ protocol, outside, address, port }) => ({
      ...{ protocol, outside, to: { address, port } },
    })),
  });
  const isOutside = (address: number) =>
    ![0, 127].includes(address >>> 24) &&
    address >>> 28 < 14 &&
    !isInside(address) &&
    !/^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(formatIp(address));
  const model = new NaiveNat({
    ...{ mapping, filtering, outside: OUTSIDE, forwards: FORWARDS, isOutside },
    isInside: (address) => isInside(address),
  });
  let now = 10;
  const asked = new Set<number>();
  const passed = { outbound: 0, inbound: 0, hairpin: 0, errors: 0 };
  /** What went by lately, as it left and as it came in: errors are about these. */
  let left: Uint8Array[] = [packet(HOSTS[0]!, PEERS[0]!)];
  let entered: Uint8Array[] = [packet(PEERS[0]!, HOSTS[0]!)];
  for (let round = 0; round < rounds; round++) {
    now += pick([0, 0, 0, 1, 5, 61, 241, draw(50) ? 0 : 7441]);
    const way = pick(["outbound", "inbound", "inbound", "hairpin"] as const);
    const host = draw(10) ? pick(HOSTS) : pick([...STRANGE, OUTSIDE]);
    const peer = draw(10) ? pick(PEERS) : pick([...STRANGE, OUTSIDE]);
    const made = {
      outbound: () =>
        draw(4)
          ? packet(host, peer)
          : complaint(pick(entered), host, draw(4) ? get32(pick(entered), 12) : peer),
      hairpin: () => (draw(4) ? packet(host, OUTSIDE) : complaint(pick(entered), host, OUTSIDE)),
      inbound: () => {
        if (!draw(4)) return complaint(pick(left), peer, OUTSIDE);
        if (!draw(2)) return packet(peer, OUTSIDE);
        return answer(pick(left), packet(peer, OUTSIDE));
      },
    }[way]();
    const bytes = damaged(made);
    const before = show(bytes);
    const out = nat[way](bytes, now);
    expect(show(bytes), "what came in is not written to").toBe(before);
    // Flags and identification are copied by the NAT; the model builds them as our builder does.
    const built = bytes.length >= 20 && get16(bytes, 4) === 0 && get16(bytes, 6) === 0x4000 && bytes[1] === 0;
    const expected = model[way](bytes, now);
    if (built) expect(show(out), `round ${round}, ${way} ${before}`).toBe(show(expected));
    else expect(out === undefined).toBe(expected === undefined);
    if (!out) continue;
    passed[way]++;
    const isError = out[9] === 1 && [3, 11, 12].includes(out[20]!);
    if (isError) passed.errors++;
    if (way === "outbound") {
      // No private address leaves, neither in the header nor in what an error is about.
      expect(get32(out, 12)).toBe(OUTSIDE);
      expect(isInside(get32(out, 16))).toBe(false);
      if (isError) for (const at of [40, 44]) expect(isInside(get32(out, at))).toBe(false);
      asked.add(get32(out, 16));
      left = [...left.slice(-20), out];
    } else {
      expect(isInside(get32(out, 16))).toBe(true);
      entered = [...entered.slice(-20), out];
      // Nobody enters who was not asked, except by a forwarded port, or where the filter lets everybody in.
      const forwarded = FORWARDS.some(
        ({ address, port, protocol }) =>
          get32(out, 16) === address && out[9] === { tcp: 6, udp: 17 }[protocol] && get16(out, 22) === port,
      );
      if (way === "inbound" && !isError && !forwarded && filtering !== "endpoint-independent")
        expect(asked).toContain(get32(out, 12));
    }
    if (way === "hairpin") asked.add(OUTSIDE);
  }
  const all = [...table.entries(), ...table.forwards()];
  expect(new Set(all.map(({ protocol, outside }) => `${protocol} ${outside}`)).size).toBe(all.length);
  if (mapping === "endpoint-independent")
    expect(new Set(all.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`)).size).toBe(
      all.length,
    );
  return passed;
}

/** `from` as an answer to what has left: ends and ports turned around. */
function answer(left: Uint8Array, from: Uint8Array): Uint8Array {
  const [source, destination] = [get32(left, 16), OUTSIDE];
  const ends = { source, destination };
  const [sourcePort, destinationPort] = [get16(left, 22), get16(left, 20)];
  if (left[9] === 17)
    return buildIpv4({
      ...{ ...ends, protocol: 17 },
      payload: buildUdp({ sourcePort, destinationPort, data: from.subarray(20) }, ends),
    });
  if (left[9] === 6)
    return buildIpv4({
      ...{ ...ends, protocol: 6 },
      payload: buildTcp(
        {
          ...{ sourcePort, destinationPort, sequence: 1, acknowledgment: 1, window: 1 },
          ...{ flags: from[20]! & 0x17, options: new Uint8Array(), data: new Uint8Array() },
        },
        ends,
      ),
    });
  const icmp = { type: 0, code: 0, identifier: get16(left, 24), sequence: 1, data: new Uint8Array(3) };
  return buildIpv4({ ...ends, protocol: 1, payload: buildIcmp(icmp) });
}

const ROUNDS = Number(process.env.RINGLAB_NAT_ROUNDS ?? 600);

for (const mapping of DEPENDENCES)
  test.each(DEPENDENCES)(`mapping ${mapping}, filtering %s`, (filtering) => {
    const passed = fight(7, mapping, filtering, ROUNDS);
    for (const count of Object.values(passed)) expect(count).toBeGreaterThan(ROUNDS / 200);
  });
