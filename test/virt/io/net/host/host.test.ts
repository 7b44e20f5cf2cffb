import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { ip } from "../../../../../src/virt/io/net/address.ts";
import type { Connection } from "../../../../../src/virt/io/net/host/connection.ts";
import type { EchoResult } from "../../../../../src/virt/io/net/host/host.ts";
import { network } from "../support.ts";

const [A, B] = ["192.0.2.1", "192.0.2.2"];

function pair(options: Parameters<typeof network>[0] = {}) {
  const net = network(options);
  const bridge = net.segment();
  return { ...net, bridge, a: net.host(bridge, A), b: net.host(bridge, B) };
}

test("an echo takes twice the way, and twice that when the neighbour must be asked for first", () => {
  const { a, pass } = pair({ latency: 0.01 });
  const results: EchoResult[] = [];
  for (let i = 0; i < 2; i++) {
    a.ping(ip(B), (result) => results.push(result));
    pass(1);
  }
  // Two links each way.
  expect(results.map((one) => ("seconds" in one ? Math.round(one.seconds * 1000) : one.error))).toEqual([
    80, 40,
  ]);
});

test("nobody there: three questions, then unreachable; and nobody asked: no answer", () => {
  const { a, b, pass } = pair();
  const results: EchoResult[] = [];
  a.ping(ip("192.0.2.9"), (result) => results.push(result));
  a.ping(ip("198.51.100.1"), (result) => results.push(result));
  pass(2.5);
  expect(results).toHaveLength(1);
  pass(1);
  b.nic.address = 0;
  a.ping(ip(B), (result) => results.push(result), { seconds: 0.5 });
  pass(1);
  expect(results.map((one) => ("error" in one ? one.error : "reached"))).toEqual([
    ...Array(2).fill("host unreachable: no answer to ARP"),
    "no answer",
  ]);
});

test("datagrams, and an error from a port where nobody is", () => {
  const { a, b, pass } = pair();
  const heard: string[] = [];
  b.bind(7, ({ from, port, data }) => b.sendTo(from, port, 7, data));
  a.bind(5000, ({ data }) => heard.push(new TextDecoder().decode(data)));
  a.sendTo(ip(B), 7, 5000, new TextEncoder().encode("hello"));
  a.sendTo(ip(B), 8, 5000, new Uint8Array(100));
  pass(1);
  expect(heard).toEqual(["hello"]);
  expect(a.errors).toEqual(["unreachable, code 3"]);
});

const bytes = (seed: number, length: number) => {
  const generator = xoroshiro128plus(seed);
  return Uint8Array.from({ length }, () => uniformInt(generator, 0, 255));
};

function collect(connection: Connection): { data: number[]; ends: string[] } {
  const all = { data: [] as number[], ends: [] as string[] };
  connection.onData = (data) => all.data.push(...data);
  connection.onFinish = () => all.ends.push("finish");
  connection.onClose = (reason) => all.ends.push(reason ?? "closed");
  return all;
}

test.each([0, 0.05, 0.15])("a stream arrives whole in both directions with loss %d", (loss) => {
  const { a, b, pass } = pair({ latency: 0.002, bandwidth: 1e8, loss, seed: 5 });
  const [there, back] = [bytes(1, 30_000), bytes(2, 15_000)];
  let served: ReturnType<typeof collect> | undefined;
  b.tcp.listen(80, (connection) => {
    served = collect(connection);
    connection.write(back);
    connection.onFinish = () => connection.finish();
  });
  const connection = a.tcp.connect(ip(B), 80);
  const mine = collect(connection);
  connection.onOpen = () => {
    connection.write(there);
    connection.finish();
  };
  pass(2000);
  expect(Uint8Array.from(served!.data)).toEqual(there);
  expect(Uint8Array.from(mine.data)).toEqual(back);
  expect(mine.ends).toEqual(["finish", "closed"]);
  expect(served!.ends).toEqual(["closed"]);
  expect(connection.repeated > 0).toBe(loss > 0);
  expect([a.tcp.connections, b.tcp.connections]).toEqual([0, 0]);
});

test("nobody listens: reset; nobody is there: an error; nobody answers: given up", () => {
  const { a, b, pass } = pair();
  const ends: (string | undefined)[] = [];
  const connect = (to: string) => {
    a.tcp.connect(ip(to), 80).onClose = (reason) => ends.push(reason);
    pass(1000);
  };
  connect(B);
  connect("192.0.2.9");
  b.nic.onPacket = () => {};
  connect(B);
  expect(ends).toEqual(["reset by the other side", "host unreachable: no answer to ARP", "no answer"]);
});

test("a segment from a stranger or out of its place changes nothing", () => {
  const { a, b, pass } = pair();
  let data = "";
  let server: Connection | undefined;
  b.tcp.listen(80, (connection) => {
    server = connection;
    connection.onData = (part) => {
      data += new TextDecoder().decode(part);
    };
  });
  const client = a.tcp.connect(ip(B), 80, 4000);
  pass(1);
  client.write(new TextEncoder().encode("good"));
  pass(1);
  const generator = xoroshiro128plus(3);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  for (let round = 0; round < 2000; round++)
    b.tcp.receive(ip(draw(2) ? A : "192.0.2.77"), {
      ...{ sourcePort: draw(2) ? 4000 : 4001, destinationPort: 80, window: 1, options: new Uint8Array() },
      ...{ sequence: draw(2 ** 31) * 2, acknowledgment: draw(2 ** 31) * 2, flags: draw(64) & ~2 },
      data: Uint8Array.of(33),
    });
  pass(1);
  client.write(new TextEncoder().encode(" bytes"));
  pass(100);
  expect([data, server!.state]).toEqual(["good bytes", "established"]);
});
