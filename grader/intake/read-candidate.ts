/** Opens a candidate, whatever its form, without running or believing anything of it. */
import { lstatSync } from "node:fs";
import { basename } from "node:path";
import { visible } from "../../src/course/submission/characters.ts";
import { assemble } from "./assemble.ts";
import { bytes, CAPS, type Caps } from "./caps.ts";
import { listFolder } from "./folder.ts";
import { gitFolderOf, listCommit } from "./git/repository.ts";
import { Listing } from "./listing.ts";
import { oddity, readRegular, refuseOddity } from "./open.ts";
import { type Candidate, type Form, Refusal, type Submission } from "./submission.ts";
import { listTar } from "./tar.ts";
import { listZip } from "./zip.ts";

export interface TakeOptions {
  labId: string;
  /** CAPS by default. */
  caps?: Caps;
  /** How long `take` waits. */
  milliseconds?: number;
}

/**
 * In this process: a hostile text can keep it busy for years. Use `take` of take.ts, which can stop.
 * @throws Refusal for whatever is wrong with the submission; another error when this machine cannot read it
 */
export async function readCandidate(
  { id, path }: Candidate,
  { labId, caps = CAPS }: TakeOptions,
): Promise<Submission> {
  try {
    const { form, listing, notes = [] } = await open(path, labId, caps);
    const submission = await assemble(id, form, listing, labId, caps);
    return { ...submission, notes: [...notes, ...submission.notes] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && THEIRS.includes(code))
      throw new Refusal(
        `It holds links or names that no system can follow (${code}). Hand in the files themselves.`,
      );
    throw error;
  }
}

/** What a file system says of things that only a submission can have brought about. */
const THEIRS = ["ELOOP", "ENAMETOOLONG", "ENOTDIR"];

interface Opened {
  form: Form;
  listing: Listing;
  notes?: readonly string[];
}

async function open(path: string, labId: string, caps: Caps): Promise<Opened> {
  const stats = lstatSync(path);
  const name = basename(path);
  if (stats.isDirectory()) return openFolder(path, caps);
  if (!stats.isFile()) throw refuseOddity(name, oddity(stats));
  if (stats.size === 0) throw new Refusal(`${visible(name)} is empty.`);
  if (/\.ipynb$/i.test(name))
    return { form: "notebook", listing: alone(path, `${labId}.ipynb`, stats.size, caps) };
  if (/\.m?[tj]s$/i.test(name))
    return { form: "typescript", listing: alone(path, "component.ts", stats.size, caps) };
  if (/\.zip$/i.test(name))
    return { form: "zip", listing: await listZip(readRegular(path, "", caps.archive), caps) };
  if (/\.(tar|tgz|tar\.gz)$/i.test(name))
    return { form: "tar", listing: await listTar(readRegular(path, "", caps.archive), caps) };
  throw new Refusal(
    `${visible(name)} (${bytes(stats.size)}) is nothing that can be taken. Hand in a .ts file, a notebook (.ipynb), a .zip, .tar or .tar.gz, or a git repository.`,
  );
}

function openFolder(path: string, caps: Caps): Opened {
  const repository = gitFolderOf(path);
  if (repository === undefined) return { form: "folder", listing: listFolder(path, caps) };
  const { listing, note } = listCommit(repository, caps);
  return { form: "git", listing, notes: [note] };
}

/** A file by itself is called what the lab calls it: learning systems put names and numbers before it. */
function alone(path: string, called: string, size: number, caps: Caps): Listing {
  const listing = new Listing(caps);
  listing.add({ path: called, size, read: async (cap) => readRegular(path, "", cap) });
  return listing;
}
