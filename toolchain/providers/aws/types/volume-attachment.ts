import type { Api, TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { awaitState, parameter, textOf } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { elementAt, elementsAt, textAt } from "../xml.ts";

const missing = /^Invalid(Volume|Attachment|InstanceID)\.NotFound$/;

/** `aws:ec2/volumeAttachment:VolumeAttachment`: a disk in a machine. */
export const volumeAttachment: TypeDescription<Ec2Client> = {
  token: "aws:ec2/volumeAttachment:VolumeAttachment",
  inputs: {
    deviceName: { kind: "text", required: true, onChange: "replace" },
    volumeId: { kind: "text", required: true, onChange: "replace" },
    instanceId: { kind: "text", required: true, onChange: "replace" },
    stopInstanceBeforeDetaching: { kind: "boolean" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: [],
  renewed: [],

  async create(api, inputs) {
    const { client, signal } = api;
    const [volume, instance] = [textOf(inputs, "volumeId"), textOf(inputs, "instanceId")];
    await client.call(
      "AttachVolume",
      { VolumeId: volume, InstanceId: instance, Device: parameter(inputs["deviceName"]) },
      signal,
    );
    await until(api, inputs, "attached");
    return { id: `vai-${volume}-${instance}`, outputs: { region: client.region } };
  },

  async read(api, id, state) {
    return (await stateOf(api, state)) === "attached"
      ? { id, outputs: { region: api.client.region } }
      : undefined;
  },

  update: (_api, _id, inputs) => Promise.resolve(inputs),

  async remove(api, _id, state) {
    const { client, signal } = api;
    const [volume, instance] = [textOf(state, "volumeId"), textOf(state, "instanceId")];
    if ((await stateOf(api, state)) === "detached") return;
    if (state["stopInstanceBeforeDetaching"] === true) {
      await client.find("StopInstances", { "InstanceId.1": instance }, signal, missing);
      await awaitState(
        async () => {
          const answer = await client.find(
            "DescribeInstances",
            { "InstanceId.1": instance },
            signal,
            missing,
          );
          const seen =
            answer === undefined
              ? "terminated"
              : textAt(answer, "reservationSet.item.instancesSet.item.instanceState.name");
          return { done: seen === "stopped" || seen === "terminated", seen };
        },
        `instance ${instance}`,
        signal,
      );
    }
    await client.find("DetachVolume", { VolumeId: volume, InstanceId: instance }, signal, missing);
    await until(api, state, "detached");
  },
};

async function stateOf({ client, signal }: Api<Ec2Client>, of: PropertyMap): Promise<string> {
  const answer = await client.find(
    "DescribeVolumes",
    { "VolumeId.1": textOf(of, "volumeId") },
    signal,
    missing,
  );
  const found = answer === undefined ? undefined : elementAt(answer, "volumeSet.item");
  const here = (found === undefined ? [] : elementsAt(found, "attachmentSet.item")).find(
    (one) => textAt(one, "instanceId") === of["instanceId"],
  );
  return here === undefined ? "detached" : textAt(here, "status");
}

async function until(api: Api<Ec2Client>, of: PropertyMap, state: "attached" | "detached"): Promise<void> {
  await awaitState(
    async () => {
      const seen = await stateOf(api, of);
      return { done: seen === state, seen };
    },
    `volume ${textOf(of, "volumeId")}`,
    api.signal,
  );
}
