import type { Rule } from "../rule.ts";
import { accountApart, accountKept, recordsByTarget } from "./account.ts";
import { bucketLocked, bucketPrivate, lifecycleHarmless, windowBeyondLock } from "./bucket.ts";
import { tokensScoped } from "./bucket-tokens.ts";
import { alertsActionable } from "./alerts.ts";
import { dataProtected, dataUnderRoot } from "./data.ts";
import { imageLockFilled, imagesByDigest } from "./images.ts";
import { onlyEdgePublishes } from "./ports.ts";
import {
  disksEncrypted,
  firewallNarrow,
  machineImagePinned,
  machineKept,
  metadataGuarded,
  providersApart,
} from "./machine.ts";
import { objectivesHeld, storesRecoverable, timersPresent } from "./recovery.ts";
import { environmentHarmless, secretsMarked, secretsRotatable } from "./secrets.ts";
import { healthcheckPresent, memoryLimited, startAndStopInTime } from "./service-limits.ts";
import { tlsOutsideLocal } from "./tls.ts";

/** Every rule, in the order in which breaches are told. */
export const allRules: readonly Rule[] = [
  imagesByDigest,
  imageLockFilled,
  healthcheckPresent,
  memoryLimited,
  startAndStopInTime,
  onlyEdgePublishes,
  dataUnderRoot,
  dataProtected,
  storesRecoverable,
  objectivesHeld,
  timersPresent,
  alertsActionable,
  secretsMarked,
  environmentHarmless,
  secretsRotatable,
  tlsOutsideLocal,
  accountApart,
  accountKept,
  bucketLocked,
  windowBeyondLock,
  lifecycleHarmless,
  bucketPrivate,
  tokensScoped,
  recordsByTarget,
  firewallNarrow,
  disksEncrypted,
  machineImagePinned,
  metadataGuarded,
  machineKept,
  providersApart,
];
