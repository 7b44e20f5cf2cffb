/** The action of `ringlab fidelity`. */
import { availableParallelism } from "node:os";
import { runParallel } from "../../experiments/index.ts";
import { type Compared, choose, compare, type Paper, type Runner, UnknownRow } from "../../fidelity/index.ts";
import { progress } from "../../plots/index.ts";
import { UserError } from "../errors.ts";
import { parseCount } from "../experiment/settings.ts";
import { asJson } from "./json.ts";
import { asText, legend } from "./show.ts";

export interface FidelityOptions {
  list?: true;
  json?: true;
  workers?: string;
}

export async function main(ids: readonly string[], options: FidelityOptions): Promise<void> {
  const workers = parseCount("--workers", options.workers, 1) ?? availableParallelism();
  const papers = chosen(ids);
  if (options.list) {
    const listed = papers.map((paper) => ({ paper, rows: paper.rows.map((row) => ({ row })) }));
    console.log(options.json ? asJson(listed) : asText(listed));
    return;
  }
  const compared = await measured(papers, workers);
  console.log(options.json ? asJson(compared) : `${asText(compared)}\n\n${legend(compared)}`);
  const wrong = compared
    .flatMap(({ rows }) => rows)
    .some(({ judgement: { verdict } }) => verdict === "out" || verdict === "failed");
  if (wrong) process.exitCode = 1;
}

function chosen(ids: readonly string[]): Paper[] {
  try {
    return choose(ids);
  } catch (error) {
    if (error instanceof UnknownRow)
      throw new UserError(`${error.message} ringlab fidelity --list shows them all`);
    throw error;
  }
}

async function measured(papers: readonly Paper[], workers: number): Promise<Compared[]> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new UserError("interrupted", 130));
  process.once("SIGINT", interrupt);
  let bar: ReturnType<typeof progress> | undefined;
  try {
    return await compare(papers, inThreads(workers, abort.signal), {
      begin: (points) => {
        if (points > 0) bar = progress(points, "points");
      },
      tick: () => bar?.tick(),
    });
  } finally {
    process.off("SIGINT", interrupt);
    bar?.stop();
  }
}

/** A thread a job, so many at a time: one that fails takes no other with it. */
function inThreads(workers: number, signal: AbortSignal): Runner {
  let free = workers;
  const waiting: (() => void)[] = [];
  return async (experiment, job) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      for await (const rows of runParallel(experiment.name, [job], { workers: 1, signal })) return rows;
      return [];
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
