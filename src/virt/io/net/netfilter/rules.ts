/**
 * Rules of a packet filter, as data: those of iptables(8) and iptables-extensions(8) that container engines write. The same rules drive the
 * model (netfilter.ts) and, as arguments, the real command.
 */
import { formatIp, type Ip, networkOf } from "../address.ts";
import type { Endpoint } from "../translation.ts";

export interface Network {
  readonly address: Ip;
  /** Leading bits, 0 … 32. */
  readonly prefix: number;
}

/** Whatever is not said matches. */
export interface Match {
  readonly in?: string;
  readonly notIn?: string;
  readonly out?: string;
  readonly notOut?: string;
  readonly source?: Network;
  readonly destination?: Network;
  readonly notDestination?: Network;
  /** One of the machine's own addresses: addrtype, "--dst-type LOCAL". */
  readonly toLocal?: true;
  readonly protocol?: "tcp" | "udp";
  /** Of the destination; it needs a protocol. */
  readonly port?: number;
  /** Of a connection that has been answered, or an error about one: conntrack, "--ctstate RELATED,ESTABLISHED". */
  readonly established?: true;
}

/** Without `to` the destination stays what it is: target RETURN. */
export interface DestinationRule extends Match {
  readonly to?: Endpoint;
}

export interface Rules {
  /** Tables and chains: nat PREROUTING, nat OUTPUT, nat POSTROUTING, filter FORWARD. The first match decides. */
  readonly prerouting: readonly DestinationRule[];
  readonly output: readonly DestinationRule[];
  readonly masquerade: readonly Match[];
  readonly forward: readonly (Match & { readonly verdict: "accept" | "drop" })[];
  /** Of what no rule of `forward` matches. */
  readonly policy: "accept" | "drop";
}

export const NO_RULES: Rules = {
  prerouting: [],
  output: [],
  masquerade: [],
  forward: [],
  policy: "accept",
};

/** What is known of a packet at a hook. */
export interface Seen {
  readonly in?: string;
  readonly out?: string;
  readonly source: Ip;
  readonly destination: Ip;
  readonly toLocal: boolean;
  readonly protocol: string;
  readonly port: number;
  readonly established: boolean;
}

const within = (address: Ip, network: Network): boolean =>
  networkOf(address, network.prefix) === networkOf(network.address, network.prefix);

export function matches(match: Match, seen: Seen): boolean {
  return (
    (match.in === undefined || match.in === seen.in) &&
    (match.notIn === undefined || match.notIn !== seen.in) &&
    (match.out === undefined || match.out === seen.out) &&
    (match.notOut === undefined || match.notOut !== seen.out) &&
    (match.source === undefined || within(seen.source, match.source)) &&
    (match.destination === undefined || within(seen.destination, match.destination)) &&
    (match.notDestination === undefined || !within(seen.destination, match.notDestination)) &&
    (match.toLocal === undefined || seen.toLocal) &&
    (match.protocol === undefined || match.protocol === seen.protocol) &&
    (match.port === undefined || match.port === seen.port) &&
    (match.established === undefined || seen.established)
  );
}

/** The rules as arguments of iptables, one command each. */
export function iptables({ prerouting, output, masquerade, forward, policy }: Rules): readonly string[] {
  const target = (to: Endpoint | undefined) =>
    to ? `DNAT --to-destination ${formatIp(to.address)}:${to.port}` : "RETURN";
  const nat = (chain: string) => (rule: DestinationRule) =>
    `-t nat -A ${chain} ${words(rule)} -j ${target(rule.to)}`;
  return [
    `-P FORWARD ${policy.toUpperCase()}`,
    ...prerouting.map(nat("PREROUTING")),
    ...output.map(nat("OUTPUT")),
    ...masquerade.map((rule) => `-t nat -A POSTROUTING ${words(rule)} -j MASQUERADE`),
    ...forward.map((rule) => `-A FORWARD ${words(rule)} -j ${rule.verdict.toUpperCase()}`),
  ];
}

function words(match: Match): string {
  const network = ({ address, prefix }: Network) => `${formatIp(address)}/${prefix}`;
  return [
    match.in && `-i ${match.in}`,
    match.notIn && `! -i ${match.notIn}`,
    match.out && `-o ${match.out}`,
    match.notOut && `! -o ${match.notOut}`,
    match.source && `-s ${network(match.source)}`,
    match.destination && `-d ${network(match.destination)}`,
    match.notDestination && `! -d ${network(match.notDestination)}`,
    match.toLocal && "-m addrtype --dst-type LOCAL",
    match.protocol && `-p ${match.protocol}`,
    match.port !== undefined && `--dport ${match.port}`,
    match.established && "-m conntrack --ctstate RELATED,ESTABLISHED",
  ]
    .filter((word) => word)
    .join(" ");
}
