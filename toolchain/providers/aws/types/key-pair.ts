import type { TypeDescription } from "../../protocol/described-type.ts";
import { tagsFor, tagsIn, tagsOn, textOf } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { type Element, elementAt, textAt } from "../xml.ts";

const missing = /^InvalidKeyPair\.NotFound$/;

/** `aws:ec2/keyPair:KeyPair`: a public key that instances are given. Its id is its name. */
export const keyPair: TypeDescription<Ec2Client> = {
  token: "aws:ec2/keyPair:KeyPair",
  inputs: {
    keyName: { kind: "text", required: true, onChange: "replace" },
    publicKey: { kind: "text", required: true, onChange: "replace" },
    tags: { kind: "object" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: ["arn", "fingerprint", "keyPairId", "keyType", "tagsAll"],
  renewed: ["tagsAll"],

  async create({ client, signal }, inputs) {
    const material = Buffer.from(textOf(inputs, "publicKey")).toString("base64");
    const keyName = textOf(inputs, "keyName");
    const made = await client.call(
      "ImportKeyPair",
      { KeyName: keyName, PublicKeyMaterial: material, ...tagsFor("key-pair", inputs["tags"]) },
      signal,
    );
    return { id: keyName, outputs: { region: client.region, ...outputs(made) } };
  },

  async read({ client, signal }, id) {
    const answer = await client.find("DescribeKeyPairs", { "KeyName.1": id }, signal, missing);
    const found = answer === undefined ? undefined : elementAt(answer, "keySet.item");
    return found === undefined
      ? undefined
      : { id, outputs: { keyName: id, region: client.region, ...outputs(found), ...tagsIn(found) } };
  },

  async update({ client, signal }, _id, inputs, state) {
    await client.call("CreateTags", tagsOn(textOf(state, "keyPairId"), inputs["tags"]), signal);
    return { tagsAll: inputs["tags"] };
  },

  async remove({ client, signal }, id) {
    await client.find("DeleteKeyPair", { KeyName: id }, signal, missing);
  },
};

function outputs(key: Element) {
  return { fingerprint: textAt(key, "keyFingerprint"), keyPairId: textAt(key, "keyPairId") };
}
