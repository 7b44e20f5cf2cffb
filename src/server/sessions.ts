/** Which notebook talks to which kernel. Source: Jupyter Server documentation, "REST API", /api/sessions. */
import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { HttpError } from "./http-error.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { KernelModel } from "./kernels/served.ts";
import type { Root } from "./paths.ts";

const kernel = z.object({ id: z.string().nullish(), name: z.string().nullish() });

export const newSession = z.object({
  path: z.string(),
  name: z.string().default(""),
  type: z.string().default("notebook"),
  kernel: kernel.nullish(),
});

export const sessionChange = newSession.partial();

interface Session {
  id: string;
  path: string;
  name: string;
  type: string;
  kernelId: string;
}

export interface SessionModel {
  id: string;
  path: string;
  name: string;
  type: string;
  kernel: KernelModel;
  /** For clients from before sessions of other types. */
  notebook: { path: string; name: string };
}

export class Sessions {
  readonly #root: Root;
  readonly #kernels: Kernels;
  readonly #sessions = new Map<string, Session>();
  readonly #opening = new Map<string, Promise<SessionModel>>();

  constructor(root: Root, kernels: Kernels) {
    this.#root = root;
    this.#kernels = kernels;
  }

  #model({ kernelId, ...session }: Session): SessionModel {
    const { path, name } = session;
    return { ...session, kernel: this.#kernels.get(kernelId).model, notebook: { path, name } };
  }

  /** Sessions whose kernel was shut down are gone. */
  list(): SessionModel[] {
    for (const { id, kernelId } of this.#sessions.values())
      if (!this.#kernels.find(kernelId)) this.#sessions.delete(id);
    return [...this.#sessions.values()].map((session) => this.#model(session));
  }

  #find(id: string): Session {
    this.list();
    const session = this.#sessions.get(id);
    if (!session) throw new HttpError(404, `there is no session ${id}: its kernel was shut down`);
    return session;
  }

  get(id: string): SessionModel {
    return this.#model(this.#find(id));
  }

  /** The session of a notebook; a kernel starts in the notebook's folder unless one is named or it has one already. */
  open(wanted: z.infer<typeof newSession>): Promise<SessionModel> {
    const existing = this.list().find((session) => session.path === wanted.path);
    if (existing) return Promise.resolve(existing);
    const opening = this.#opening.get(wanted.path) ?? this.#start(wanted);
    this.#opening.set(wanted.path, opening); // two tabs that ask at once share one kernel
    return opening.finally(() => this.#opening.delete(wanted.path));
  }

  async #start(wanted: z.infer<typeof newSession>): Promise<SessionModel> {
    const kernelId = await this.#kernelFor(wanted.path, wanted.kernel);
    const { path, name, type } = wanted;
    const session = { id: randomUUID(), path, name, type, kernelId };
    this.#sessions.set(session.id, session);
    return this.#model(session);
  }

  async #kernelFor(path: string, wanted: z.infer<typeof kernel> | null | undefined): Promise<string> {
    if (wanted?.id) return this.#kernels.get(wanted.id).id;
    return (await this.#kernels.start(wanted?.name ?? undefined, await this.#folderOf(path))).id;
  }

  /** A session may be for something that is no file (a console): it gets the served folder. */
  async #folderOf(path: string): Promise<string> {
    const folder = dirname(await this.#root.resolve(path));
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    return isFolder && this.#root.holds(folder) ? folder : this.#root.folder;
  }

  /** Renames, or changes the kernel; the former kernel ends when no other session has it. */
  async change(id: string, change: z.infer<typeof sessionChange>): Promise<SessionModel> {
    const session = this.#find(id);
    const { kernel: wanted, ...names } = change;
    if (wanted?.id || wanted?.name) {
      const former = session.kernelId;
      session.kernelId = await this.#kernelFor(names.path ?? session.path, wanted);
      if (former !== session.kernelId) await this.#release(former);
    }
    for (const [key, value] of Object.entries(names))
      if (value !== undefined) Object.assign(session, { [key]: value });
    return this.#model(session);
  }

  async #release(kernelId: string): Promise<void> {
    const used = [...this.#sessions.values()].some((session) => session.kernelId === kernelId);
    if (!used && this.#kernels.find(kernelId)) await this.#kernels.shutdown(kernelId);
  }

  /** Ends the session and its kernel. */
  async delete(id: string): Promise<void> {
    const session = this.#find(id);
    this.#sessions.delete(id);
    await this.#release(session.kernelId);
  }
}
