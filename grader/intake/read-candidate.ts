/** Opens a candidate, whatever its form, without running or believing anything of it. */
import { lstatSync } from "node:fs";
import { basename } from "node:path";
import { assemble } from "./assemble.ts";
import { bytes, CAPS, type Caps } from "./caps.ts";
import { listFolder } from "./folder.ts";
import { Listing } from "./listing.ts";
import { visible } from "./names.ts";
import { oddity, readRegular, refuseOddity } from "./open.ts";
import { type Candidate, type Form, Refusal, type Submission } from "./submission.ts";

export interface TakeOptions {
  labId: string;
  /** CAPS by default. */
  caps?: Caps;
}

/**
 * In this process: a hostile text can keep it busy for years. Use `take` of take.ts, which can stop.
 * @throws Refusal for whatever is wrong with the submission; another error when this machine cannot read it
 */
export async function readCandidate(
  { id, path }: Candidate,
  { labId, caps = CAPS }: TakeOptions,
): Promise<Submission> {
  const [form, listing] = await open(path, labId, caps);
  return assemble(id, form, listing, labId, caps);
}

async function open(path: string, labId: string, caps: Caps): Promise<[Form, Listing]> {
  const stats = lstatSync(path);
  const name = basename(path);
  if (stats.isDirectory()) return ["folder", listFolder(path, caps)];
  if (!stats.isFile()) throw refuseOddity(name, oddity(stats));
  if (stats.size === 0) throw new Refusal(`${visible(name)} is empty.`);
  if (/\.(ts|mts|js|mjs|ipynb)$/i.test(name)) {
    const listing = new Listing(caps);
    const form = /\.ipynb$/i.test(name) ? "notebook" : "typescript";
    const inside = form === "notebook" ? `${labId}.ipynb` : "component.ts";
    listing.look(inside);
    listing.add({ path: inside, size: stats.size, read: async (cap) => readRegular(path, "", cap) });
    return [form, listing];
  }
  throw new Refusal(
    `${visible(name)} (${bytes(stats.size)}) is nothing that can be taken. Hand in a .ts file, a notebook (.ipynb), a .zip, .tar or .tar.gz, or a git repository.`,
  );
}
