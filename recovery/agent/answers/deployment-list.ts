import { z } from "zod";

/** How a deployment ended, as Swarm tells it; `paused` when it neither went on nor was taken back. */
export const deploymentOutcomes = ["under way", "succeeded", "rolled back", "paused"] as const;

/** One service that was given another image, by whatever hand, as the host saw it. */
export const seenDeploymentSchema = z.strictObject({
  /** Counts every deployment that this host has seen, from 1; never given twice. */
  number: z.number().int().positive(),
  service: z.string(),
  /** The image that ran before, with its digest. */
  from: z.string(),
  /** The image that was wanted; null when it had been taken back before anybody looked. */
  to: z.string().nullable(),
  began: z.iso.datetime(),
  ended: z.iso.datetime().nullable(),
  outcome: z.enum(deploymentOutcomes),
  /** Of an update that did not succeed, what Swarm and the newest failed task said. */
  words: z.string().nullable(),
});
export type SeenDeployment = z.infer<typeof seenDeploymentSchema>;

/** `kaleem-agent deployments`: what the host has seen, newest first, and what runs now. */
export const deploymentListSchema = z.strictObject({
  stack: z.string(),
  /** Service → the image that it is meant to run, with its digest. */
  running: z.record(z.string(), z.string()),
  deployments: z.array(seenDeploymentSchema),
});
export type DeploymentList = z.infer<typeof deploymentListSchema>;
