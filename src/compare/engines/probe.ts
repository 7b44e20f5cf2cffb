/** Whether a target works: a timed trial up to a marker that only bash inside of it can print. That a file or a device exists proves nothing. */
import { Cancelled, sentence } from "../errors.ts";
import type { Ground } from "../ground/ground.ts";
import type { Probe } from "../record.ts";
import type { Engine, Opened, Session } from "./engine.ts";

/** The shell computes it, so that no echo of the script can be taken for it. */
const SCRIPT = "echo @ringlab alive $((6 * 7))\nexit 0\n";
const MARKER = "@ringlab alive 42";

export interface Trial {
  probe: Probe;
  versions: Record<string, string>;
  beneath?: string;
  /** Set if it works. */
  opened?: Opened;
}

/** @throws Cancelled */
export async function tryOut(engine: Engine, ground: Ground): Promise<Trial> {
  const look = await engine.look();
  if (look.state !== "there") return { probe: look, versions: {} };
  const { versions, beneath, notes } = look;
  const facts = beneath === undefined ? { versions } : { versions, beneath };
  try {
    const opened = await engine.open(ground);
    const began = performance.now();
    await alive(engine, opened, ground.signal);
    return {
      ...facts,
      opened,
      probe: { state: "works", seconds: (performance.now() - began) / 1000, notes },
    };
  } catch (error) {
    if (error instanceof Cancelled || ground.signal.aborted) throw new Cancelled();
    return { ...facts, probe: { state: "unusable", reason: sentence(error) } };
  }
}

async function alive(engine: Engine, opened: Opened, signal: AbortSignal): Promise<void> {
  const session = await opened.start({
    name: `probe-${engine.name}`,
    script: SCRIPT,
    resources: { processors: 1, memory: 256 },
  });
  let isLate = false;
  const stop = () => void session.stop();
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, engine.patience * 1000);
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) throw new Cancelled();
    if (await prints(session, MARKER)) return;
    const said = (await session.noise()).trim().split("\n").slice(-2).join("; ") || "and said nothing";
    throw new Error(
      isLate
        ? `it printed no marker within ${engine.patience} s: ${said}`
        : `it ended without its marker: ${said}`,
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    await session.stop();
  }
}

async function prints(session: Session, marker: string): Promise<boolean> {
  for await (const line of session.lines) if (line === marker) return true;
  return false;
}
