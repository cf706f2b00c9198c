import { closeWriters } from "./close.ts";
import { fetchPoint } from "./fetch.ts";
import { locatePoint } from "./locate.ts";
import { openPlatform } from "./open.ts";
import type { Phase } from "./phase.ts";
import { placeDirectories } from "./place.ts";
import { proveRestored } from "./prove.ts";
import { resetStoreUsers } from "./reset-users.ts";
import { recordRestore } from "./record.ts";
import { takeSafetyPoint } from "./safety-point.ts";
import { startStores } from "./start.ts";
import { stopStores } from "./stop.ts";
import { verifyRestore } from "./verify.ts";
import type { PhaseName } from "../plan/phase-name.ts";

/** What each phase does. */
export const phases: Readonly<Record<PhaseName, Phase>> = {
  locate: locatePoint,
  close: closeWriters,
  "safety-point": takeSafetyPoint,
  fetch: fetchPoint,
  stop: stopStores,
  place: placeDirectories,
  "reset-users": resetStoreUsers,
  start: startStores,
  prove: proveRestored,
  verify: verifyRestore,
  open: openPlatform,
  record: recordRestore,
};
