/** Builds a guest, and runs it or writes it. */
import {
  buildGuest,
  deviceWorkloads,
  GuestError,
  type GuestOptions,
  NetPeer,
  sseWorkloads,
  type Workload,
  workloads,
} from "../../guests/index.ts";
import { replaceFile } from "../../kernel/replace-file.ts";
import type { CostProfile } from "../../machine/cost.ts";
import { e1000 } from "../../machine/devices/e1000/card.ts";
import type { Mark } from "../../machine/devices/marker-port.ts";
import { cable } from "../../machine/devices/network.ts";
import { EVENTS } from "../../machine/trace.ts";
import type { System } from "../../systems/index.ts";
import { profileOf } from "../boot/options.ts";
import { UserError } from "../errors.ts";
import { systemOf } from "../system.ts";
import { describe } from "./list.ts";

export interface GuestCommandOptions {
  list?: true;
  set?: string[];
  systemCall: "int80" | "sysenter";
  timer: string;
  profile?: string;
  system: string;
  out?: string;
}

/** More than any workload with its default parameters takes. */
const LIMIT = 2_000_000_000;
const ALL = [...workloads, ...deviceWorkloads, ...sseWorkloads];

/** A network card whose cable ends at somebody that returns frames. */
function cardWithPeer() {
  const [port, far] = cable();
  new NetPeer().serve(far);
  return e1000({ port, mac: [0x52, 0x4c, 0, 0, 0, 2] });
}

export async function main(name: string | undefined, options: GuestCommandOptions): Promise<void> {
  if (options.list) {
    console.log(ALL.map(describe).join("\n"));
    return;
  }
  const system = systemOf(options.system);
  if (name === undefined) throw new UserError("name a workload; ringlab guest --list shows what there is");
  const asked: GuestOptions = {
    workload: name,
    parameters: parseParameters(options.set ?? []),
    timerHz: whole("--timer", options.timer),
    systemCall: options.systemCall,
    ...system.guest,
  };
  const guest = build(asked);
  if (options.out !== undefined) {
    await replaceFile(options.out, guest.image);
    return;
  }
  const profile = options.profile === undefined ? system.profile : profileOf(options.profile);
  const workload = ALL.find((one) => one.name === name) as Workload;
  const cards = deviceWorkloads.includes(workload) ? [cardWithPeer()] : [];
  const { machine, crossings } = system.boot(guest.image, { profile, cards });
  const ways: ReadonlyMap<string, number>[] = [];
  machine.board.marker.onMark = () => ways.push(new Map(crossings));
  machine.onSerial((byte) => process.stdout.write(Uint8Array.of(byte)));
  const stop = machine.run({ limit: LIMIT });
  if (stop.reason !== "exit") throw new UserError(`the guest did not come to its end: ${stop.reason}`);
  if (stop.code !== 1) process.exitCode = stop.code;
  const [from, to] = machine.board.marker.marks;

  if (from && to) console.log(report(workload, asked.parameters ?? {}, from, to, { profile, system, ways }));
}

function build(options: GuestOptions) {
  try {
    return buildGuest(options);
  } catch (error) {
    if (error instanceof GuestError) throw new UserError(error.message);
    throw error;
  }
}

/** What one operation took, and how often what happened. */
function report(
  workload: Workload,
  set: Record<string, number>,
  from: Mark,
  to: Mark,
  { profile, system, ways }: { profile: CostProfile; system: System; ways: ReadonlyMap<string, number>[] },
): string {
  const defaults = Object.entries(workload.parameters).map(([key, parameter]) => [key, parameter.default]);
  const operations = workload.operations({ ...Object.fromEntries(defaults), ...set });
  const cycles = to.cycle - from.cycle;
  const each = (total: number) => (total / operations).toLocaleString("en", { maximumFractionDigits: 2 });
  const events = EVENTS.map((event) => [event, to.counts[event] - from.counts[event]] as const).filter(
    ([event, count]) => count > 0 && event !== "marker",
  );
  const [before, after] = ways;
  const crossings = [...(after ?? [])]
    .map(([cause, count]) => [cause, count - (before?.get(cause) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const below = system.type === "bare" ? "" : ` under ${system.title},`;
  return [
    `one ${workload.operation} of ${operations.toLocaleString("en")},${below} on a ${profile.name}:`,
    `  ${each(cycles)} cycles, ${each((cycles / profile.hertz) * 1e6)} µs, ${each(to.retired - from.retired)} instructions`,
    ...events.map(([event, count]) => `  ${each(count).padStart(10)} ${event}`),
    ...(crossings.length > 0 ? ["out of the guest, by cause:"] : []),
    ...crossings.map(([cause, count]) => `  ${each(count).padStart(10)} ${cause}`),
  ].join("\n");
}

function parseParameters(pairs: readonly string[]): Record<string, number> {
  const parameters: Record<string, number> = {};
  for (const pair of pairs) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (key === undefined) throw new UserError(`--set ${pair}: write it as name=value`);
    parameters[key] = whole(`--set ${key}`, value as string);
  }
  return parameters;
}

function whole(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`${option}: give a whole number, not "${text}"`);
  return Number(text);
}
