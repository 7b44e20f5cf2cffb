/** Containers on bridges: who reaches whom, as in the real kernel; what is seen on the way; what a port, and an end, leave behind. */
import { beforeEach, describe, expect, test } from "vitest";
import { ip } from "../../../src/virt/io/net/address.ts";
import { Malformed } from "../../../src/virt/io/net/bytes.ts";
import { ETHERTYPE, parseFrame } from "../../../src/virt/io/net/frame.ts";
import { parseIpv4 } from "../../../src/virt/io/net/ipv4.ts";
import { parseTcp } from "../../../src/virt/io/net/tcp.ts";
import { links } from "../../../src/virt/os/calls/network.ts";
import { askReal, hasRealNetwork } from "./real/kernel.ts";
import { HOST, Lan, OUTSIDE, type Question } from "./support.ts";

const NAMES = ["host", "outside", "web", "db", "other"];
const WEB = "172.17.0.2";

/** Rows: who asks; columns: whom. "host 172.17.0.1" is the host, which sees that address; . silence, x refused, - no way. */
const TO: readonly (readonly [string, number])[] = [
  [WEB, 80],
  ["172.17.0.3", 80],
  ["172.18.0.2", 80],
  [OUTSIDE, 80],
  [HOST, 80],
  ["172.17.0.1", 80],
  [HOST, 8080],
  ["172.17.0.1", 8080],
  ["172.18.0.1", 8080],
  ["127.0.0.1", 8080],
  ["127.0.0.1", 80],
  [WEB, 81],
  [HOST, 81],
];
const HEARD: Record<string, string> = {
  host: "web .17.0.1|db .17.0.1|other .18.0.1|outside host|host host|host host|web host|web .17.0.1|web .17.0.1|web .17.0.1|host 127|x|x",
  outside: "-|-|-|outside outside|host outside|-|web outside|-|-|x|outside 127|-|x",
  web: "web web|db web|.|outside host|host web|host web|web .17.0.1|web .17.0.1|web .17.0.1|x|web 127|x|x",
  db: "web db|db db|.|outside host|host db|host db|web .17.0.1|web .17.0.1|web .17.0.1|x|db 127|x|x",
  other:
    ".|.|other other|outside host|host other|host other|web .17.0.1|web .17.0.1|web .17.0.1|x|other 127|.|x",
};
const questions: Question[] = NAMES.flatMap((from) => TO.map(([to, port]) => ({ from, to, port })));

const SHORT: Record<string, string> = {
  ...{ silence: ".", refused: "x", unreachable: "-", [HOST]: "host", [OUTSIDE]: "outside" },
  ...{ [WEB]: "web", "172.17.0.3": "db", "172.18.0.2": "other", "127.0.0.1": "127" },
  ...{ "172.17.0.1": ".17.0.1", "172.18.0.1": ".18.0.1" },
};
const short = (answer: string): string =>
  answer
    .split(" sees ")
    .map((word) => SHORT[word] ?? word)
    .join(" ");
const table = (answers: readonly string[]) =>
  Object.fromEntries(
    NAMES.map((name) => [
      name,
      answers
        .filter((_, at) => questions[at]!.from === name)
        .map(short)
        .join("|"),
    ]),
  );

let lan: Lan;
beforeEach(() => {
  lan = new Lan();
  lan.host.publish(lan.web, "tcp", 8080, 80);
  for (const name of NAMES) lan.serve(name, 80);
});

describe("who reaches whom, and whom he is taken for", () => {
  test("in the model", () => {
    expect(table(questions.map((one) => lan.ask(one)))).toEqual(HEARD);
  });

  test("in the kernel below this test, with the same rules", (context) => {
    if (!hasRealNetwork()) return context.skip("needs root, ip, iptables and namespaces");
    expect(table(askReal(lan, questions))).toEqual(HEARD);
  });
});

/** "FROM:PORT > TO:PORT" of what TCP is in a frame; its checksums were right. */
function tcpOf(bytes: Uint8Array): string | undefined {
  const frame = parseFrame(bytes);
  if (frame instanceof Malformed || frame.type !== ETHERTYPE.ipv4) return undefined;
  const packet = parseIpv4(frame.payload);
  if (packet instanceof Malformed) return packet.reason;
  const tcp = parseTcp(packet.payload, packet);
  if (tcp instanceof Malformed) return tcp.reason;
  const name = (address: number) =>
    Object.keys(SHORT).find((one) => one.includes(".") && ip(one) === address);
  const end = (address: number, port: number) => `${SHORT[name(address)!]}:${port >= 49_152 ? "*" : port}`;
  return `${end(packet.source, tcp.sourcePort)} > ${end(packet.destination, tcp.destinationPort)}`;
}

/** Device → the kinds of packets that it has seen. */
function seen(question: Question): Record<string, string[]> {
  lan.frames.length = 0;
  lan.ask(question);
  const at: Record<string, Set<string>> = {};
  for (const { device, frame } of lan.frames) {
    const packet = tcpOf(frame);
    if (packet === undefined) continue;
    at[device] ??= new Set();
    at[device].add(packet);
  }
  return Object.fromEntries(Object.entries(at).map(([device, all]) => [device, [...all]]));
}

