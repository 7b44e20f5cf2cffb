/** A TCP stream out of a guest, or into it, by where the driver of the card lives: what limits it, and what each piece of the way costs. */
import { XEON } from "../machine/profiles/xeon.ts";
import { XEN_NET_PATHS, XenNetStream } from "../systems/io/xen-net.ts";
import { defineExperiment } from "./experiment.ts";

const SEGMENTS = 1440;
/** Preamble, header, FCS and gap of a frame, beside its IP packet. */
const ON_THE_CABLE = 38;

export const xenNet = defineExperiment({
  name: "xen-net",
  title: "A TCP stream through the driver domain",
  question:
    "How fast can a guest send or receive, by who drives the card, how much goes at once, and what the card does itself?",
  parameters: {
    path: {
      default: XEN_NET_PATHS,
      oneOf: XEN_NET_PATHS,
      unit: "",
      doc: "who drives the card: the bare machine's own system, the hypervisor, or a domain with a bridge",
      label: "driver in",
    },
    direction: {
      default: ["transmit", "receive"],
      oneOf: ["transmit", "receive"],
      unit: "",
      doc: "which way the data goes",
      label: "direction",
    },
    mtu: {
      default: 1500,
      min: 200,
      max: 1500,
      integer: true,
      unit: "bytes",
      doc: "of an IP packet",
      label: "MTU",
    },
    offload: {
      default: "none",
      oneOf: ["none", "all"],
      unit: "",
      doc: "checksums and segmentation by the card, with frames of several pages on the ring",
      label: "offloads",
    },
    send: {
      default: "map",
      oneOf: ["map", "copy"],
      unit: "",
      doc: "how the back end gets at what the guest sends",
      label: "sent pages are",
    },
    receive: {
      default: "flip",
      oneOf: ["flip", "copy"],
      unit: "",
      doc: "how a frame gets to the guest: its page is transferred, or it is copied into one of the guest's",
      label: "received pages are",
    },
    batch: {
      default: [1, 2, 4, 8, 16, 32],
      min: 1,
      max: 32,
      integer: true,
      unit: "frames",
      doc: "that the guest sends at once, and that come with one interrupt",
      label: "frames at once",
    },
    cards: {
      default: 1,
      min: 1,
      max: 10,
      integer: true,
      unit: "cards",
      doc: "a stream each",
      label: "cards",
    },
    link: {
      default: 953,
      min: 1,
      max: 100_000,
      unit: "Mb/s",
      doc: "of a card; the default gives 897 Mb/s of data at an MTU of 1500, as Barham et al. measured without Xen",
      label: "link",
    },
  },
  columns: {
    rate: { label: "data", unit: "Mb/s" },
    processor: { label: "data that the processor can handle", unit: "Mb/s" },
    work: { label: "processor's work", unit: "cycles per segment" },
    events: { label: "notifications", unit: "per segment" },
    switches: { label: "switches between domains", unit: "per segment" },
    hypercalls: { label: "hypercalls", unit: "per segment" },
    grants: { label: "grants mapped, copied, transferred", unit: "per segment" },
    copies: { label: "lines copied", unit: "per segment" },
  },
  run({ path, direction, mtu, offload, send, receive, batch, cards, link }) {
    const plan = { path, direction, mtu, send, receive, batch, offload: offload === "all", profile: XEON };
    const stream = new XenNetStream(plan);
    stream.run(2 * batch);
    const { bytes, segments, cycles, count } = stream.run(SEGMENTS);
    const processor = (8 * bytes * XEON.hertz) / cycles / 1e6;
    const cable = (cards * link * bytes) / (segments * (mtu + ON_THE_CABLE));
    const per = (...events: Parameters<typeof count>[0][]) =>
      events.reduce((sum, event) => sum + count(event), 0) / segments;
    return [
      {
        ...{ rate: Math.min(processor, cable), processor, work: cycles / segments },
        ...{ events: per("eventSend"), switches: per("domainSwitch"), hypercalls: per("hypercall") },
        ...{ grants: per("grantMap", "grantCopy", "grantTransfer"), copies: per("copyLine") },
      },
    ];
  },
});
