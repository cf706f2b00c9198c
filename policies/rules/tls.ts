import { layout } from "../../contract/layout.ts";
import { hostFiles, ofType, remoteCommand } from "../declared.ts";
import { property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import { localStack, type StackView } from "../stack-view.ts";

/** Outside `local` nothing of ours crosses a network in the clear, and clients can tell whom they talk to. */
export const tlsOutsideLocal: Rule = {
  name: "tls-outside-local",
  description:
    "Outside local the edge speaks TLS with a trusted certificate, and so do the bucket and the registries.",
  check: (view) =>
    view.stack === localStack
      ? []
      : [...edge(view), ...certificate(view), ...offsite(view), ...registries(view)],
};

const promisesTls = /^\s*add_header Strict-Transport-Security "?max-age=[1-9]/m;

function edge(view: StackView): readonly Finding[] {
  return hostFiles(view)
    .filter(({ path }) => path === `${layout.edge}/nginx.conf`)
    .flatMap(({ resource, content }) => {
      const servers = content.split(/^\s*server \{/m).slice(1);
      const protocols = /ssl_protocols ([^;]*);/.exec(content)?.[1];
      const say = (sentence: string) => ({ resource: resource.name, sentence });
      return [
        ...(/^\s*listen 443 ssl\b/m.test(content)
          ? []
          : [say("listen: expected 443 ssl, got none; let the edge speak TLS")]),
        ...(protocols !== undefined && /^TLSv1\.[23]( TLSv1\.3)?$/.test(protocols)
          ? []
          : [say(`ssl_protocols: expected TLSv1.2 TLSv1.3, got ${shown(protocols)}; older ones are broken`)]),
        ...(servers.some((server) => /^\s*listen 443\b/m.test(server) && !promisesTls.test(server))
          ? [
              say(
                "Strict-Transport-Security: expected it with a trusted certificate, got none; browsers would use plain HTTP again",
              ),
            ]
          : []),
        ...(servers.some((server) => /^\s*listen 80\b/m.test(server) && server.includes("proxy_pass"))
          ? [
              say(
                "listen 80: expected a redirect to HTTPS, got requests passed on over plain HTTP; return 308 there",
              ),
            ]
          : []),
      ];
    });
}

function certificate(view: StackView): readonly Finding[] {
  return ofType(view, remoteCommand)
    .filter(({ inputs }) => text(inputs, "stdin").includes("openssl req -x509"))
    .map(({ name }) => ({
      resource: name,
      sentence:
        "certificate: expected one that clients trust, got a self-signed one; give the edge a certificate's files",
    }));
}

function offsite(view: StackView): readonly Finding[] {
  return hostFiles(view)
    .filter(({ path }) => path === layout.config)
    .flatMap(({ resource, content }) => {
      const endpoint = property(JSON.parse(content), "offsite.endpoint");
      if (typeof endpoint === "string" && endpoint.startsWith("https://")) return [];
      return [
        {
          resource: resource.name,
          sentence: `offsite.endpoint: expected https://…, got ${shown(endpoint)}; use TLS`,
        },
      ];
    });
}

function registries(view: StackView): readonly Finding[] {
  return ofType(view, remoteCommand)
    .filter(({ inputs }) => text(inputs, "create").includes("--insecure-registry"))
    .map(({ name }) => ({
      resource: name,
      sentence: "insecureRegistries: expected none, got at least one; use a registry that speaks TLS",
    }));
}
