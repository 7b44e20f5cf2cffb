/**
 * The way of a frame from domain 1 to the wire and back, recorded while it goes:
 *
 *     front end ──ring, event──▶ back end ──▶ bridge ──▶ NIC's driver ──▶ wire ──interrupt──▶ NIC's driver ──▶ bridge ──▶ back end ──ring, event──▶ front end
 *
 * Each line of the record is something that was paid for, or a decision of the policy's. The ring belongs to the front end and the back end, everything
 * from there to the card to Domain 0.
 */
import type { CostProfile, IoWork, MonitorPrices, MonitorWork } from "../../machine/cost.ts";
import { cable, type NetworkPort } from "../../machine/devices/network.ts";
import type { IoLedger } from "../../virt/io/backend.ts";
import { ETHERTYPE } from "../../virt/io/net/frame.ts";
import { VirtualSwitch } from "../../virt/io/net/switch.ts";
import { NetBack } from "../../virt/io/xen/net/netback.ts";
import { NetFront } from "../../virt/io/xen/net/netfront.ts";
import type { RingPage } from "../../virt/io/xen/ring-policy.ts";
import { SPLIT, type SplitPolicy, SplitWorld } from "./split-world.ts";

/** One line of the record. */
export interface PathStep {
  readonly way: "out" | "back";
  readonly who: string;
  readonly what: string;
  /** What was paid for, by its name in the trace, or the policy's method. */
  readonly event: string;
  readonly cycles: number;
}

export interface SplitNetPlan {
  readonly profile: CostProfile;
  /** Bytes of each frame, from 60 to 1514. */
  readonly bytes: number;
  readonly prices?: MonitorPrices;
  readonly policy?: SplitPolicy;
}

const XEN = "Xen";
const FRONT = "DomU front end";
const BACK = "Dom0 back end";
const BRIDGE = "Dom0 bridge";
const NIC = "Dom0 NIC driver";
const WIRE = "wire";

/** Domain 0's interrupt of the card. */
const LINE = 11;
const PAGES = 64;

const times = (count: number, what: string) => (count === 1 ? `1 ${what}` : `${count} ${what}s`);

class Recorder {
  readonly steps: PathStep[] = [];
  way: PathStep["way"] = "out";
  /** Whose code it is that pays; Xen's when nothing is said. */
  #who = XEN;
  #running = 0;

  note(who: string, what: string, event = "–", cycles = 0): void {
    this.steps.push({ way: this.way, who, what, event, cycles });
  }

