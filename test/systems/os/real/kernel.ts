/** Namespaces, veth pairs, bridges and rules of the real kernel, inside namespaces of the test's own, with which all of it goes. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatIp } from "../../../../src/virt/io/net/address.ts";
import { iptables } from "../../../../src/virt/io/net/netfilter/rules.ts";
import { HOST, type Lan, OUTSIDE, type Question } from "../support.ts";

const STATIONS = ["host", "outside", "web", "db", "other"];
const PUBLISHED = { outside: 8080, to: { address: "172.17.0.2", port: 80 } };

/** Root, ip(8), iptables(8) with address translation: by trying. */
export function hasRealNetwork(): boolean {
  const lines = [
    "ip link add v0 type veth peer name v1",
    "ip link add b0 type bridge",
    "iptables -t nat -L -n",
  ];
  return spawnSync("unshare", ["-n", "sh", "-c", lines.join(" && ")]).status === 0;
}

/** The answers to all questions, in their order. */
export function askReal(lan: Lan, questions: readonly Question[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-net-"));
  try {
    const plan = { stations: STATIONS, proxy: PUBLISHED, questions };
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const script = [...setUp(lan), ...start(folder), "wait"].join("\n");
    const flags = ["-n", "-m", "-p", "-f", "--kill-child"];
    execFileSync("unshare", [...flags, "sh", "-e", "-c", script], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 20_000,
    });
    const answers = Object.fromEntries(
      STATIONS.map((name) => [
        name,
        JSON.parse(readFileSync(join(folder, `answers-${name}`), "utf8")) as string[],
      ]),
    );
    return questions.map(({ from }) => answers[from]!.shift()!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function setUp({ host, bridges, web, db, other }: Lan): string[] {
  const containers = [web, db, other].flatMap(({ name, bridge, address }) => [
    `ip netns add ${name}`,
    `ip link add v${name} type veth peer name eth0 netns ${name}`,
    `ip link set v${name} master ${bridge.name} up`,
    `ip -n ${name} addr add ${formatIp(address)}/${bridge.prefix} dev eth0`,
    `ip -n ${name} link set lo up`,
    `ip -n ${name} link set eth0 up`,
    `ip -n ${name} route add default via ${formatIp(bridge.address)}`,
  ]);
  return [
    "mount -t tmpfs tmpfs /run",
    "ip link set lo up",
    "echo 1 > /proc/sys/net/ipv4/ip_forward",
    "ip netns add outside",
    "ip link add eth0 type veth peer name eth0 netns outside",
    ...[`ip addr add ${HOST}/24 dev eth0`, "ip link set eth0 up"],
    ...[`ip -n outside addr add ${OUTSIDE}/24 dev eth0`, "ip -n outside link set eth0 up"],
    "ip -n outside link set lo up",
    ...bridges.flatMap(({ name, address, prefix }) => [
      `ip link add ${name} type bridge`,
      `ip addr add ${formatIp(address)}/${prefix} dev ${name}`,
      `ip link set ${name} up`,
    ]),
    ...containers,
    ...iptables(host.stack.netfilter.rules).map((rule) => `iptables ${rule}`),
  ];
}

const start = (folder: string): string[] =>
  STATIONS.map((name) => {
    const station = `${process.execPath} ${join(import.meta.dirname, "station.mjs")} ${folder} ${name}`;
    return `${name === "host" ? "" : `ip netns exec ${name} `}${station} &`;
  });
