/**
 * Start-up latency: how long after the command /bin/true has run in a new target, and how long until nothing of the
 * target is left. The clock is the host's; an emulated guest's own may run at another speed.
 */
import type { Metrics, Workload } from "../record.ts";
import { MARK } from "./job.ts";
import type { Step } from "./plan.ts";
import type { Sessions } from "./sessions.ts";

const SCRIPT = `/bin/true && echo ${MARK}up\nexit 0\n`;

/**
 * @param log gets a line for each start
 * @throws Error when a start comes to nothing
 */
export async function startUp(
  step: Step,
  { starts }: Extract<Workload, { kind: "startup" }>,
  sessions: Sessions,
  log: string[],
): Promise<Metrics> {
  const first: number[] = [];
  const whole: number[] = [];
  for (let start = 0; start < starts; start++) {
    const name = `${step.target}-${step.position}-${start}`;
    const session = await sessions.start({ name, script: SCRIPT, resources: step.scenario.resources });
    let up: number | undefined;
    for await (const line of session.lines)
      if (line === `${MARK}up`) up ??= performance.now() - session.began;
      else log.push(line);
    await session.ended;
    const end = performance.now() - session.began;
    await sessions.end();
    if (up === undefined) throw new Error(`start ${start + 1} of ${starts}: it ended before /bin/true did`);
    first.push(up);
    whole.push(end);
    log.push(
      `start ${start + 1}: /bin/true had ended after ${up.toFixed(1)} ms, the target after ${end.toFixed(1)} ms`,
    );
  }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    totalEvents: starts,
    seconds: round(sum(whole) / 1000),
    latency: {
      min: round(Math.min(...first)),
      avg: round(sum(first) / starts),
      max: round(Math.max(...first)),
    },
    startMilliseconds: round(sum(first) / starts),
    exitMilliseconds: round(sum(whole) / starts),
  };
}
