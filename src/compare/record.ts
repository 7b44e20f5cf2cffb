/**
 * A run folder, the contract between measuring (run/) and judging (analysis/, report/):
 *
 *     DIR/run.json             RunFacts, written before the first repetition; `ended` is added at the end
 *     DIR/repetitions.jsonl    one Repetition a line, in the order in which they ran; appended, never rewritten
 *     DIR/prediction.json      Prediction of analysis/prediction.ts, made before anything was tried; absent where there was none
 *     DIR/raw/                 NNNN-target-scenario-case.log, NNNN-….samples.jsonl, NNNN-….host.jsonl
 *
 * An absent optional field means "not measured", which is never the same as 0. Times of day are ISO 8601 in UTC.
 */

/** What a target is made of. A target's name is its id: a run may hold "docker" and "qemu-tcg", each once. */
export type TargetKind = "host" | "container" | "emulator" | "virtual machine";

/** What a timed trial of a target said; `absent` and `unusable` targets are recorded, never run. */
export type Probe =
  | { state: "works"; seconds: number; notes: string[] }
  /** It is installed and doesn't do the job. `reason` in one sentence. */
  | { state: "unusable"; reason: string }
  /** `install` is what the user can type or get. */
  | { state: "absent"; install: string };

export interface TargetFacts {
  /** "host", "runc", "docker", "podman", "qemu-tcg", "qemu-kvm". */
  name: string;
  kind: TargetKind;
  probe: Probe;
  /** Versions of what it is made of, e.g. { docker: "20.10.24", runc: "1.1.4" }. */
  versions: Record<string, string>;
  /** sysbench's version *inside* this target, e.g. "1.0.20": the same everywhere, or nothing may be compared. */
  sysbench?: string;
  /** Set if a hypervisor is underneath that the name doesn't tell: "Docker Desktop", "nested: kvm", … */
  beneath?: string;
  /** What the target was given: processors and memory as it sees them itself. */
  processors?: number;
  /** MiB. */
  memory?: number;
  /**
   * The exact command lines, whole: what was prepared, what started one repetition, and its image's history. A word that
   * holds a script of many lines is quoted with its line breaks.
   */
  commands: string[];
  image?: Image;
}

/** What a target ran from. */
export interface Image {
  /** The engine's own id of it ("sha256:…"), or of what the root file system was unpacked from. */
  id: string;
  /** A line a layer, the oldest last, as the engine's `history` prints them; or the recipe, a command a line. */
  history: string[];
}

/** Facts of the machine that everything ran on. */
export interface HostFacts {
  /** Processor's own name ("AMD EPYC 7B13"). */
  cpu: string;
  architecture: string;
  /** Logical processors. */
  processors: number;
  /** MiB. */
  memory: number;
  /** uname -r. */
  kernel: string;
  /** PRETTY_NAME of /etc/os-release, or of the platform. */
  system: string;
  /** The hypervisor that this machine itself runs under, as it admits it; "none" if it admits none. */
  hypervisor: string;
  /** Frequency governor, if readable: "performance", "powersave", … */
  governor?: string;
}

/** A workload of sysbench. Numbers are sysbench's own options. */
export type Workload =
  | { kind: "cpu"; maxPrime: number; threads: number }
  | {
      kind: "fileio";
      mode: "seqwr" | "seqrewr" | "seqrd" | "rndrd" | "rndwr" | "rndrw";
      /** The whole set, MiB; the same for every target. */
      totalSize: number;
      files: number;
      /** Bytes a request. */
      blockSize: number;
      threads: number;
      /** "direct" goes past the guest's page cache. */
      flags?: "sync" | "dsync" | "direct";
    }
  | {
      kind: "memory";
      /** KiB of a block. */
      blockSize: number;
      /** MiB to transfer at most. */
      totalSize: number;
      operation: "read" | "write" | "none";
      access: "seq" | "rnd";
      threads: number;
    }
  /** No sysbench: `starts` times one after the other, a new container or machine that runs /bin/true and ends. */
  | { kind: "startup"; starts: number; threads: 1 };

/** What a scenario gives to the target. */
export interface Resources {
  processors: number;
  /** MiB. */
  memory: number;
  /** Of a virtual machine's disk; targets that have none ignore it, and say so in their notes. */
  disk?: "raw" | "qcow2";
}

export interface Case {
  /** Unique in its scenario; letters, digits, "-" and ".". */
  name: string;
  workload: Workload;
}

export interface Scenario {
  /** Unique in a run; letters, digits, "-" and ".". */
  name: string;
  /** One sentence: what is varied and why. */
  about: string;
  resources: Resources;
  /** Seconds that sysbench runs (--time). */
  seconds: number;
  /** What is done with the page caches (host's, and the guest's if it has one) right before each repetition. */
  pageCache: "dropped" | "warm";
  cases: Case[];
}

