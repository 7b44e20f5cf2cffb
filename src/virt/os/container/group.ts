/** The control group of a container: config-linux.md "Cgroups Path", made and removed by the files of the tree, as runc's fs2 does it. */
import * as files from "../calls/files.ts";
import { DocumentError } from "../document.ts";
import { attempt } from "../errno.ts";
import { pathOf, resolve } from "../fs/path.ts";
import { READ, WRITE } from "../fs/permission.ts";
import type { Task } from "../task.ts";
import type { LeftOut } from "./left-out.ts";
import { cleaned } from "./paths.ts";
import type { Setting } from "./resources.ts";

const join = (above: string, name: string): string => `${above === "/" ? "" : above}/${name}`;

/** Where the tree is mounted. */
function mountOf(engine: Task): string | undefined {
  for (const mount of engine.namespaces.mnt.root.all()) {
    if (mount.fs.type !== "cgroup2") continue;
    const path = pathOf(mount.top, engine.root);
    if (path.startsWith("/")) return path;
  }
  return undefined;
}

export class ContainerGroup {
  /** In the engine's files. */
  readonly path: string;
  /** Settings for which this kernel's controllers have no file. */
  readonly leftOut: LeftOut[] = [];
  private readonly engine: Task;
  /** The directories that it made, the topmost first. */
  private readonly made: string[] = [];

  /** None, if no tree is mounted and nobody asks for one. @throws DocumentError, and no group stays */
  static make(
    engine: Task,
    id: string,
    cgroupsPath: string | undefined,
    asked: boolean,
  ): ContainerGroup | undefined {
    const mount = mountOf(engine);
    if (mount !== undefined) return new ContainerGroup(engine, id, mount, cgroupsPath ?? id);
    if (!asked && cgroupsPath === undefined) return undefined;
    throw new DocumentError(
      `${id}: linux.resources`,
      "no tree of control groups is mounted",
      "Mount it (mount -t cgroup2 none /sys/fs/cgroup), or leave linux.resources and linux.cgroupsPath out.",
    );
  }

  private constructor(engine: Task, id: string, mount: string, path: string) {
    this.engine = engine;
    // A path that begins nowhere begins at the top that the engine sees: its own group has processes, and so no controllers for others.
    const names = cleaned(path).slice(1).split("/");
    this.path = names.reduce(join, mount);
    try {
      let at = mount;
      for (const name of names) {
        this.enable(at);
        at = join(at, name);
        const answer = attempt(() => files.mkdir(engine, at, 0o755));
        if (!("errno" in answer)) this.made.push(at);
        else if (answer.errno !== "EEXIST") this.refuse(id, `${at} cannot be made (${answer.errno})`);
      }
      if (this.read("cgroup.procs").trim() !== "")
        this.refuse(id, `${this.path} has processes of somebody else`);
    } catch (error) {
      this.undo();
      throw error;
    }
  }
  private refuse(id: string, what: string): never {
    throw new DocumentError(
      `${id}: linux.cgroupsPath`,
      what,
      "Name another group, or let a user with the right to do so make the container.",
    );
  }

  /**
   * All that the group above has, one by one, for whoever can be handed out. cgroup-v2.rst "No Internal Process Constraint": a group with
   * processes cannot, or could (the controllers of threads), and then nobody could live below it. The top alone has no type.
   */
  private enable(path: string): void {
    const isTop = "errno" in attempt(() => this.readAt(path, "cgroup.type"));
    if (!isTop && this.readAt(path, "cgroup.procs") !== "") return;
    for (const controller of this.readAt(path, "cgroup.controllers").split(/\s+/).filter(Boolean))
      attempt(() => this.writeAt(path, "cgroup.subtree_control", `+${controller}`));
  }
  private readAt(path: string, file: string): string {
    const { inode } = files.open(this.engine, join(path, file), { access: READ });
    return new TextDecoder().decode(inode.read(0, 4096, this.engine));
  }
  private writeAt(path: string, file: string, text: string): void {
    const place = files.open(this.engine, join(path, file), { access: WRITE });
    files.write(this.engine, place, 0, new TextEncoder().encode(text));
  }
  read(file: string): string {
    return this.readAt(this.path, file);
  }

  /** @throws DocumentError */
  enter(task: Task, id: string): void {
    const pid = this.engine.pidNamespace.pidOf(task);
    const answer = attempt(() => this.writeAt(this.path, "cgroup.procs", `${pid}`));
    if ("errno" in answer) this.refuse(id, `nobody can be put into ${this.path} (${answer.errno})`);
  }

  /** @throws DocumentError naming the member of the config that the kernel refuses */
  set(settings: readonly Setting[], id: string): void {
    for (const { from, file, text } of settings) {
      const answer = attempt(() => this.writeAt(this.path, file, text));
      if (!("errno" in answer)) continue;
      if (answer.errno === "ENOENT" && this.has(file)) {
        this.leftOut.push({
          what: `linux.resources.${from}`,
          why: `this kernel's controller has no ${file}`,
        });
        continue;
      }
      const controller = file.split(".")[0];
      const [what, remedy] =
        answer.errno === "ENOENT"
          ? [
              `the controller ${controller} is not enabled in ${this.path}`,
              "Leave it out, or take the processes out of the groups above, which cannot hand it out with them.",
            ]
          : [`${JSON.stringify(text)} for ${file} is refused (${answer.errno})`, "Correct it."];
      throw new DocumentError(`${id}: linux.resources.${from}`, what, remedy);
    }
  }
  /** The controller of a file is enabled: only the file is not there. */
  private has(file: string): boolean {
    const [controller] = file.split(".");
    return this.read("cgroup.controllers").split(/\s+/).includes(controller!);
  }

  /** Everybody in it and below, at once. */
  kill(): void {
    this.writeAt(this.path, "cgroup.kill", "1");
  }
  /** With all groups that its processes made below, and those above it that were made for it. EBUSY: somebody is in it. */
  remove(): void {
    this.removeAt(this.path);
    this.undo();
  }
  private removeAt(path: string): void {
    const { inode } = resolve(this.engine, path);
    for (const name of inode.names())
      if (inode.lookup(name)?.type === "directory") this.removeAt(join(path, name));
    files.rmdir(this.engine, path);
  }
  /** What others use by now stays. */
  private undo(): void {
    for (const path of this.made.reverse()) attempt(() => files.rmdir(this.engine, path));
  }
}
