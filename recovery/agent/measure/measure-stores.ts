import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { StoreNumber } from "../../../catalog/store-number.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { AgentContext } from "../context.ts";
import { counter } from "../../metrics/counter.ts";
import type { Docker, Task } from "../../docker/docker.ts";
import type { Sample } from "../../metrics/metrics.ts";
import { userSecrets } from "../../stores/user-secrets.ts";
import { withoutSecrets } from "../../stores/without-secrets.ts";

interface Measuring extends Pick<AgentContext, "log" | "stores"> {
  readonly docker: Pick<Docker, "hostAddress">;
}

/**
 * What the engines say of themselves, of those stores that can be asked for it. A store that does not answer costs only its own
 * numbers: that is logged, and told by `kaleem_store_measured`.
 */
export async function measureStores(
  context: Measuring,
  tasks: readonly Task[],
  secretsOf: (definition: StatefulDefinition) => Promise<Readonly<Record<string, string>>> = userSecrets,
): Promise<readonly Sample[]> {
  const asked = context.stores.flatMap((definition) => {
    const measure = definition.recovery.measure?.bind(definition.recovery);
    return measure === undefined ? [] : [{ definition, measure }];
  });
  const measured = await Promise.all(
    asked.map(async ({ definition, measure }) => {
      let secrets: Readonly<Record<string, string>> = {};
      try {
        secrets = await secretsOf(definition);
        const host = await addressOf(context, definition.name, tasks);
        return [isMeasured(definition.name, true), ...(await measure({ host, secrets })).map(sample)];
      } catch (error) {
        const message = sentenceOf(error);
        context.log.line(
          `${definition.name} was not measured: ${withoutSecrets(message, Object.values(secrets))}`,
        );
        return [isMeasured(definition.name, false)];
      }
    }),
  );
  return measured.flat();
}

async function addressOf({ docker }: Measuring, service: string, tasks: readonly Task[]): Promise<string> {
  const task = tasks.find((one) => one.service === service);
  if (task === undefined) throw new Error("it does not run");
  const address = await docker.hostAddress(task.container.id);
  if (address === null) throw new Error("its task has no address on this host");
  return address;
}

function isMeasured(service: string, yes: boolean): Sample {
  const help = "1 when a store told its own numbers the last time it was asked.";
  return { name: "kaleem_store_measured", help, labels: { service }, value: yes ? 1 : 0 };
}

function sample({ name, help, kind, labels, value }: StoreNumber): Sample {
  return kind === "counter" ? counter(name, help, labels, value) : { name, help, labels, value };
}
