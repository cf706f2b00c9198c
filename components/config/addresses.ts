import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { Judge } from "./judged-text.ts";

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** What resolvers and browsers take for a number, and so for the end of an IPv4 address: `1`, `0x7f`. */
const number = /^(\d+|0x[0-9a-f]*)$/;

/**
 * What is wrong with a text that should be a DNS name or an IPv4 address of one machine; undefined when nothing is. An address
 * is judged as an address: `999.1.1.1`, `10.1`, `010.0.0.1` are names to a pattern, and another machine, or none, to a resolver.
 */
export const hostAdvice: Judge = (value) => {
  if (value === "") return "write a name";
  if (/\s/.test(value)) return "write it without spaces";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    return "write the name alone, without what stands before and after it";
  const bare = value.replace(/^\[|\]$/g, "");
  if (isIPv6(bare)) return "IPv6 addresses cannot be written here; give a name that resolves to it";
  const [, before, port] = /^([^:]+):(\d+)$/.exec(value) ?? [];
  if (before !== undefined && port !== undefined)
    return `write ${before} alone; the port ${port} does not belong here`;
  if (value.includes("/")) return "write the name alone, without a path";
  if (value.endsWith("."))
    return `write it without the dot at its end: ${value.replace(/\.+$/, "").toLowerCase()}`;
  if (value !== value.toLowerCase() && hostAdvice(value.toLowerCase()) === undefined)
    return `write it in lower case: ${value.toLowerCase()}`;
  const ascii = /[^\0-\x7f]/.test(value) ? domainToASCII(value) : "";
  if (ascii !== "") return `write it as DNS has it: ${ascii}`;
  if (value.length > 253) return "a name has 253 characters at most";
  const labels = value.split(".");
  if (labels.includes("")) return "write one dot between two parts, and none before the first";
  if (number.test(labels.at(-1)?.toLowerCase() ?? "")) return addressAdvice(value);
  const wrong = labels.find((each) => !label.test(each));
  if (wrong === undefined) return undefined;
  return wrong.length > 63
    ? "a part between dots has 63 characters at most"
    : `the part ${JSON.stringify(wrong)} may have letters, digits and dashes, no dash first or last`;
};

/** What is wrong with a text that ends as an IPv4 address does. */
function addressAdvice(value: string): string | undefined {
  if (!isIPv4(value))
    return "an IPv4 address has four numbers from 0 to 255, without leading zeros, such as 192.0.2.7";
  const first = Number(value.split(".")[0]);
  if (first === 0) return "0.x.x.x stands for no machine; write the address of one";
  if (first >= 224)
    return "addresses from 224.0.0.0 on stand for no single machine; write the address of one";
  return undefined;
}

/** What is wrong with a text that should be a port's number; undefined when nothing is. */
export const portAdvice: Judge = (value) => {
  if (!/^\d+$/.test(value)) return "a port is a number from 1 to 65535";
  if (/^0\d/.test(value)) return "write the port without leading zeros";
  return Number(value) >= 1 && Number(value) <= 65_535 ? undefined : "a port is a number from 1 to 65535";
};

/** What is wrong with a text that should be `host:port`; undefined when nothing is. */
export const hostPortAdvice: Judge = (value) => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return "write the address alone, without what stands before it";
  const [, host, port] = /^(.*):([^:\]]*)$/.exec(value) ?? [];
  if (host === undefined || port === undefined || isIPv6(value))
    return hostAdvice(value) ?? "add a colon and the port";
  return hostAdvice(host) ?? portAdvice(port);
};

/** What is wrong with a text that should be `http(s)://host[:port]` and nothing more; undefined when nothing is. */
export const endpointAdvice: Judge = (value) => {
  const parts = urlParts(value);
  if (typeof parts === "string") return parts;
  if (/[/?#]/.test(parts.rest)) return `write it without ${JSON.stringify(parts.rest)} at its end`;
  return undefined;
};

/** What is wrong with a text that should be an address to call, as webhooks are; undefined when nothing is. */
export const urlAdvice: Judge = (value) => {
  const parts = urlParts(value);
  if (typeof parts === "string") return parts;
  if (parts.rest.includes("#")) return "write it without the part from # on: it is never sent";
  if (!URL.canParse(value)) return "a program that calls it could not read it";
  return undefined;
};

/** The parts of an address that starts with http:// or https://, or what is wrong up to the end of its port. */
function urlParts(value: string): { readonly rest: string } | string {
  if (/[^\x21-\x7e]/.test(value)) return "write it without spaces, and in ASCII";
  if (value.includes("\\")) return "write / in place of \\";
  const [, scheme, authority, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(value) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return "start with https://";
  if (scheme !== "http" && scheme !== "https")
    return /^https?$/i.test(scheme)
      ? `write ${scheme.toLowerCase()}:// in lower case`
      : "start with https://";
  if (authority.includes("@")) return "write it without a user or password before the @";
  const [, host, port] = /^(.*):([^:\]]*)$/.exec(authority) ?? [];
  const advice =
    host === undefined || port === undefined || isIPv6(authority)
      ? hostAdvice(authority)
      : (hostAdvice(host) ?? portAdvice(port));
  return advice ?? { rest };
}

/** What is wrong with a text that should be a mail address; undefined when nothing is. */
export const mailAdvice: Judge = (value) => {
  const [local, domain, ...more] = value.split("@");
  if (local === undefined || domain === undefined || more.length > 0)
    return "a mail address has one @, with a name on each side";
  if (local.length > 64) return "before the @ a mail address has 64 characters at most";
  if (/^\.|\.$|\.\./.test(local)) return "before the @ no dot comes first, last or twice";
  return isIPv4(domain) ? "write a name after the @, not an address" : hostAdvice(domain);
};
