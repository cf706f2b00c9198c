import type { Api, TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { awaitState, parameter, tagsFor, tagsIn, tagsOn } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { type Element, elementAt, textAt } from "../xml.ts";

const missing = /^InvalidVolume\.NotFound$/;

/** `aws:ebs/volume:Volume`: a disk. It grows in place; encryption and zone are what they were made with. */
export const volume: TypeDescription<Ec2Client> = {
  token: "aws:ebs/volume:Volume",
  inputs: {
    availabilityZone: { kind: "text", required: true, onChange: "replace" },
    encrypted: { kind: "boolean", onChange: "replace" },
    size: { kind: "number", required: true },
    type: { kind: "text" },
    tags: { kind: "object" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: ["arn", "createTime", "iops", "kmsKeyId", "throughput", "tagsAll"],
  renewed: ["iops", "tagsAll", "throughput"],

  async create({ client, signal }, inputs) {
    const made = await client.call(
      "CreateVolume",
      {
        AvailabilityZone: parameter(inputs["availabilityZone"]),
        Encrypted: parameter(inputs["encrypted"]),
        Size: parameter(inputs["size"]),
        VolumeType: parameter(inputs["type"]),
        ...tagsFor("volume", inputs["tags"]),
      },
      signal,
    );
    const id = textAt(made, "volumeId");
    await awaitState(
      async () => {
        const seen = textAt((await describe({ client, signal }, id)) ?? made, "status");
        return { done: seen === "available", seen };
      },
      `volume ${id}`,
      signal,
    );
    return { id, outputs: outputs(client, (await describe({ client, signal }, id)) ?? made) };
  },

  async read(api, id) {
    const found = await describe(api, id);
    return found === undefined ? undefined : { id, outputs: outputs(api.client, found) };
  },

  async update(api, id, inputs) {
    const { client, signal } = api;
    const before = await describe(api, id);
    const [size, type] = [parameter(inputs["size"]), parameter(inputs["type"])];
    if (
      before === undefined ||
      textAt(before, "size") !== String(size) ||
      textAt(before, "volumeType") !== type
    )
      await client.call("ModifyVolume", { VolumeId: id, Size: size, VolumeType: type }, signal);
    await client.call("CreateTags", tagsOn(id, inputs["tags"]), signal);
    return { ...outputs(client, (await describe(api, id)) ?? before ?? nothing), size: inputs["size"] };
  },

  async remove({ client, signal }, id) {
    await client.find("DeleteVolume", { VolumeId: id }, signal, missing);
  },
};

const nothing: Element = { text: "", children: new Map() };

async function describe({ client, signal }: Api<Ec2Client>, id: string): Promise<Element | undefined> {
  const answer = await client.find("DescribeVolumes", { "VolumeId.1": id }, signal, missing);
  return answer === undefined ? undefined : elementAt(answer, "volumeSet.item");
}

function outputs(client: Ec2Client, found: Element): PropertyMap {
  return {
    availabilityZone: textAt(found, "availabilityZone"),
    encrypted: textAt(found, "encrypted") === "true",
    size: Number(textAt(found, "size")),
    type: textAt(found, "volumeType"),
    createTime: textAt(found, "createTime"),
    iops: Number(textAt(found, "iops")),
    throughput: Number(textAt(found, "throughput")),
    region: client.region,
    ...tagsIn(found),
  };
}
