/** What the student of lab 14 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { BridgeAndNat } from "./component.ts";

const whole = z.number().int();
const number = <N extends string>(name: N) => ({ name, type: "number", schema: whole }) as const;
const protocol = { name: "protocol", type: "Protocol", schema: z.enum(["udp", "tcp", "icmp"]) } as const;
const seconds = { name: "now", type: "number", doc: "seconds" } as const;
const nothing = { type: "void", doc: "", schema: z.undefined() } as const;

type Component = Lab<BridgeAndNat>["component"];

const stations: Component["age"]["parameters"][1] = {
  ...{ name: "table", type: "ForwardingTable", doc: "the table of the bridge" },
  port: {
    find: {
      doc: "Where a station was seen, or null.",
      parameters: [number("vlan"), number("mac")],
      returns: "Entry | null",
    },
    set: {
      doc: "Notes a station, in the place of what was there.",
      parameters: [number("vlan"), number("mac"), number("port"), number("at")],
      returns: "void",
    },
    remove: {
      doc: "Forgets a station.",
      parameters: [number("vlan"), number("mac")],
      returns: "void",
    },
    entries: { doc: "All that it holds.", parameters: [], returns: "{ vlan, mac, port, at }[]" },
  },
};

const mappings: Component["expire"]["parameters"][1] = {
  ...{ name: "table", type: "Translations", doc: "the table of the NAT" },
  port: {
    inside: {
      doc: "The mapping of an endpoint inside, or null.",
      parameters: [protocol, number("address"), number("port")],
      returns: "Mapping | null",
    },
    outside: {
      doc: "The mapping with that port outside, or null.",
      parameters: [protocol, number("outside")],
      returns: "Mapping | null",
    },
    add: {
      doc: "A new mapping; false: the table is full, or an end is taken.",
      parameters: [protocol, number("address"), number("port"), number("outside")],
      returns: "boolean",
    },
    touch: {
      doc: "Notes that inside has sent to the peer now.",
      parameters: [protocol, number("outside"), number("peer"), number("now")],
      returns: "void",
    },
    knows: {
      doc: "Whether inside has sent to the peer.",
      parameters: [protocol, number("outside"), number("peer")],
      returns: "boolean",
    },
    remove: {
      doc: "Ends a mapping.",
      parameters: [protocol, number("outside")],
      returns: "void",
    },
    entries: { doc: "All mappings.", parameters: [], returns: "Mapping[]" },
  },
};

export const LAB: Lab<BridgeAndNat> = defineLab<BridgeAndNat>({
  id: "14-bridge-and-nat",
  title: "Who can reach whom",
  component: {
    forward: {
      doc: "A frame has come to the bridge: learns from it, and says where it leaves.",
      parameters: [
        { name: "seen", type: "Seen", doc: "the frame's `port`, `vlan`, `source` and `destination`" },
        { name: "ports", type: "readonly number[]", doc: "the ports of the VLAN" },
        seconds,
        stations,
      ],
      returns: {
        type: "number[]",
        doc: "ports that it leaves by, in any order",
        schema: z.array(whole),
      },
    },
    age: {
      doc: "Forgets stations that were not seen for long.",
      parameters: [seconds, stations],
      returns: nothing,
    },
    outbound: {
      doc: "A packet goes out: the port that the world sees.",
      parameters: [
        { name: "packet", type: "Leaving", doc: "`protocol`, `address` and `port` inside, the `peer`" },
        seconds,
        mappings,
      ],
      returns: { type: "number | null", doc: "the port; null drops the packet", schema: whole.nullable() },
    },
    inbound: {
      doc: "A packet comes in: who gets it?",
      parameters: [
        {
          name: "packet",
          type: "Arriving",
          doc: "`protocol`, the `port` outside, the `peer` that has sent it",
        },
        seconds,
        mappings,
      ],
      returns: {
        type: "Endpoint | null",
        doc: "the endpoint inside; null drops the packet",
        schema: z.object({ address: whole, port: whole }).nullable(),
      },
    },
    expire: {
      doc: "Ends mappings that were not used for long.",
      parameters: [seconds, mappings],
      returns: nothing,
    },
  },
  clauses: [
    {
      id: "C1",
      text: "`forward` notes the source of every frame: in its VLAN, at its port, now. A station that has moved is at its new port.",
    },
    { id: "C2", text: "A group address is nobody's: as a source it is not noted." },
    {
      id: "C3",
      text: "A frame for a station that is known in its VLAN leaves by that port alone. VLANs know nothing of each other.",
    },
    {
      id: "C4",
      text: "A frame for a group or for an unknown station leaves by all ports of its VLAN but the one that it came by. Who is known at a port that is none of the VLAN's is unknown.",
    },
    { id: "C5", text: "A frame for a station at the port that it came by leaves nowhere." },
    { id: "C6", text: "`age` removes what was seen more than 300 seconds ago, and nothing else." },
    {
      id: "C7",
      text: "An endpoint inside, of a protocol, has one mapping, whoever it sends to. Without one it gets one; with `add` false the packet is dropped.",
    },
    {
      id: "C8",
      text: "A new mapping has the endpoint's own port, or 1024 if that is below. If the protocol has it in use already, the next free one; after 65535 comes 1024.",
    },
    {
      id: "C9",
      text: "Every packet that goes out touches its mapping; none that comes in does.",
    },
    {
      id: "C10",
      text: "`inbound`: what is for a mapping of the protocol, from a peer that inside has sent to, goes to the endpoint inside.",
    },
    { id: "C11", text: "Everything else is dropped." },
    {
      id: "C12",
      text: "`expire` removes what was touched more than so many seconds ago: 300 for UDP, 60 for ICMP, 7440 for TCP that is established and 240 for other TCP; and nothing else.",
    },
  ],
  parts: [
    { id: "forward", title: "Step 1, where does it go", points: 4 },
    { id: "age", title: "Step 2, forget", points: 2 },
    { id: "outbound", title: "Step 3, out by one address", points: 4 },
    { id: "inbound", title: "Step 4, and in again", points: 2 },
    { id: "expire", title: "Step 5, when is it over", points: 2 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
