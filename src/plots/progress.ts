/** A progress bar: below the cell in a notebook, on standard error in a terminal, nothing in a pipe. */
import { SingleBar } from "cli-progress";
import { escapeXml } from "./card.ts";
import { displayHook, type Updatable, updatable } from "./display.ts";
import { html, type Markup } from "./markup.ts";

export interface Progress {
  /** Counts steps as done: one, or as many as given. */
  tick(steps?: number): void;
  /** Ends the bar where it stands. Always call it: a terminal's cursor is hidden until then. */
  stop(): void;
}

/**
 * @param total number of steps, at least one
 * @param label what is counted, in the plural: "programs"
 */
export function progress(total: number, label = "steps"): Progress {
  if (!(total >= 1)) throw new RangeError(`progress: a total of ${total} ${label} cannot be counted up to`);
  if (displayHook()) return inNotebook(total, label);
  return process.stderr.isTTY ? inTerminal(total, label) : { tick() {}, stop() {} };
}

function inTerminal(total: number, label: string): Progress {
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${label}  {eta_formatted} left`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { tick: (steps = 1) => bar.increment(steps), stop: () => bar.stop() };
}

/** Sends at most one update a per cent, so that a loop of a million steps does not drown the notebook. */
function inNotebook(total: number, label: string): Progress {
  let done = 0;
  const shown: Updatable = updatable(bar(0, total, label));
  const per = (steps: number) => Math.floor((100 * steps) / total);
  return {
    tick(steps = 1) {
      const before = per(done);
      done = Math.min(total, done + steps);
      if (per(done) !== before) shown.update(bar(done, total, label));
    },
    stop: () => shown.update(bar(done, total, label)),
  };
}

function bar(done: number, total: number, label: string): Markup {
  const filled = Math.floor((20 * done) / total);
  const counted = `${done}/${total} ${label}`;
  return html(
    `<progress value="${done}" max="${total}"></progress> ${escapeXml(counted)}`,
    `${"█".repeat(filled)}${"░".repeat(20 - filled)} ${counted}`,
  );
}
