/** The verdict on one scenario: its check played on our machine with the recorded component. */
import { type Check, judge as compare, type Lab, type Observation } from "../../src/course/index.ts";
import { copy } from "../../src/course/plain.ts";
import { Breach } from "../../src/course/rules.ts";
import { ABSENT } from "../record/tokens.ts";
import type { Status } from "../report/result.ts";
import type { Ending } from "../sandbox/contract.ts";
import { Divergence } from "./record.ts";
import { RecordEnds, Replayer } from "./replayer.ts";

/** What came out of the sandbox for one scenario. */
export interface Recording {
  tokens: readonly unknown[];
  /** Something came that no harness writes. */
  garbled: boolean;
  /** Set when the process ended before the scenario did. */
  ending: Ending | undefined;
}

export interface Judgement {
  status: Status;
  /** From 0 to 1. */
  share: number;
  /** For the student; empty where there is an observation to show. */
  reason: string;
  /** The same without any data of the component's, for hidden tests. */
  discreet: string;
  calls: number;
  observation: Observation | undefined;
  /** What the simulator itself stumbled over: the lab's author should see it. */
  fault?: unknown;
}

/** @param place where in the student's files a frame of a stack lies */
export function judge<C extends object>(
  lab: Lab<C>,
  check: Check<C>,
  { tokens, garbled, ending }: Recording,
  place: (stack: string) => string | undefined,
): Judgement {
  if (ending?.kind === "infrastructure") return lost("infrastructure", ending.reason, 0);
  if (tokens[0] === ABSENT)
    return { ...lost("crashed", absent(tokens[1], place), 0), discreet: "The file could not be loaded." };
  // How much of a garbled record had arrived when that was seen is a matter of luck, and no result may depend on it.
  if (garbled) return lost("divergence", DIVERGED, 0);
  const replayer = new Replayer(lab, tokens, place);
  try {
    const actual = copy(check.scenario.drive(replayer.component, check.input));
    if (replayer.stopped) throw replayer.stopped;
    if (replayer.over) return decided(compare(check, actual), replayer.calls);
    if (ending && replayer.empty) throw new RecordEnds("all calls were answered");
    throw new Divergence("the record goes on after the scenario is over");
  } catch (error) {
    const why = replayer.stopped ?? error;
    if (why instanceof Breach)
      return { ...lost("failed", why.message, replayer.calls), discreet: why.discreet };
    if (why instanceof RecordEnds) return cut(ending, replayer.calls);
    if (why instanceof Divergence) return lost("divergence", DIVERGED, replayer.calls);
    return { ...lost("crashed", STUMBLED, replayer.calls), fault: why };
  }
}

/** Allowed by the lab's contract and yet too much for its simulator: a hole in one of the two. */
const STUMBLED = "The simulator could not go on with what the component answered.";

const DIVERGED =
  "The component did not do the same thing twice: what it was seen to do does not follow from what it was given.";

function decided(observation: Observation, calls: number): Judgement {
  const { share } = observation;
  return { status: share === 1 ? "passed" : "failed", share, reason: "", discreet: "", calls, observation };
}

const lost = (status: Status, reason: string, calls: number): Judgement => ({
  ...{ status, share: 0, reason, discreet: reason, calls, observation: undefined },
});

const STATUS: Readonly<Record<Ending["kind"], Status>> = {
  timeout: "timeout",
  memory: "memory",
  output: "crashed",
  exit: "crashed",
  crash: "crashed",
  killed: "infrastructure",
  infrastructure: "infrastructure",
};

/** The process ended in the middle. */
function cut(ending: Ending | undefined, calls: number): Judgement {
  if (!ending) return lost("divergence", DIVERGED, calls);
  const during = calls === 0 ? "before its first call returned" : `during or after call ${calls}`;
  return lost(STATUS[ending.kind], `${ending.reason} (${during})`, calls);
}

function absent(text: unknown, place: (stack: string) => string | undefined): string {
  const [message = "", ...stack] = String(text).slice(0, 8000).split("\n");
  if (message === "") return "The file exports no object named component.";
  const where = place(stack.join("\n"));
  return `The file could not be loaded: ${message.slice(0, 500)}${where ? `, ${where}` : ""}`;
}
