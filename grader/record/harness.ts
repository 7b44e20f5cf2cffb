/**
 * What runs in the sandbox beside the component: takes one scenario after the other from fd 3, plays it with a fresh instance
 * of the student's module, and writes the record to fd 4. It knows no expectation, no test and no seed.
 */
import { readSync, writeSync } from "node:fs";
import type { Scenarios } from "../../src/course/scenario.ts";
import { Log } from "./log.ts";
import { ENDED, recorded } from "./recorder.ts";
import type { Shape } from "./shape.ts";
import { ABSENT, decode, END } from "./tokens.ts";

/** A line on fd 3. */
export interface Request {
  /** Names the record: the first token of each of its lines. */
  number: number;
  scenario: string;
  /** Encoded (tokens.ts). */
  input: unknown;
}

type Scenario = Scenarios<Record<string, unknown>>[string];

/** @param load the student's module, a new instance each time */
export async function serve(
  scenarios: Readonly<Record<string, Scenario>>,
  shape: Shape,
  load: (instance: number) => Promise<{ component?: unknown }>,
): Promise<void> {
  for (const line of lines()) {
    const { number, scenario, input } = JSON.parse(line) as Request;
    const log = new Log((text) => write(`${number} ${text}`));
    await play(scenarios[scenario] as Scenario, decode(input), shape, log, () => load(number));
    log.end();
  }
  process.exit(0);
}

async function play(
  scenario: Scenario,
  input: unknown,
  shape: Shape,
  log: Log,
  load: () => Promise<{ component?: unknown }>,
): Promise<void> {
  const { tokens } = log;
  log.flush();
  let component: unknown;
  try {
    ({ component } = await load());
  } catch (error) {
    tokens.push(
      ABSENT,
      error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}`.slice(0, 4000) : "",
    );
    return;
  }
  if (typeof component !== "object" || component === null) {
    tokens.push(ABSENT, "");
    return;
  }
  try {
    scenario.drive(recorded(shape, component as Record<string, unknown>, log), input);
    tokens.push(END);
  } catch (error) {
    // Nobody holds the component to the rules here, so that a scenario may stumble over what it returned. The replay does.
    if (error !== ENDED) tokens.push(END);
  }
}

function* lines(): Generator<string> {
  const chunk = Buffer.alloc(1 << 16);
  const gathered: Buffer[] = [];
  for (;;) {
    const size = readSync(3, chunk);
    if (size === 0) return;
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0 && end < size; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...gathered.splice(0), chunk.subarray(from, end)]).toString("utf8");
      from = end + 1;
    }
    gathered.push(Buffer.from(chunk.subarray(from, size)));
  }
}

/** All of it, also when the pipe is full for a while. */
function write(text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(4, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
