/** Hosts behind a gateway: what they reach, what reaches them, what they are told, and the address that they are given. */
import { expect, test } from "vitest";
import { formatIp, ip } from "../../../../src/virt/io/net/address.ts";
import type { DhcpClient } from "../../../../src/virt/io/net/dhcp/client.ts";
import { DhcpServer } from "../../../../src/virt/io/net/dhcp/server.ts";
import { Gateway, type GatewayOptions } from "../../../../src/virt/io/net/gateway.ts";
import type { EchoResult, Host } from "../../../../src/virt/io/net/host/host.ts";
import { Nat, type NatOptions } from "../../../../src/virt/io/net/nat.ts";
import { TranslationTable } from "../../../../src/virt/io/net/translation-table.ts";
import { network } from "./support.ts";

const [OUTSIDE, SERVER] = ["203.0.113.1", "203.0.113.7"];

/** guests ── inside ── gateway ── outside ── server */
function behind(options: Partial<GatewayOptions & NatOptions> = {}) {
  const net = network({ latency: 0.001 });
  const [inside, outside] = [net.segment(), net.segment()];
  const nat = new Nat({
    ...{ outside: ip(OUTSIDE), inside: { address: ip("10.0.2.2"), prefix: 24 } },
    ...options,
  });
  const dhcp = new DhcpServer({
    ...{ address: ip("10.0.2.2"), prefix: 24, first: ip("10.0.2.15"), last: ip("10.0.2.16"), lease: 600 },
  });
  new Gateway({
    ...{ nat, dhcp, alarms: net.alarms() },
    inside: { port: net.plug(inside), mac: net.mac(), address: ip("10.0.2.2"), prefix: 24 },
    outside: { port: net.plug(outside), mac: net.mac(), address: ip(OUTSIDE), prefix: 24 },
    ...options,
  });
  const guest = (address?: string) => net.host(inside, address, address && "10.0.2.2");
  const server = net.host(outside, SERVER, "203.0.113.254");
  const ping = (from: Host, to: string, how: { ttl?: number } = {}) => {
    let result: EchoResult | undefined;
    from.ping(
      ip(to),
      (one) => {
        result = one;
      },
      how,
    );
    net.pass(10);
    if (!result) return "nothing";
    return "error" in result
      ? `${"from" in result ? formatIp(result.from) : ""} ${result.error}`.trim()
      : "reached";
  };
  const connect = (from: Host, to: string, port: number) => {
    let result = "no answer";
    const connection = from.tcp.connect(ip(to), port);
    connection.onOpen = () => {
      result = "open";
    };
    connection.onClose = (reason) => {
      result = reason ?? result;
    };
    net.pass(10);
    return result;
  };
  return { ...net, inside, nat, dhcp, guest, server, ping, connect };
}

test("a guest reaches the server and the gateway, and the server only what is forwarded", () => {
  const { guest, server, ping, connect, nat } = behind();
  const one = guest("10.0.2.15");
  one.tcp.listen(80, () => {});
  server.tcp.listen(80, () => {});
  expect([ping(one, SERVER), ping(one, "10.0.2.2"), ping(one, OUTSIDE), ping(server, OUTSIDE)]).toEqual([
    ...Array(4).fill("reached"),
  ]);
  expect([connect(one, SERVER, 80), connect(server, OUTSIDE, 80)]).toEqual(["open", "no answer"]);
  nat.forward({ protocol: "tcp", outside: 80, to: { address: ip("10.0.2.15"), port: 80 } });
  expect(connect(server, OUTSIDE, 80)).toBe("open");
});

test("a neighbour by the outside address, when its port is forwarded: also the error when nobody listens", () => {
  const { guest, connect, nat } = behind();
  const [one, other] = [guest("10.0.2.15"), guest("10.0.2.16")];
  other.tcp.listen(80, () => {});
  nat.forward({ protocol: "tcp", outside: 8080, to: { address: ip("10.0.2.16"), port: 80 } });
  nat.forward({ protocol: "udp", outside: 9, to: { address: ip("10.0.2.16"), port: 9 } });
  expect(connect(one, OUTSIDE, 8080)).toBe("open");
  one.sendTo(ip(OUTSIDE), 9, 5000, new Uint8Array(20));
  connect(one, OUTSIDE, 8081);
  expect(one.errors).toEqual(["unreachable, code 3"]);
});

test("an error from the server arrives at the guest whom it is about; the gateway itself says what it cannot do", () => {
  const { guest, pass, ping } = behind({ table: new TranslationTable({ mappings: 1 }) });
  const [one, other] = [guest("10.0.2.15"), guest("10.0.2.16")];
  one.sendTo(ip(SERVER), 9, 5000, new Uint8Array(20));
  pass(1);
  expect([one.errors, other.errors]).toEqual([["unreachable, code 3"], []]);
  expect(ping(one, SERVER, { ttl: 1 })).toBe("10.0.2.2 time exceeded, code 0");
  expect(ping(other, SERVER)).toBe("10.0.2.2 unreachable, code 13");
});

test("a client gets an address and a router, renews it, loses it when the server has gone, and the pool is two", () => {
  const { guest, pass, ping, dhcp } = behind();
  const guests = [guest(), guest(), guest()];
  const clients: DhcpClient[] = guests.map((one) => one.configure());
  pass(1);
  expect(clients.map(({ state }) => state)).toEqual(["bound", "bound", "selecting"]);
  expect(guests.map(({ nic }) => formatIp(nic.address))).toEqual(["10.0.2.15", "10.0.2.16", "0.0.0.0"]);
  expect([guests[0]!.nic.prefix, formatIp(guests[0]!.nic.router)]).toEqual([24, "10.0.2.2"]);
  expect(ping(guests[0]!, SERVER)).toBe("reached");
  pass(5000);
  expect(clients[0]!.state).toBe("bound");
  clients[1]!.release();
  pass(70);
  expect(clients[2]!.state).toBe("bound");
  dhcp.answer = () => undefined;
  pass(601);
  expect(clients.map(({ state }) => state)).toEqual(["selecting", "idle", "selecting"]);
  expect(guests[0]!.nic.address).toBe(0);
});

test("with proxy ARP a guest without a router gets out; without, it does not", () => {
  for (const proxyArp of [true, false]) {
    const { guest, ping } = behind({ proxyArp });
    const one = guest("10.0.2.15");
    one.nic.router = 0;
    one.nic.prefix = 0;
    expect(ping(one, SERVER)).toBe(proxyArp ? "reached" : "10.0.2.15 host unreachable: no answer to ARP");
  }
});

test("nobody becomes another by an ARP reply that was not asked for", () => {
  const { guest, ping, pass } = behind();
  const [one, other] = [guest("10.0.2.15"), guest("10.0.2.16")];
  expect(ping(one, SERVER)).toBe("reached");
  // The other one claims the gateway's address, to everybody.
  other.nic.address = ip("10.0.2.2");
  other.ping(ip("10.0.2.99"), () => {});
  pass(5);
  expect(ping(one, SERVER)).toBe("reached");
});