/** run.json. */
export interface RunFacts {
  format: "ringlab-compare-1";
  ringlab: string;
  started: string;
  /** Absent: interrupted, to be continued by the same command with the same DIR. */
  ended?: string;
  /** Of the order of repetitions. */
  seed: number;
  /** Measured repetitions of each target × scenario × case; warm-ups come before and are recorded too. */
  repetitions: number;
  warmups: number;
  host: HostFacts;
  targets: TargetFacts[];
  scenarios: Scenario[];
  /** SHA-256 (hex) of the root file system's tar, one for all targets. */
  rootfs?: string;
}

/** What sysbench and the clocks said. Each is of one repetition. */
export interface Metrics {
  /** sysbench's own wall clock: events a second. Wanders on a shared machine. */
  eventsPerSecond?: number;
  totalEvents?: number;
  /** Wall seconds that sysbench ran (its "total time"). */
  seconds?: number;
  /** Milliseconds. */
  latency?: { min: number; avg: number; max: number; p95?: number };
  /** Standard deviation over *threads* of one repetition, in events: not over repetitions. */
  threadFairness?: { avg: number; stddev: number };
  /** CPU seconds of sysbench in user mode, as the target's own kernel counted them. */
  user?: number;
  /** CPU seconds of sysbench in the kernel, as the target's own kernel counted them. */
  system?: number;
  /**
   * CPU seconds that the *host* spent on the repetition: of the process or cgroup, or of the VM's vCPU threads.
   * A guest's own count cannot see that it was pre-empted; this one can.
   */
  cpuSeconds?: number;
  /** totalEvents / cpuSeconds: what may be compared on a machine that others use too. */
  eventsPerCpuSecond?: number;
  /** fileio: MiB/s. */
  readMiBs?: number;
  writeMiBs?: number;
  /** fileio: operations a second. */
  readsPerSecond?: number;
  writesPerSecond?: number;
  fsyncsPerSecond?: number;
  /** memory: MiB/s. */
  memoryMiBs?: number;
  /**
   * Time that the target's disk was busy, percent of the repetition (/proc/diskstats, as iostat's %util). A virtual
   * machine's disk as its own kernel counts it; for the others, the host's disk on which their files lie.
   */
  diskUtilisation?: number;
  /** Milliseconds a request, as iostat's await. */
  diskAwait?: number;
  /** The same of the host's disk while a virtual machine ran on it. */
  hostDiskUtilisation?: number;
  hostDiskAwait?: number;
  /**
   * startup: mean milliseconds from the command to the end of /bin/true in the target, as a line that arrives here.
   * `totalEvents` are the starts, `seconds` their sum to the command's end, `latency` that of the first line.
   */
  startMilliseconds?: number;
  /** startup: mean milliseconds from the command until it has ended and the target is gone. */
  exitMilliseconds?: number;
}

/** /proc/pressure, percent of the repetition's time in which some task waited for it. */
export interface Pressure {
  cpu?: number;
  memory?: number;
  io?: number;
}

/** A line of repetitions.jsonl. A later line of the same target, scenario, case, warmup and index replaces an earlier. */
export interface Repetition {
  target: string;
  scenario: string;
  case: string;
  /** True: run before the measured ones, kept for the record, in no average. */
  warmup: boolean;
  /** From 0, within warm-ups or within measured ones. */
  index: number;
  /** Position in the run's whole order, from 0. */
  position: number;
  started: string;
  /** Wall seconds of the whole repetition, from preparing it to its results. */
  wall: number;
  outcome: "done" | "failed";
  /** Why it failed: one sentence. */
  error?: string;
  metrics: Metrics;
  /** One-minute load average of the host right before and right after. */
  load: { before: number; after: number };
  /** Of the host while it ran. */
  pressure?: Pressure;
  /** How the page cache was treated: what was asked for, and whether the drop succeeded. */
  pageCache: "dropped" | "warm" | "drop failed";
  /** Relative to the run folder. */
  log: string;
  /** Relative to the run folder: a Sample a line, read inside the target. A container's /proc/stat is the host's. */
  samples?: string;
  /** Relative to the run folder: a Sample a line, read on the host while the target ran. */
  hostSamples?: string;
}

/** A line of raw/….samples.jsonl. */
export interface Sample {
  /** Seconds since the repetition started. The first line is a difference too, never an average since boot. */
  at: number;
  /** Percent of all processors of where it was read, over the time since the line before. */
  user: number;
  system: number;
  /** Waiting for a disk. */
  iowait: number;
  /** Taken by a hypervisor underneath. */
  steal: number;
  /** Percent of the time since the line before in which the disk was busy, as iostat's %util. */
  disk?: number;
}
