import type { Recovery } from "../../../catalog/recovery.ts";
import type { Refusal } from "./refusal.ts";

/** A store's engine: which version wrote what the point holds, and which one runs here. */
export interface EngineVersions {
  readonly store: string;
  /** As the point's manifest says. */
  readonly held: string;
  /** The image that took the point, with its digest. */
  readonly image: string;
  /** Null when the store cannot be asked: it is then judged when it runs on the restored data. */
  readonly present: string | null;
  /** The store's own rule, as its definition has it. */
  readonly follows: Recovery<unknown>["follows"];
}

/** Every store whose engine here would not start on the data of the point. */
export function refuseVersions(
  point: { readonly id: string },
  engines: readonly EngineVersions[],
): Refusal[] {
  return engines.flatMap(({ store, held, image, present, follows }): Refusal[] => {
    if (present === null) return [];
    const why = follows(held, present);
    if (why === null) return [];
    const sentence =
      `restore: point ${point.id} holds data of ${store} ${held}, and ${store} ${present} runs here: ${why}. Nothing was changed. ` +
      `Put the image that took the point (${image}) into the image lock, run "./kaleem up", restore, and then upgrade ${store} ` +
      `by the steps that it allows; or choose a point that fits (./kaleem points).`;
    return [{ code: "versions-differ", sentence }];
  });
}
