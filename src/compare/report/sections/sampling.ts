import { placesOf, type Section } from "../context.ts";
import { cpuTimeFigure } from "../plots/cpu-time.ts";

export const sampling: Section = {
  title: "Processor and disk while it ran",
  write(context) {
    const shown = placesOf(context).flatMap((place) => {
      const figure = cpuTimeFigure(place, context.run);
      return figure ? [context.show(`cpu-${place.scenario.name}-${place.case.name}`, figure)] : [];
    });
    if (shown.length === 0) return undefined;
    return [
      "Sampled in intervals: each point covers the time since the one before, never the time since boot. The last repetition of each target is drawn: as its own kernel counts, which for a container is the host's and holds what else ran there; for a virtual machine also as its host counts.",
      ...shown,
    ].join("\n\n");
  },
};
