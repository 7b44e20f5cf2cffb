/** Connections as pairs of tuples: found by either, hidden behind ports of their own, forgotten, and no more than there is room for. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ip } from "../../../../../src/virt/io/net/address.ts";
import { Conntrack, reversed, type Tuple } from "../../../../../src/virt/io/net/netfilter/conntrack.ts";

const OUTSIDE = ip("198.51.100.1");
const SERVER = { address: ip("203.0.113.5"), port: 80 };
const tuple = (host: number, port: number, protocol: Tuple["protocol"] = "tcp"): Tuple => ({
  ...{ protocol, source: { address: ip("172.17.0.0") + host, port }, destination: SERVER },
});

function hidden(table: Conntrack, original: Tuple, now = 0) {
  const connection = table.begin(original, now);
  expect(table.hide(connection, OUTSIDE)).toBe(true);
  expect(table.confirm(connection, now)).toBe(true);
  return connection;
}

test("whoever comes second with a port gets the next one, and answers find both", () => {
  const table = new Conntrack();
  const [first, second] = [hidden(table, tuple(2, 40_000)), hidden(table, tuple(3, 40_000))];
  expect([first, second].map(({ reply }) => reply.destination.port)).toEqual([40_000, 40_001]);
  expect(table.find(first.reply)).toBe(first);
  expect(table.find(second.reply)).toBe(second);
  expect(table.isReply(second.reply, second)).toBe(true);
  expect(table.isReply(second.original, second)).toBe(false);
});

test("an echo's identifier changes on both sides", () => {
  const table = new Conntrack();
  const echo = (host: number): Tuple => ({ ...tuple(host, 7, "icmp"), destination: { ...SERVER, port: 7 } });
  hidden(table, echo(2));
  const { reply } = hidden(table, echo(3));
  expect(reply.source.port).toBe(reply.destination.port);
});

test("no two connections have answers that look the same", () => {
  const flows = fc.array(fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 65_530, max: 65_535 })));
  fc.assert(
    fc.property(flows, (all) => {
      const table = new Conntrack();
      const made = new Map(all.map(([host, port]) => [`${host} ${port}`, tuple(host, port)]));
      const connections = [...made.values()].map((one) => hidden(table, one));
      for (const one of connections) {
        expect(table.find(one.reply)).toBe(one);
        expect(table.find(one.original)).toBe(one);
      }
      expect(table.size).toBe(connections.length);
    }),
    { seed: 8, numRuns: 50 },
  );
});

test("an answer that would look like somebody else's is refused", () => {
  const table = new Conntrack();
  expect(table.confirm(table.begin(tuple(2, 40_000), 0), 0)).toBe(true);
  const same = table.begin(reversed(tuple(9, 1)), 0);
  same.reply = table.find(tuple(2, 40_000))!.reply;
  expect(table.confirm(same, 0)).toBe(false);
});

test("what nobody uses is forgotten, and a full table takes nobody", () => {
  const table = new Conntrack(2);
  hidden(table, tuple(2, 1));
  hidden(table, tuple(3, 1)).answered = true;
  const third = table.begin(tuple(4, 1), 100);
  expect(table.confirm(third, 100)).toBe(false);
  // The first was never answered: 240 s; an established one stays for two hours.
  expect(table.confirm(third, 300)).toBe(true);
  expect(table.size).toBe(2);
  expect(table.find(tuple(3, 1))).toBeDefined();
});
