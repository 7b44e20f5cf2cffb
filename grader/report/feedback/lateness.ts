/** When it was due, when it came, and what that cost. */
import type { Grade } from "../gradebook.ts";
import type { LatePolicy } from "../late.ts";
import { type Html, html } from "../page/markup.ts";
import { formatPoints } from "../points.ts";

export function latenessSection({ lateness, penalty }: Grade, policy: LatePolicy | undefined): Html | false {
  if (!lateness) return false;
  const { due, submitted, days, refused } = lateness;
  const when = html`Due ${due.text}, handed in ${submitted.text}.`;
  if (days === 0)
    return submitted.ms > due.ms
      ? html`<p class="muted in-time">${when} That is within the ${policy?.graceMinutes} minutes of grace.</p>`
      : html`<p class="muted in-time">${when}</p>`;
  if (!policy) return html`<p class="muted in-time">${when} Lateness costs nothing here.</p>`;
  const rule = refused
    ? `After ${policy.maxDays} days nothing is earned any more.`
    : `Each day begun costs ${policy.percentPerDay} % of ${policy.of === "max" ? "the points that can be had" : "the points earned"}${
        policy.floorPercent > 0
          ? `, but lateness takes nothing below ${policy.floorPercent} % of the points that can be had`
          : ""
      }.`;
  return html`<section id="late"><h2>Handed in late</h2>
<p>${when} ${days} ${days === 1 ? "day has" : "days have"} begun since. ${rule} That takes <b>${formatPoints(penalty)} points</b>.</p></section>`;
}
