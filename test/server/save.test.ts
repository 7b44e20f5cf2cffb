/** A server that is killed in the middle of saving leaves the old notebook or the new one, never a piece of one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { ensureFrontend } from "../../src/server/index.ts";
import { NotebookCommand, temporaryFolders } from "../support/notebook-command.ts";
import { notebookOf } from "../support/notebook-server.ts";
import { WIDE } from "../support/wide.ts";

beforeAll(() => ensureFrontend(), 120_000);

/** Some megabytes, so that a save takes a while; every cell names the version it belongs to. */
const version = (number: number) =>
  notebookOf(Array.from({ length: 400 }, () => `${number} `.padEnd(10_000, "x")));

const PATH = "/api/contents/n.ipynb";
const save = (command: NotebookCommand, number: number) =>
  command.fetch(PATH, {
    method: "PUT",
    body: JSON.stringify({ type: "notebook", content: version(number) }),
  });

/** A server's start each. */
const ROUNDS = WIDE ? 20 : 3;

test(`killed at ${ROUNDS} random moments of saving`, async () => {
  const moments = fc.sample(fc.integer({ min: 0, max: 120 }), { numRuns: ROUNDS, seed: 7 });
  using folders = temporaryFolders();
  let interrupted = 0;
  for (const [round, ms] of moments.entries()) {
    const command = new NotebookCommand(["--dir", folders.served], folders.env);
    await command.url();
    expect((await save(command, 2 * round)).status).toBe(200);
    const unfinished = save(command, 2 * round + 1).then(
      () => 0,
      () => 1,
    );
    await new Promise((done) => setTimeout(done, ms));
    command.process.kill("SIGKILL");
    await command.exited;
    interrupted += await unfinished;
    const { cells } = JSON.parse(readFileSync(join(folders.served, "n.ipynb"), "utf8"));
    const versions = new Set(cells.map(({ source }: { source: string[] }) => source[0]?.split(" ")[0]));
    expect(cells).toHaveLength(400);
    expect([[String(2 * round)], [String(2 * round + 1)]]).toContainEqual([...versions]);
  }
  expect(interrupted).toBeGreaterThan(0); // else the moments came too late to prove anything
}, 60_000);