describe("what is seen at each hop", () => {
  test("of a connection from outside to a published port", () => {
    const [before, behind] = [
      ["outside:* > host:8080", "host:8080 > outside:*"],
      ["outside:* > web:80", "web:80 > outside:*"],
    ];
    expect(seen({ from: "outside", to: HOST, port: 8080 })).toEqual({
      ...{ eth0: before, docker0: behind, veth0: behind, "web/eth0": behind },
    });
  });

  test("of a container's connection to the world: hidden behind the host's address", () => {
    const inside = ["db:* > outside:80", "outside:80 > db:*"];
    expect(seen({ from: "db", to: OUTSIDE, port: 80 })).toEqual({
      ...{ "db/eth0": inside, veth1: inside, docker0: inside },
      eth0: ["host:* > outside:80", "outside:80 > host:*"],
    });
  });

  test("between containers of a bridge the host's own stack sees nothing", () => {
    const all = ["db:* > web:80", "web:80 > db:*"];
    expect(seen({ from: "db", to: WEB, port: 80 })).toEqual({
      ...{ "db/eth0": all, veth1: all, veth0: all, "web/eth0": all },
    });
  });

  test("between bridges the first packets end in the host", () => {
    const tried = ["other:* > web:80"];
    expect(seen({ from: "other", to: WEB, port: 80 })).toEqual({
      ...{ "other/eth0": tried, veth2: tried, br1: tried },
    });
  });

  test("with the proxy, two connections", () => {
    const [first, second] = [
      ["db:* > .17.0.1:8080", ".17.0.1:8080 > db:*"],
      [".17.0.1:* > web:80", "web:80 > .17.0.1:*"],
    ];
    const all = seen({ from: "db", to: "172.17.0.1", port: 8080 });
    expect(all["db/eth0"]).toEqual(first);
    expect(all["web/eth0"]).toEqual(second);
    expect(new Set(all.docker0)).toEqual(new Set([...first, ...second]));
  });
});

describe("ports and ends", () => {
  test("a port is published once, and not over a service of the host's", () => {
    expect(() => lan.host.publish(lan.db, "tcp", 8080, 80)).toThrow(
      "tcp port 8080 is published for 172.17.0.2:80 already",
    );
    expect(() => lan.host.publish(lan.db, "tcp", 80, 80)).toThrow("in use by the machine itself");
    expect(() => lan.host.publish(lan.db, "udp", 0, 80)).toThrow("ports are 1 to 65535");
    lan.host.publish(lan.db, "udp", 8080, 80);
  });

  test("with a container go its veth pair, its ports and its name; a new one gets its address", () => {
    lan.host.stop(lan.web);
    expect(links(lan.host.init).map(({ name }) => name)).toEqual([
      ...["lo", "eth0", "docker0", "br1", "veth1", "veth2"],
    ]);
    expect(lan.ask({ from: "outside", to: HOST, port: 8080 })).toBe("refused");
    expect(lan.ask({ from: "db", to: HOST, port: 8080 })).toBe("refused");
    const next = lan.host.run("web", lan.bridges[0]);
    expect(next.address).toBe(ip(WEB));
    expect(() => lan.host.run("web", lan.bridges[0])).toThrow("a container web runs already");
  });

  test("a bridge has so many addresses and no more", () => {
    const small = lan.host.createBridge("br2", ip("172.19.0.1"), 30);
    lan.host.run("one", small);
    expect(() => lan.host.run("two", small)).toThrow("no address is left on br2");
  });
});

describe("not only TCP", () => {
  const datagram = (from: string, to: string, port: number): string[] => {
    const stack = lan.stack(from);
    const host = stack.at(stack.sourceFor(ip(to))!);
    host.sendTo(ip(to), port, 40_000, Uint8Array.of(1));
    lan.wait(1);
    return host.errors;
  };

  test("a published datagram port; a closed one's error comes back translated", () => {
    lan.host.publish(lan.db, "udp", 5353, 53);
    const db = lan.stack("db");
    const heard: string[] = [];
    db.at(ip("172.17.0.3")).bind(53, ({ from, port }) => {
      heard.push(SHORT[from === ip(OUTSIDE) ? OUTSIDE : HOST]!);
      db.at(ip("172.17.0.3")).sendTo(from, port, 53, Uint8Array.of(2));
    });
    const outside = lan.stack("outside").at(ip(OUTSIDE));
    const answers: [number, number][] = [];
    outside.bind(40_000, ({ from, port }) => answers.push([from, port]));
    datagram("outside", HOST, 5353);
    expect(heard).toEqual(["outside"]);
    expect(answers).toEqual([[ip(HOST), 5353]]);
    lan.host.publish(lan.db, "udp", 5454, 54);
    expect(datagram("outside", HOST, 5454)).toEqual(["unreachable, code 3"]);
  });

  test("the world's errors find the container that they are for", () => {
    expect(datagram("db", OUTSIDE, 9)).toEqual(["unreachable, code 3"]);
    expect(datagram("web", OUTSIDE, 9)).toEqual(["unreachable, code 3"]);
  });

  test("echoes of two containers with the same identifier", () => {
    const results: string[] = [];
    for (const name of ["web", "db", "other"]) {
      const stack = lan.stack(name);
      stack.at(stack.sourceFor(ip(OUTSIDE))!).ping(ip(OUTSIDE), (one) => {
        results.push(`${name} ${"seconds" in one}`);
      });
    }
    lan.wait(1);
    expect(results.sort()).toEqual(["db true", "other true", "web true"]);
  });

  test("to whom nobody answers ARP, his neighbours hear of it", () => {
    expect(datagram("host", "172.17.0.99", 9)).toEqual([]);
    lan.wait(4);
    expect(lan.stack("host").at(ip("172.17.0.1")).errors).toEqual(["unreachable, code 1"]);
  });
});

test("who asks how far he gets hears of the host", () => {
  const { stack } = lan.web;
  const results: unknown[] = [];
  stack.at(lan.web.address).ping(ip(OUTSIDE), (one) => results.push(one), { ttl: 1 });
  lan.wait(1);
  expect(results).toEqual([{ from: ip("172.17.0.1"), error: "time exceeded, code 0" }]);
});