  paid(event: IoWork | MonitorWork, detail: number, count: number, cycles: number): void {
    if (event === "domainSwitch") this.#running = detail;
    const WHAT: Partial<Record<IoWork | MonitorWork, string>> = {
      hypercall: `domain ${this.#running} calls`,
      eventSend: "an event to the other end",
      upcall: `domain ${this.#running} takes its upcall`,
      domainSwitch: `domain ${detail} runs`,
      request: "works on a request",
      grantCopy: "both ends of a copy are checked",
      copyLine: `${times(count, "line")} of 64 bytes copied`,
      packet: "handles the frame",
    };
    this.note(this.#who, WHAT[event] ?? event, event, cycles);
  }

  as(who: string, ledger: IoLedger): IoLedger {
    return {
      pay: (...given) => {
        this.#who = who;
        ledger.pay(...given);
        this.#who = XEN;
      },
    };
  }

  /** The policy, with a line for each decision. */
  watch(policy: SplitPolicy): SplitPolicy {
    return {
      pin: (asked, use, entry) => {
        const given = policy.pin(asked, use, entry);
        const may = `domain ${asked.domain} may ${asked.readonly ? "read" : "write to"} a page of domain 1's`;
        this.note(XEN, typeof given === "string" ? `a grant is refused: ${given}` : may, "pin");
        return given;
      },
      unpin: (readonly, use, entry) => {
        const left = policy.unpin(readonly, use, entry);
        this.note(XEN, left === null ? "the grant is out of use" : "the grant is still in use", "unpin");
        return left;
      },
      deliver: (channel, cause, words) => {
        const due = policy.deliver(channel, cause, words);
        this.note(XEN, `channel ${channel} is pending${due ? "" : ", and no upcall for it"}`, "deliver");
        return due;
      },
      take: (position, most, page) => {
        let copied = 0;
        let asked = false;
        const watched: RingPage = {
          read: (index) => page.read(index),
          write: (index, value) => {
            asked ||= index === "req_event";
            page.write(index, value);
          },
          copy: (slot) => {
            copied++;
            page.copy(slot);
          },
          answer: (slot) => page.answer(slot),
        };
        const sound = policy.take(position, most, watched);
        const what = copied > 0 ? `${times(copied, "request")} copied off the ring` : "nothing is new";
        this.note(BACK, sound ? `${what}${asked ? ", asks for an event" : ""}` : "a broken ring", "take");
        return sound;
      },
      push: (position, answers, page) => {
        const wanted = policy.push(position, answers, page);
        const what = `${times(answers, "answer")} visible, ${wanted ? "and it is to be told" : "nobody is to be told"}`;
        this.note(BACK, what, "push");
        return wanted;
      },
    };
  }
}

/** The record of one frame and its answer, when the ways are known; without lines of "back" if the frame did not get out. */
export function netPath({ profile, bytes, prices, policy = SPLIT }: SplitNetPlan): PathStep[] {
  const record = new Recorder();
  const world = new SplitWorld({
    ...{ profile, pages: PAGES, policy: record.watch(policy), onPaid: (...given) => record.paid(...given) },
    ...(prices ? { prices } : {}),
  });
  const [dom0, domU] = [world.kernel(0), world.kernel(1)];
  const bridge = new VirtualSwitch({ ledger: record.as(BRIDGE, world.ledger) });
  const [port, network] = cable();
  bridge.plug(port);
  const front = new NetFront(domU, 0);
  const ledger = record.as(BACK, world.ledger);
  if (!NetBack.connect({ kernel: dom0, network, ledger, ring: world.policy }, front.offer)) {
    record.steps.length = 0;
    record.note(BACK, "cannot map the rings, or bind the channel: there is no interface");
    return record.steps;
  }
  const card = new Card(record, record.as(NIC, world.ledger), () => world.interrupt(0, LINE));
  bridge.plug(card.port);
  const line = dom0.calls.bindPirq(LINE);
  dom0.listen(line, () => card.interrupted());
  front.onFrame = () => record.note(FRONT, "ends the grant, the frame is the guest's");
  world.run();
  const [guest, server] = [0x0200_0000_0001, 0x0200_0000_0002];
  const exchange = () => {
    const before = card.sent;
    record.way = "out";
    record.note(FRONT, `grants a page with ${bytes} bytes, writes a request`);
    front.transmit(frame(server, guest, bytes));
    world.run();
    if (card.sent === before) return;
    record.way = "back";
    record.note(WIRE, "an answer comes, the card interrupts");
    card.receive(frame(guest, server, bytes));
    world.run();
  };
  exchange();
  record.steps.length = 0;
  exchange();
  return record.steps;
}

/** Domain 0's card and its driver. */
class Card {
  readonly port: NetworkPort;
  sent = 0;
  readonly #record: Recorder;
  readonly #ledger: IoLedger;
  readonly #interrupt: () => void;
  readonly #bridge: NetworkPort;
  readonly #waiting: Uint8Array[] = [];

  constructor(record: Recorder, ledger: IoLedger, interrupt: () => void) {
    const [own, other] = cable();
    this.port = other;
    this.#bridge = own;
    this.#record = record;
    this.#ledger = ledger;
    this.#interrupt = interrupt;
    own.onFrame = () => {
      ledger.pay("packet");
      this.sent++;
      record.note(WIRE, "the frame is out");
    };
  }

  receive(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#interrupt();
  }

  interrupted(): void {
    for (const bytes of this.#waiting.splice(0)) {
      this.#ledger.pay("packet");
      this.#bridge.transmit(bytes);
    }
    this.#record.note(NIC, "the frame went to the bridge");
  }
}

function frame(destination: number, source: number, bytes: number): Uint8Array {
  const made = new Uint8Array(bytes);
  const view = new DataView(made.buffer);
  for (const [at, mac] of [destination, source].entries()) {
    view.setUint16(6 * at, Math.floor(mac / 2 ** 32));
    view.setUint32(6 * at + 2, mac % 2 ** 32);
  }
  view.setUint16(12, ETHERTYPE.ipv4);
  return made;
}
