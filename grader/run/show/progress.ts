/** How far a class has come: a bar with an estimate on a terminal, a line for each submission elsewhere. On standard error. */
import { type Progress as Bar, progress as bar } from "../../../src/plots/index.ts";
import { formatPoints } from "../../report/points.ts";
import type { Outcome } from "../pool/perform.ts";
import { oneLine } from "./style.ts";

export interface Progress {
  done(outcome: Outcome): void;
  stop(): void;
}

export function progress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (stream.isTTY) {
    const shown: Bar = bar(total, "submissions");
    return { done: () => shown.tick(), stop: () => shown.stop() };
  }
  let count = 0;
  const width = `${total}`.length;
  return {
    done(outcome) {
      count++;
      stream.write(
        `${`${count}`.padStart(width)}/${total}  ${oneLine(outcome.candidate.id, 60)}  ${become(outcome)}\n`,
      );
    },
    stop() {},
  };
}

function become(outcome: Outcome): string {
  if (outcome.kind === "not graded") return `not graded: ${oneLine(outcome.reason, 160)}`;
  const { score, max, refused } = outcome.graded;
  const points = `${formatPoints(score)}/${formatPoints(max)}`;
  const why = refused === undefined ? points : `refused: ${oneLine(refused, 160)}`;
  return outcome.kind === "same" ? `${why} (unchanged)` : why;
}
