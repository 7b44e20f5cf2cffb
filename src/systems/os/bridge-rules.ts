/** The packet filter of a machine whose containers are on bridges: what dockerd 20.10 gives to iptables, its chains written out as one. */
import type { Ip } from "../../virt/io/net/address.ts";
import type { Network, Rules } from "../../virt/io/net/netfilter/rules.ts";
import { LOOPBACK } from "../../virt/io/net/stack.ts";

/** `-p OUTSIDE:PORT/PROTOCOL` of a container. */
export interface Publication {
  readonly protocol: "tcp" | "udp";
  readonly outside: number;
  readonly to: { readonly address: Ip; readonly port: number };
  readonly bridge: string;
}

const LOOPBACKS: Network = { address: LOOPBACK, prefix: 8 };

export function bridgeRules(
  bridges: readonly (Network & { readonly name: string })[],
  published: readonly Publication[],
): Rules {
  const names = bridges.map(({ name }) => name);
  const others = (name: string) => names.filter((other) => other !== name);
  const only = (address: Ip): Network => ({ address, prefix: 32 });
  const turn = published.map(({ protocol, outside, to }) => ({
    ...{ toLocal: true as const, protocol, port: outside, to },
  }));
  return {
    // A container that asks for a published port reaches the machine itself, where a proxy listens.
    prerouting: [...names.map((name) => ({ in: name })), ...turn],
    output: turn.map((rule) => ({ ...rule, notDestination: LOOPBACKS })),
    masquerade: [
      ...bridges.map(({ name, address, prefix }) => ({ source: { address, prefix }, notOut: name })),
      ...published.map(({ protocol, to: { address, port } }) => ({
        ...{ source: only(address), destination: only(address), protocol, port },
      })),
    ],
    forward: [
      ...names.flatMap((name) => others(name).map((out) => ({ in: name, out, verdict: "drop" as const }))),
      ...names.map((out) => ({ out, established: true as const, verdict: "accept" as const })),
      ...published.map(({ protocol, to, bridge }) => ({
        ...{ notIn: bridge, out: bridge, destination: only(to.address) },
        ...{ protocol, port: to.port, verdict: "accept" as const },
      })),
      ...names.map((name) => ({ in: name, verdict: "accept" as const })),
    ],
    policy: "drop",
  };
}
