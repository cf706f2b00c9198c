import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { causeSentenceOf } from "../../../contract/sentence-of.ts";
import { type Element, readXml, textAt } from "./xml.ts";

/** Where and as whom EC2 is asked. */
export interface Ec2Settings {
  readonly region: string;
  /** Without a slash at its end; the region's own when left out. */
  readonly endpoint?: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** As whom and where the variables of the environment say that EC2 is asked; the official plugin reads the same. */
export function ec2Settings(region: string, environment: NodeJS.ProcessEnv): Ec2Settings {
  return {
    region,
    endpoint: (environment["AWS_ENDPOINT_URL_EC2"] ?? environment["AWS_ENDPOINT_URL"])?.replace(/\/+$/, ""),
    accessKeyId: environment["AWS_ACCESS_KEY_ID"],
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"],
    sessionToken: environment["AWS_SESSION_TOKEN"],
  };
}

/** EC2 refused; its code and its own words. No key is in them. */
export class Ec2Error extends Error {
  readonly code: string;

  constructor(action: string, status: number, code: string, words: string) {
    super(
      `operation error EC2: ${action}, https response error StatusCode: ${status}, api error ${code}: ${words}`,
    );
    this.name = "Ec2Error";
    this.code = code;
  }
}

/** Parameters of a call: `Filter.1.Name` → text. */
export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

const apiVersion = "2016-11-15";
const repeats = 8;
/** Codes that mean "later", beside every answer of 500 and more. */
const busy = new Set(["RequestLimitExceeded", "Throttling", "ThrottlingException"]);

/** The part of EC2's query API that the stand-in and the image lock need. */
export class Ec2Client {
  readonly region: string;
  readonly #settings: Ec2Settings;

  constructor(settings: Ec2Settings) {
    this.region = settings.region;
    this.#settings = settings;
  }

  /** The answer's root element. @throws Ec2Error for what is refused; what is too busy is asked again first */
  async call(action: string, parameters: Parameters, signal: AbortSignal): Promise<Element> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(action, parameters, signal);
      const answer = readXml(await response.text());
      const [root] = [...answer.children.values()].flat();
      if (root === undefined) throw new Error(`aws provider: EC2 answered nothing to ${action}.`);
      if (response.ok) return root;
      const code = textAt(root, "Errors.Error.Code");
      if ((response.status < 500 && !busy.has(code)) || attempt === repeats)
        throw new Ec2Error(action, response.status, code, textAt(root, "Errors.Error.Message"));
      await sleep(Math.min(2 ** attempt / 4, 8) * 1000, undefined, { signal });
    }
  }

  /** As `call`; undefined for what is not there, by any of these codes. */
  async find(
    action: string,
    parameters: Parameters,
    signal: AbortSignal,
    missing: RegExp,
  ): Promise<Element | undefined> {
    try {
      return await this.call(action, parameters, signal);
    } catch (error) {
      if (error instanceof Ec2Error && missing.test(error.code)) return undefined;
      throw error;
    }
  }

  async #send(action: string, parameters: Parameters, signal: AbortSignal): Promise<Response> {
    const { region, accessKeyId, secretAccessKey, sessionToken } = this.#settings;
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new Error(
        "aws provider: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, got none. The stand-in knows no profiles and no instance roles; the official aws plugin does.",
      );
    const endpoint = this.#settings.endpoint ?? `https://ec2.${region}.amazonaws.com`;
    const all: Parameters = { Action: action, Version: apiVersion, ...parameters };
    const given = Object.entries(all).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as [string, string]],
    );
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      service: "ec2",
      region,
      retries: 0,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
    try {
      return await client.fetch(`${endpoint}/`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: new URLSearchParams(given).toString(),
        signal,
      });
    } catch (error) {
      throw new Error(`operation error EC2: ${action}, request send failed: ${causeSentenceOf(error)}`, {
        cause: error,
      });
    }
  }
}
